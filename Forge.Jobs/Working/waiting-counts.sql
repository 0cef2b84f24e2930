-- What has waited for a while is counted apart: what was enqueued or taken at this moment would look like a gap in the lists.
select queue, priority, kind, version, is_limited, count(*), count(*) filter (where run_at < now() - @age), greatest(now() - min(run_at), interval '0')
from jobs.job
where state = 'available' and queue = any (@queues)
group by queue, priority, kind, version, is_limited
