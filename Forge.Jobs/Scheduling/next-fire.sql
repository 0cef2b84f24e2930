-- How long until a schedule is due that this program can fire; the others wait for one that can.
select s.next_fire_at - now()
from jobs.schedule s
where s.next_fire_at is not null and s.name <> all (@failed)
  and exists (select from unnest(@kinds, @lowest_versions, @versions) as known (kind, lowest, highest) where known.kind = s.kind and s.version between known.lowest and known.highest)
order by s.next_fire_at
limit 1
