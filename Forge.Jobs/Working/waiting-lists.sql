-- Only what has waited for a while: what was enqueued or taken at this moment would look like a gap in the lists.
select l.queue, l.priority, count(*)
from jobs.available_list l,
     lateral (select
              from jobs.job j
              where j.state = 'available' and j.kind = l.kind and j.version = l.version and j.queue = l.queue and j.priority = l.priority
                and j.run_at < now() - @age) as job
where l.queue = any (@queues)
  and l.version between (@lowest_versions)[array_position(@kinds, l.kind)] and (@versions)[array_position(@kinds, l.kind)]
group by l.queue, l.priority
