with longest_waiting as (
    select head.priority
    from generate_series(0, 9) as p (priority),
         lateral (select j.priority, j.run_at from jobs.job j
                  where j.state = 'available' and j.priority = p.priority and j.queue = any (@queues) and j.kind = any (@kinds)
                  order by j.run_at limit 1) as head
    where @longest_waiting_first
    order by head.run_at
    limit 1
), oldest as (
    select j.id
    from jobs.job j
    where j.state = 'available' and j.queue = any (@queues)
      and j.priority = coalesce((select priority from longest_waiting), j.priority)
      and j.version between (@lowest_versions)[array_position(@kinds, j.kind)] and (@versions)[array_position(@kinds, j.kind)]
      and j.queue <> all (array(select q.name from jobs.queue q where q.paused_at is not null))
      and exists (select from jobs.worker w where w.id = @worker and w.lease_expires_at > now())
    order by j.priority, j.run_at, j.id
    limit @limit
    for update of j skip locked
)
update jobs.job j
set state = 'running', attempt = j.attempt + 1, started_at = now(), worker_id = @worker, lease_token = nextval('jobs.lease_token'), progress = 0, message = null
from oldest
where j.id = oldest.id
returning j.id, j.lease_token, j.kind, j.version, j.queue, j.priority, j.payload::text, j.attempt, j.max_attempts, j.owner, j.started_at,
          greatest(now() - j.run_at, interval '0'), j.traceparent, j.tracestate
