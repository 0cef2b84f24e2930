with silent as (
    -- Locked, so that a worker which wakes at this moment waits with its heartbeat and then sees what it lost; one that has begun its heartbeat is left alone.
    -- Nobody who holds a job's row waits for a worker's, and nothing here waits for either.
    select w.id
    from jobs.worker w
    -- After a restart of Postgres nobody could renew a lease, so nobody is judged for one lease.
    where @judge and w.lease_expires_at < now() and pg_postmaster_start_time() + @lease < now()
      and exists (select from jobs.job j where j.worker_id = w.id and j.state = 'running')
    for update skip locked
), lost as (
    select j.id, j.lease_token, j.worker_id
    from jobs.job j
    left join silent s on s.id = j.worker_id
    where j.state = 'running'
      and (j.lease_token = any (@stranded_tokens)
           or s.id is not null
           or (@judge and pg_postmaster_start_time() + @lease < now() and not exists (select from jobs.worker w where w.id = j.worker_id)))
    limit @limit
    for update of j skip locked
), rescued as (
    update jobs.job j
    set state = case when j.cancel_requested_at is not null then 'cancelled' when j.attempt >= j.max_attempts then 'discarded' else 'available' end,
        finished_at = case when j.cancel_requested_at is not null or j.attempt >= j.max_attempts then now() end,
        worker_id = null,
        lease_token = null
    from lost
    where j.id = lost.id
    returning j.id, j.kind, j.version, j.queue, j.priority, j.state, j.is_limited, j.attempt, j.started_at, lost.lease_token, lost.worker_id
), noted as (
    insert into jobs.attempt (job_id, lease_token, attempt, started_at, outcome, worker_id, error_type, error_message)
    select id, lease_token, attempt, started_at, 'rescued', worker_id, @error_type, @error_message
    from rescued
)
select id, kind, queue, priority, state, worker_id, is_limited, version from rescued
