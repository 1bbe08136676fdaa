-- What the alerts were at an earlier instant is asked of the events that made them what they are: those that tell a status
-- or a severity. The others, such as a figure that changes with every run, are passed over. No event of a steady run is
-- among them, since it has none.
create index alert_events_turns_idx on vigie.alert_events (at) where diff -> 'set' ?| '{status,severity}';
create index alert_events_turns_of_idx on vigie.alert_events (alert_id, seq) where diff -> 'set' ?| '{status,severity}';
