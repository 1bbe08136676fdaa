select vigie.actor_role() as role
