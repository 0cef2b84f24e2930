-- The job that finished last comes first, by the index on finished_at, and the waiting retries by theirs; both branches are bounded, however much is stored.
-- A run that completed its job is in the job's own row, unless it was stored by an earlier version.
with recent as (
    (select id, state, worker_id, started_at, finished_at from jobs.job where finished_at is not null order by finished_at desc limit @jobs)
    union all
    (select id, state, worker_id, started_at, finished_at from jobs.job where state = 'retryable' order by queue, id limit @jobs)
), run as (
    select a.outcome, extract(epoch from a.finished_at - a.started_at)::double precision as seconds
    from recent r
    join jobs.attempt a on a.job_id = r.id
    where a.outcome <> 'handed_back'
    union all
    select 'completed', extract(epoch from finished_at - started_at)::double precision
    from recent
    where state = 'completed' and worker_id is not null
)
select count(*),
       count(*) filter (where outcome in ('failed', 'timed_out', 'rescued')),
       percentile_disc(array[0.5, 0.95, 0.99]) within group (order by seconds)
from run
