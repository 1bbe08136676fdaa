select vigie.open_access_generation()
