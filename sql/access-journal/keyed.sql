select month as "month!", key_check, is_bare as "is_bare!" from vigie.access_keyed()
