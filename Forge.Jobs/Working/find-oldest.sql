-- The jobs to claim past Redis. It locks nothing: with dead entries at the heads of the lists it may take seconds, in which claims by the lists must not wait for these rows.
with list as materialized (
    -- What this worker may claim from. The paused, the parked and the limited are left out as lists, so that nobody walks past their jobs one by one.
    select l.kind, l.version, l.queue, l.priority, l.run_at, row_number() over (order by l.run_at) as seniority
    from jobs.available_list l
    where l.queue = any (@queues)
      and l.version between (@lowest_versions)[array_position(@kinds, l.kind)] and (@versions)[array_position(@kinds, l.kind)]
      and l.queue <> all (array(select q.name from jobs.queue q where q.paused_at is not null))
      and exists (select from jobs.worker w where w.id = @worker and w.lease_expires_at > now())
)
-- List by list until there are enough.
select job.id
from (select * from list order by case when @longest_waiting_first and seniority = 1 then -1 else priority end, run_at) as l,
     lateral (select j.id
              from jobs.job j
              where j.state = 'available' and j.kind = l.kind and j.version = l.version and j.queue = l.queue and j.priority = l.priority
              order by j.run_at
              limit @limit) as job
limit @limit
