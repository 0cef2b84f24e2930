select queue, kind, version, count(*), count(*) filter (where run_at < now() - @age), greatest(now() - min(run_at), interval '0')
from jobs.job
where state = 'available' and queue = any (@queues)
group by queue, kind, version
