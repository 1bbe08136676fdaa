select now() as "now!"
