select j.id, j.queue, j.kind, j.version, j.priority, false
from jobs.job j
where j.state = 'available' and j.kind = @kind and j.version = @version and j.queue = @queue and j.priority = @priority
order by j.run_at
limit @limit
