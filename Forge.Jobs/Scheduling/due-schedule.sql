-- The lock makes the other workers pass by, and a change or a deletion wait for the fire's commit.
select s.name, s.kind, s.version, s.payload::text, s.queue, s.priority, s.max_attempts, s.owner, s.unique_key, s.cron, s.time_zone, s.next_fire_at, now(), s.last_job_id
from jobs.schedule s
where s.next_fire_at <= now() and s.name <> all (@failed)
  and exists (select from unnest(@kinds, @lowest_versions, @versions) as known (kind, lowest, highest) where known.kind = s.kind and s.version between known.lowest and known.highest)
order by s.next_fire_at
limit 1
for update of s skip locked
