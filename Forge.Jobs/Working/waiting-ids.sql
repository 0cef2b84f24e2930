select id
from jobs.job
where state = 'available' and queue = @queue and priority = @priority
  and version between (@lowest_versions)[array_position(@kinds, kind)] and (@versions)[array_position(@kinds, kind)]
order by run_at, id
limit @limit
