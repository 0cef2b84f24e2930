-- Which of many ids belong to jobs that this worker may claim, the most urgent first. The conditions are those of claim-ids.sql; the state is hidden from the planner as there.
-- Each id is one step in the index: asked for as a whole, thousands of them make the planner read the table.
select j.id, j.queue, j.kind, j.version, j.priority, false
from unnest(@ids) as wanted (id),
     lateral (select * from jobs.job j where j.id = wanted.id and j.state || '' = 'available' limit 1) as j
where j.version between (@lowest_versions)[array_position(@kinds, j.kind)] and (@versions)[array_position(@kinds, j.kind)]
  and j.queue <> all (array(select q.name from jobs.queue q where q.paused_at is not null))
order by j.priority, j.id
