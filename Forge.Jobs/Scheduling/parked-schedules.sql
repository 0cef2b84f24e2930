select s.name
from jobs.schedule s
where s.next_fire_at is not null
  and not exists (select from unnest(@kinds, @lowest_versions, @versions) as known (kind, lowest, highest) where known.kind = s.kind and s.version between known.lowest and known.highest)
order by s.name
limit 10
