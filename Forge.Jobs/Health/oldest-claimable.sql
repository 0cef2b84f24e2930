select now() - min(run_at)
from jobs.job
where state = 'available' and queue = any (@queues)
  and version between (@lowest_versions)[array_position(@kinds, kind)] and (@versions)[array_position(@kinds, kind)]
  and not exists (select from jobs.queue q where q.name = job.queue and q.paused_at is not null)
