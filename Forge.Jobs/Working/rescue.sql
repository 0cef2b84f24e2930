with judge as materialized (
    -- While Postgres hangs or is away, nobody can renew a lease. So only a worker whose own heartbeats came through for a whole lease judges others,
    -- and a frozen Postgres finds no such worker when it wakes, whichever statement runs first.
    select
    from jobs.worker w
    where w.id = @worker and w.heartbeat_at > now() - @lease / 2 and w.steady_since < now() - @lease and pg_postmaster_start_time() < now() - @lease
), silent as (
    -- Locked, so that a worker which wakes at this moment waits with its heartbeat and then sees what it lost; one that has begun its heartbeat is left alone.
    -- Nobody who holds a job's row waits for a worker's, and nothing here waits for either.
    select w.id
    from jobs.worker w
    where exists (select from judge) and w.lease_expires_at < now()
      and exists (select from jobs.job j where j.worker_id = w.id and j.state = 'running')
    for update skip locked
), held as (
    select j.id, j.lease_token, j.worker_id, j.attempt, why.cause,
           -- Everything that a worker held is charged its first death. Later ones are charged before the job begins: see RunningJobWriter.ChargeDeathAsync.
           coalesce(j.deaths, 1) as deaths,
           case when j.cancel_requested_at is not null then 'cancelled'
                when why.cause = 'broken' then case when j.attempt >= j.max_attempts then 'discarded' else 'retryable' end
                when why.cause = 'stranded' then 'available'
                when coalesce(j.deaths, 1) >= @max_deaths then 'discarded'
                when j.deaths > 1 then 'retryable'
                else 'available' end as state
    from jobs.job j
    left join silent s on s.id = j.worker_id
    cross join lateral (
        select case when j.lease_token = any (@broken_tokens) then 'broken' when j.lease_token = any (@stranded_tokens) then 'stranded' else 'died' end as cause) why
    where j.state = 'running'
      and (j.lease_token = any (@stranded_tokens)
           or j.lease_token = any (@broken_tokens)
           or s.id is not null
           or (exists (select from judge) and not exists (select from jobs.worker w where w.id = j.worker_id)))
    limit @limit
    for update of j skip locked
), rescued as (
    update jobs.job j
    set state = held.state,
        finished_at = case when held.state in ('cancelled', 'discarded') then now() end,
        -- Only a run that is known to have begun uses up its attempt.
        attempt = case when held.cause = 'broken' then j.attempt else j.attempt - 1 end,
        deaths = case held.cause when 'died' then held.deaths when 'stranded' then j.deaths end,
        run_at = case when held.state = 'retryable'
                      then now() + @first_pause * (2 ^ least(case held.cause when 'died' then held.deaths - 2 else held.attempt - 1 end, 10) * (0.75 + random() / 2))
                      else j.run_at end,
        worker_id = null,
        lease_token = null
    from held
    where j.id = held.id
    returning j.id, j.kind, j.version, j.queue, j.priority, j.state, j.is_limited, j.started_at, held.attempt, held.lease_token, held.worker_id,
              case held.cause
                  when 'broken' then 'The worker could not store how the run ended.'
                  when 'stranded' then 'The worker held the job without having begun it, and gave it back.'
                  else 'The worker ended or stopped answering while it held the job.' end
              || case when held.cause = 'died' and held.state = 'discarded'
                      then format(' This has happened %s times in a row: the job may be what ends its workers. It runs again only when a person retries it.', held.deaths)
                      else '' end as message
), noted as (
    insert into jobs.attempt (job_id, lease_token, attempt, started_at, outcome, worker_id, error_type, error_message)
    select id, lease_token, attempt, started_at, 'rescued', worker_id, @error_type, message
    from rescued
)
select id, kind, queue, priority, state, worker_id, is_limited, message, version from rescued
