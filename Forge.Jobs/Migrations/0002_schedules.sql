-- A schedule enqueues a job at every fire time of its cron expression. Times are Postgres' clock; workers on other clocks agree by it.
create table jobs.schedule (
    name         text        primary key,
    kind         text        not null,
    version      integer     not null,
    payload      jsonb       not null,
    queue        text,
    priority     smallint    not null check (priority between 0 and 9),
    max_attempts integer     check (max_attempts > 0),
    owner        text,
    unique_key   text,
    cron         text        not null,
    time_zone    text        not null,
    enabled      boolean     not null,
    next_fire_at timestamptz,
    last_fire_at timestamptz,
    last_job_id  uuid,
    error        text,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    constraint schedule_disabled_never_fires check (enabled or next_fire_at is null)
);

create index schedule_next_fire on jobs.schedule (next_fire_at) where next_fire_at is not null;

-- The primary key admits each fire once, whoever comes first. Written in the transaction of the job's insert.
create table jobs.schedule_fire (
    schedule  text        not null references jobs.schedule on delete cascade,
    fire_at   timestamptz not null,
    fired_at  timestamptz not null default now(),
    is_missed boolean     not null,
    job_id    uuid,
    primary key (schedule, fire_at)
);

create index schedule_fire_fired_at on jobs.schedule_fire (fired_at);
