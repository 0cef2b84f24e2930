-- True for jobs of kinds with a limit across workers. They are on no list: workers ask for them here, kind by kind. Other jobs pay nothing for it.
alter table jobs.job add column is_limited boolean not null default false;
create index job_available_limited on jobs.job (kind, priority, run_at, id) where state = 'available' and is_limited;
create index job_running_limited on jobs.job (kind) where state = 'running' and is_limited;

-- The starts of kinds with a rate limit, kept for the length of its period. A row of its own for each claim, so that the truth outlives worker, retry and restart.
create table jobs.limited_start (
    kind       text        not null,
    started_at timestamptz not null,
    jobs       integer     not null
);
create index limited_start_kind on jobs.limited_start (kind, started_at);
