-- How many jobs wait, by queue, kind and version: each list is counted up to its part of @limit, so that a backlog of any size costs the same.
with list as materialized (
    select l.kind, l.version, l.queue, l.priority, l.run_at
    from jobs.available_list l
    where @queues is null or l.queue = any (@queues)
), most as materialized (
    select greatest(@limit / greatest(count(*), 1), 1) as jobs from list
)
select l.queue, l.kind, l.version, sum(counted.jobs)::bigint, bool_and(counted.jobs < most.jobs), greatest(now() - min(l.run_at), interval '0')
from list l,
     most,
     lateral (select count(*) as jobs
              from (select
                    from jobs.job j
                    where j.state = 'available' and j.kind = l.kind and j.version = l.version and j.queue = l.queue and j.priority = l.priority
                    limit most.jobs) as part) as counted
group by l.queue, l.kind, l.version
