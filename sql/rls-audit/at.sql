-- The instant of this snapshot, by the database's clock.
select now() as "at!"
