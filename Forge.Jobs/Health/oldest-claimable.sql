select now() - min(run_at)
from jobs.job
where state = 'available' and queue = any (@queues)
  and exists (select from unnest(@kinds, @versions) as known (kind, version) where known.kind = job.kind and known.version >= job.version)
  and not exists (select from jobs.queue q where q.name = job.queue and q.paused_at is not null)
