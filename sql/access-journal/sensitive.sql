select relations as "relations!", audited_at as "audited_at!" from vigie.access_sensitive($1)
