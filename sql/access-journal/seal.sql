select vigie.seal_access()::text as "seal"
