-- Which event may come in which stage, and what the stage becomes.
-- `release-info/src/ledger/lifecycle.rs` says the same; a test compares the two cell by cell.
create table vigie.release_steps (
    stage            text not null,
    kind             text not null,
    next             text not null,
    -- where it is, the service may record it; everything else is a person's act
    found_by_looking boolean not null,
    constraint release_steps_pkey primary key (stage, kind)
);
comment on table vigie.release_steps is 'Which event may come in which stage of a release';
alter table vigie.release_steps enable row level security;

insert into vigie.release_steps
select stage, kind, coalesce(next, stage), found_by_looking
from (values
    ('{new,failed,rolled_back,replaced}'::text[], 'started',             'started',      false),
    ('{started}',                                 'deployed',            'deployed',     false),
    ('{started}',                                 'failed',              'failed',       false),
    ('{deployed,verified,refuted}',               'verify_passed',       'verified',     true),
    ('{promoted}',                                'verify_passed',       'promoted',     true),
    ('{deployed,verified,refuted,promoted}',      'verify_failed',       'refuted',      true),
    ('{deployed,verified,refuted,promoted}',      'verify_inconclusive', null,           true),
    ('{verified}',                                'promoted',            'promoted',     false),
    ('{deployed,verified,refuted,promoted}',      'rollback_started',    'rolling_back', false),
    ('{rolling_back}',                            'rolled_back',         'rolled_back',  false),
    ('{rolling_back}',                            'failed',              'refuted',      false),
    ('{rolled_back}',                             'rollback_verified',   'rolled_back',  true)
) as step (stages, kind, next, found_by_looking)
cross join unnest(step.stages) as stage;

-- What may always be said of a release that is known.
insert into vigie.release_steps
select stage, kind, stage, true
from unnest('{started,deployed,verified,refuted,promoted,failed,rolling_back,rolled_back,replaced}'::text[]) as stage
cross join unnest('{drill_passed,drill_failed,note}'::text[]) as kind;

revoke all on vigie.release_steps from public;
