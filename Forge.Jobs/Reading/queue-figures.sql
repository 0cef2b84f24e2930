-- A select for each partial index: one over all these states could use none of them, and would read every finished job.
with live as (
    select queue, 'available' as state, count(*) as jobs, min(run_at) as oldest from jobs.job where state = 'available' and (@queue is null or queue = @queue) group by queue
    union all
    select queue, state, count(*), null from jobs.job where state in ('scheduled', 'retryable') and (@queue is null or queue = @queue) group by queue, state
    union all
    select queue, 'running', count(*), null from jobs.job where state = 'running' and (@queue is null or queue = @queue) group by queue
    union all
    select queue, 'discarded', count(*), null from jobs.job where state = 'discarded' and (@queue is null or queue = @queue) group by queue
), completed as materialized ( -- once, not once for each queue
    select queue, count(*) as jobs
    from jobs.job
    where finished_at > now() - interval '1 minute' and state = 'completed' and (@queue is null or queue = @queue)
    group by queue
), names as (
    select unnest(@known) as name union select queue from live union select name from jobs.queue where @queue is null or name = @queue
)
select n.name,
       coalesce(sum(l.jobs) filter (where l.state = 'available'), 0)::bigint,
       coalesce(sum(l.jobs) filter (where l.state = 'scheduled'), 0)::bigint,
       coalesce(sum(l.jobs) filter (where l.state = 'running'), 0)::bigint,
       coalesce(sum(l.jobs) filter (where l.state = 'retryable'), 0)::bigint,
       coalesce(sum(l.jobs) filter (where l.state = 'discarded'), 0)::bigint,
       exists (select from jobs.queue q where q.name = n.name and q.paused_at is not null),
       coalesce(greatest(now() - min(l.oldest) filter (where l.state = 'available'), interval '0'), interval '0'),
       coalesce((select c.jobs from completed c where c.queue = n.name), 0)
from names n
left join live l on l.queue = n.name
group by n.name
order by n.name
