-- What the processes of a scenario write down. A volume that a killed test left behind may still hold an earlier scenario's.
drop schema if exists chaos, jobs cascade;
create schema chaos;

create table chaos.run (
    job_id     uuid        not null,
    attempt    integer     not null,
    process    integer     not null,
    started_at timestamptz not null default clock_timestamp()
);
create index on chaos.run (job_id);

-- No key on the job's id: a second effect must be seen, not prevented.
create table chaos.effect (
    job_id           uuid        not null,
    is_transactional boolean     not null,
    process          integer     not null,
    happened_at      timestamptz not null default clock_timestamp()
);
create index on chaos.effect (job_id);

-- A completion in a transaction that did not come about.
create table chaos.refusal (
    job_id     uuid        not null,
    process    integer     not null,
    reason     text        not null,
    refused_at timestamptz not null default clock_timestamp()
);
