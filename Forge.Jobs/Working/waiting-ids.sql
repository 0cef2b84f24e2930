select id
from jobs.job
where state = 'available' and queue = @queue and priority = @priority
  and exists (select from unnest(@kinds, @versions) as known (kind, version) where known.kind = job.kind and known.version >= job.version)
order by run_at, id
limit @limit
