-- The jobs that wait longest in each list, so many in all whatever waits. Only what has waited for a while: what was enqueued or taken at this moment would look like a gap in Redis.
with list as materialized (
    select l.kind, l.version, l.queue, l.priority
    from jobs.available_list l
    where l.queue = any (@queues) and l.run_at < now() - @age
      and l.version between (@lowest_versions)[array_position(@kinds, l.kind)] and (@versions)[array_position(@kinds, l.kind)]
)
select job.id, l.queue, l.kind, l.version, l.priority, false
from list l,
     lateral (select j.id
              from jobs.job j
              where j.state = 'available' and j.kind = l.kind and j.version = l.version and j.queue = l.queue and j.priority = l.priority
                and j.run_at < now() - @age
              order by j.run_at
              limit (select greatest(@limit / count(*), 1) from list)) as job
