select now() - min(run_at)
from jobs.job
where state = 'available' and queue = any (@queues)
  and exists (select from unnest(@kinds, @lowest_versions, @versions) as known (kind, lowest, highest) where known.kind = job.kind and job.version between known.lowest and known.highest)
  and not exists (select from jobs.queue q where q.name = job.queue and q.paused_at is not null)
