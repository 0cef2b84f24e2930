-- Only what has waited for a while: what was enqueued or taken at this moment would look like a gap.
select queue, priority, kind, version, count(*)
from jobs.job
where state = 'available' and queue = any (@queues) and run_at < now() - @age
group by queue, priority, kind, version
