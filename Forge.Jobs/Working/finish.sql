with ended as (
    select *
    from unnest(@ids, @lease_tokens, @outcomes, @states, @results, @delays, @attempts, @started_ats, @trace_ids, @error_types, @error_messages)
        as e (id, lease_token, outcome, state, result, delay, attempt, started_at, trace_id, error_type, error_message)
), changed as (
    -- A job that somebody asked to stop is cancelled unless it completed; asked of the row itself, since the request may come at this very moment.
    -- A completed job's row keeps the worker and the trace of its last run, so that run needs no row of its own.
    update jobs.job j
    set state = case when j.cancel_requested_at is not null and e.state <> 'completed' then 'cancelled' else e.state end,
        finished_at = case when j.cancel_requested_at is not null or e.state not in ('available', 'retryable') then now() end,
        worker_id = case when e.state = 'completed' then j.worker_id end,
        lease_token = null,
        attempt = case when e.outcome = 'handed_back' then j.attempt - 1 else j.attempt end,
        -- The death that was charged before the run began did not happen; a run that ended by itself shows that the job does not end its worker.
        deaths = case when e.outcome = 'handed_back' then j.deaths - 1 end,
        run_at = case when e.state = 'retryable' then now() + e.delay else j.run_at end,
        progress = case when e.state = 'completed' then 100 else j.progress end,
        result = e.result,
        run_trace_id = case when e.state = 'completed' then e.trace_id end
    from ended e
    where j.id = e.id and j.lease_token = e.lease_token
    returning j.id, j.state, e.lease_token
), noted as (
    insert into jobs.attempt (job_id, lease_token, attempt, started_at, outcome, worker_id, trace_id, error_type, error_message)
    select e.id, e.lease_token, e.attempt, e.started_at, e.outcome, @worker, e.trace_id, e.error_type, e.error_message
    from ended e
    join changed c on c.id = e.id and c.lease_token = e.lease_token
    where c.state <> 'completed'
)
select lease_token, state from changed
