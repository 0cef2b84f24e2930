-- Which of many ids belong to jobs that wait, the most urgent first. The state is hidden from the planner as in claim-ids.sql.
select id, queue, kind, version, priority, is_limited
from jobs.job
where id = any (@ids) and state || '' = 'available'
order by priority, id
