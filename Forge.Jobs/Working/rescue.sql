with lost as (
    select j.id, j.lease_token, j.worker_id
    from jobs.job j
    left join jobs.worker w on w.id = j.worker_id
    where j.state = 'running'
      and (j.lease_token = any (@stranded_tokens)
           -- After a restart of Postgres nobody could renew a lease, so nobody is judged for one lease.
           or (@judge and coalesce(w.lease_expires_at, '-infinity') < now() and pg_postmaster_start_time() + @lease < now()))
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
    returning j.id, j.kind, j.queue, j.priority, j.state, j.is_limited, j.attempt, j.started_at, lost.lease_token, lost.worker_id
), noted as (
    insert into jobs.attempt (job_id, lease_token, attempt, started_at, outcome, worker_id, error_type, error_message)
    select id, lease_token, attempt, started_at, 'rescued', worker_id, @error_type, @error_message
    from rescued
)
select id, kind, queue, priority, state, worker_id, is_limited from rescued
