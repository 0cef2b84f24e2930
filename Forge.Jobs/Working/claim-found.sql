-- Claims some of many jobs in their order, past those that others hold at this moment. The conditions are those of claim-ids.sql.
with chosen as (
    select j.id
    from jobs.job j
    where j.id = any (@ids) and j.state || '' = 'available'
      and j.version between (@lowest_versions)[array_position(@kinds, j.kind)] and (@versions)[array_position(@kinds, j.kind)]
      and j.queue <> all (array(select q.name from jobs.queue q where q.paused_at is not null))
      and exists (select from jobs.worker w where w.id = @worker and w.lease_expires_at > now())
    order by array_position(@ids, j.id)
    limit @limit
    for update of j skip locked
)
update jobs.job j
set state = 'running', attempt = j.attempt + 1, started_at = now(), worker_id = @worker, lease_token = nextval('jobs.lease_token'), progress = 0, message = null
from chosen
where j.id = chosen.id
returning j.id, j.lease_token, j.kind, j.version, j.queue, j.priority, j.payload::text, j.attempt, j.max_attempts, j.owner, j.started_at,
          greatest(now() - j.run_at, interval '0'), j.traceparent, j.tracestate, j.deaths
