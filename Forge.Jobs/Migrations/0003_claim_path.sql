-- A run that completes writes no attempt of its own: the job's row keeps its worker and its trace, and a job completes only once.
alter table jobs.job add column run_trace_id text;
alter table jobs.job drop constraint job_running_is_leased;
alter table jobs.job add constraint job_running_is_leased
    check ((state = 'running') = (lease_token is not null) and (state <> 'running' or worker_id is not null));

-- What a plain job has, so that a bulk enqueue need not send it.
alter table jobs.job alter column state set default 'available', alter column run_at set default now();

-- The paused queues of which the worker starts nothing any more. Null: a worker of an earlier version, which holds no jobs that it has not started.
alter table jobs.worker add column paused_queues text[];
