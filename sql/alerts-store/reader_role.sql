-- Whether the signed-in person may read at all: what Row Level Security hides must not look like nothing.
select vigie.actor_role() is not null as "may_read!"
