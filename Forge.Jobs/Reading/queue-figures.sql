-- Each list is found by a step in an index, and counted up to @counted: many jobs cost no more than that. What waits for a worker is in waiting-counts.sql.
with recursive due_list as (
    (select state, queue from jobs.job where state in ('scheduled', 'retryable') order by state, queue limit 1)
    union all
    select following.*
    from due_list l,
         lateral (select j.state, j.queue
                  from jobs.job j
                  where j.state in ('scheduled', 'retryable') and (j.state, j.queue) > (l.state, l.queue)
                  order by j.state, j.queue
                  limit 1) as following
), discarded_list as (
    (select queue from jobs.job where state = 'discarded' order by queue limit 1)
    union all
    select following.*
    from discarded_list l,
         lateral (select j.queue from jobs.job j where j.state = 'discarded' and j.queue > l.queue order by j.queue limit 1) as following
), live as (
    select l.queue, l.state,
           case l.state
               when 'scheduled' then (select count(*) from (select from jobs.job j where j.state = 'scheduled' and j.queue = l.queue order by j.id limit @counted) as part)
               else (select count(*) from (select from jobs.job j where j.state = 'retryable' and j.queue = l.queue order by j.id limit @counted) as part)
           end as jobs
    from due_list l
    union all
    select l.queue, 'discarded', (select count(*) from (select from jobs.job j where j.state = 'discarded' and j.queue = l.queue order by j.id limit @counted) as part)
    from discarded_list l
    union all
    -- By worker, as the index has them: there are no more than the workers have places.
    select job.queue, 'running', count(*)
    from jobs.worker w,
         lateral (select j.queue from jobs.job j where j.state = 'running' and j.worker_id = w.id limit @counted) as job
    group by job.queue
), latest as materialized (
    -- What finished last stands for the whole minute where more has finished.
    select queue, state, finished_at
    from jobs.job
    where finished_at > now() - interval '1 minute'
    order by finished_at desc
    limit @latest
), pace as (
    select queue, count(*) * 60 / (select case when count(*) < @latest then 60 else greatest(extract(epoch from now() - min(finished_at)), 0.1) end from latest) as jobs
    from latest
    where state = 'completed'
    group by queue
), names as (
    select unnest(@known) as name union select queue from live union select name from jobs.queue
)
select n.name,
       coalesce(sum(l.jobs) filter (where l.state = 'scheduled'), 0)::bigint,
       coalesce(sum(l.jobs) filter (where l.state = 'running'), 0)::bigint,
       coalesce(sum(l.jobs) filter (where l.state = 'retryable'), 0)::bigint,
       coalesce(sum(l.jobs) filter (where l.state = 'discarded'), 0)::bigint,
       exists (select from jobs.queue q where q.name = n.name and q.paused_at is not null),
       coalesce((select p.jobs from pace p where p.queue = n.name), 0)::bigint
from names n
left join live l on l.queue = n.name
where @queue is null or n.name = @queue
group by n.name
order by n.name
