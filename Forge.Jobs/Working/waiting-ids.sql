select id
from jobs.job
where state = 'available' and queue = @queue and priority = @priority
  and exists (select from unnest(@kinds, @lowest_versions, @versions) as known (kind, lowest, highest) where known.kind = job.kind and job.version between known.lowest and known.highest)
order by run_at, id
limit @limit
