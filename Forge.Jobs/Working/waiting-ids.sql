select job.id
from jobs.available_list l,
     lateral (select j.id, j.run_at
              from jobs.job j
              where j.state = 'available' and j.kind = l.kind and j.version = l.version and j.queue = l.queue and j.priority = l.priority
              order by j.run_at
              limit @limit) as job
where l.queue = @queue and l.priority = @priority
  and l.version between (@lowest_versions)[array_position(@kinds, l.kind)] and (@versions)[array_position(@kinds, l.kind)]
order by job.run_at, job.id
limit @limit
