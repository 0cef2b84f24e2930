-- Leases are held by workers, not by single jobs: one heartbeat renews one row, however many jobs the worker runs.
create table jobs.worker (
    id               text        primary key,
    started_at       timestamptz not null default now(),
    heartbeat_at     timestamptz not null default now(),
    lease_expires_at timestamptz not null
);

-- A row exists once somebody paused the queue.
create table jobs.queue (
    name      text        primary key,
    paused_at timestamptz
);

-- Every claim draws a new token, so no token is ever used twice.
create sequence jobs.lease_token;

create table jobs.job (
    id                  uuid        primary key,
    kind                text        not null,
    version             integer     not null,
    queue               text        not null,
    priority            smallint    not null check (priority between 0 and 9),
    state               text        not null check (state in ('available', 'scheduled', 'running', 'retryable', 'completed', 'cancelled', 'discarded')),
    payload             jsonb       not null,
    attempt             integer     not null default 0 check (attempt >= 0),
    max_attempts        integer     not null check (max_attempts > 0),
    run_at              timestamptz not null,
    created_at          timestamptz not null default now(),
    started_at          timestamptz,
    finished_at         timestamptz,
    owner               text,
    unique_key          text,
    idempotency_key     text,
    request_hash        bytea,
    worker_id           text,
    lease_token         bigint,
    cancel_requested_at timestamptz,
    progress            smallint    not null default 0 check (progress between 0 and 100),
    message             text,
    result              jsonb,
    traceparent         text,
    tracestate          text,
    constraint job_running_is_leased check ((state = 'running') = (lease_token is not null) and (state = 'running') = (worker_id is not null)),
    constraint job_finished_has_time check ((state in ('completed', 'cancelled', 'discarded')) = (finished_at is not null))
);

-- All indexes on the state are partial: with one on (state, run_at) the planner may use it for "id = any(…) and state = …", which is five times slower.
create unique index job_unique_key on jobs.job (owner, unique_key) nulls not distinct
    where unique_key is not null and state in ('available', 'scheduled', 'running', 'retryable');
create unique index job_idempotency_key on jobs.job (owner, idempotency_key) nulls not distinct
    where idempotency_key is not null;
create index job_available on jobs.job (priority, run_at, id) where state = 'available';
create index job_due on jobs.job (run_at) where state in ('scheduled', 'retryable');
create index job_running on jobs.job (worker_id) where state = 'running';
create index job_discarded on jobs.job (id) where state = 'discarded';
create index job_finished on jobs.job (finished_at) where finished_at is not null;
create index job_owner on jobs.job (owner, id) where owner is not null;

-- Written when a run ends; the run that is going on is the job's own row. A lease token names one run.
create table jobs.attempt (
    job_id        uuid        not null references jobs.job on delete cascade,
    lease_token   bigint      not null,
    attempt       integer     not null,
    started_at    timestamptz not null,
    finished_at   timestamptz not null default now(),
    outcome       text        not null check (outcome in ('completed', 'failed', 'timed_out', 'cancelled', 'rescued', 'handed_back')),
    worker_id     text        not null,
    trace_id      text,
    error_type    text,
    error_message text,
    primary key (job_id, lease_token)
);

create table jobs.result_file (
    job_id       uuid   primary key references jobs.job on delete cascade,
    content_type text   not null,
    file_name    text   not null,
    content      bytea  not null
);
