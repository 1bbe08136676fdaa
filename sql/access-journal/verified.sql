select v.found::text as "verification!" from vigie.access_verifications v
