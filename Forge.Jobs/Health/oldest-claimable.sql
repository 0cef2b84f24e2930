select now() - min(l.run_at)
from jobs.available_list l
where l.queue = any (@queues)
  and l.version between (@lowest_versions)[array_position(@kinds, l.kind)] and (@versions)[array_position(@kinds, l.kind)]
  and not exists (select from jobs.queue q where q.name = l.queue and q.paused_at is not null)
