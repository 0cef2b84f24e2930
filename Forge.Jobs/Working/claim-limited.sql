-- One claim of this kind at a time. A statement of its own, so that the next one sees what the one before has committed.
select pg_advisory_xact_lock(1181708903, hashtext(@kind));

with recursive clock as materialized (
    -- Not now(), which is from before the wait for the lock.
    select clock_timestamp() as at
), room as (
    select least(
        @limit::bigint,
        @max_concurrency - (select count(*) from jobs.job where kind = @kind and state = 'running' and is_limited),
        @permits - (select coalesce(sum(s.jobs), 0) from jobs.limited_start s where s.kind = @kind and s.started_at > clock.at - @period)) as jobs
    from clock
), every_list as (
    -- As in jobs.available_list, and not with it: this is asked often, and the lists of other kinds are no business of this.
    (select j.version, j.queue, j.priority, j.run_at
     from jobs.job j
     where j.state = 'available' and j.kind = @kind
     order by j.version, j.queue, j.priority, j.run_at
     limit 1)
    union all
    select following.*
    from every_list l,
         lateral (select j.version, j.queue, j.priority, j.run_at
                  from jobs.job j
                  where j.state = 'available' and j.kind = @kind and (j.version, j.queue, j.priority) > (l.version, l.queue, l.priority)
                  order by j.version, j.queue, j.priority, j.run_at
                  limit 1) as following
), list as materialized (
    select l.version, l.queue, l.priority, l.run_at, row_number() over (order by l.run_at) as seniority
    from every_list l
    where l.version between @lowest_version and @version
      and l.queue = any (@queues)
      and l.queue <> all (array(select q.name from jobs.queue q where q.paused_at is not null))
      and exists (select from jobs.worker w where w.id = @worker and w.lease_expires_at > now())
), chosen as (
    select job.id
    from (select * from list order by case when @longest_waiting_first and seniority = 1 then -1 else priority end, run_at) as l,
         lateral (select j.id
                  from jobs.job j
                  where j.state = 'available' and j.kind = @kind and j.version = l.version and j.queue = l.queue and j.priority = l.priority
                  order by j.run_at
                  limit (select greatest(jobs, 0) from room)
                  for update of j skip locked) as job
    limit (select greatest(jobs, 0) from room)
), claimed as (
    -- A job from before its kind had a limit is one of the limited from here on.
    update jobs.job j
    set state = 'running', attempt = j.attempt + 1, started_at = clock.at, worker_id = @worker, lease_token = nextval('jobs.lease_token'), progress = 0, message = null,
        is_limited = true
    from chosen, clock
    where j.id = chosen.id
    returning j.id, j.lease_token, j.kind, j.version, j.queue, j.priority, j.payload::text, j.attempt, j.max_attempts, j.owner, j.started_at,
              greatest(clock.at - j.run_at, interval '0'), j.traceparent, j.tracestate, j.deaths
), noted as (
    insert into jobs.limited_start (kind, started_at, jobs)
    select @kind, clock.at, (select count(*) from claimed)
    from clock
    where @permits is not null and exists (select from claimed)
), forgotten as (
    delete from jobs.limited_start s using clock where s.kind = @kind and s.started_at <= clock.at - @period
)
select * from claimed;

-- Whether the limit is reached now, and when the next permit comes due.
select coalesce(@max_concurrency <= (select count(*) from jobs.job where kind = @kind and state = 'running' and is_limited), false),
       (select case when sum(s.jobs) >= @permits then greatest(min(s.started_at) + @period - clock_timestamp(), interval '1 millisecond') end
        from jobs.limited_start s
        where s.kind = @kind and s.started_at > clock_timestamp() - @period)
