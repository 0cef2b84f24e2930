-- A schedule whose rule is as it was keeps its next fire time, so that putting it again skips no fire that is due.
insert into jobs.schedule as s (name, kind, version, payload, queue, priority, max_attempts, owner, unique_key, cron, time_zone, enabled, next_fire_at)
values (@name, @kind, @version, @payload, @queue, @priority, @max_attempts, @owner, @unique_key, @cron, @time_zone, @enabled, @next_fire_at)
on conflict (name) do update
set kind = excluded.kind, version = excluded.version, payload = excluded.payload, queue = excluded.queue, priority = excluded.priority,
    max_attempts = excluded.max_attempts, owner = excluded.owner, unique_key = excluded.unique_key,
    cron = excluded.cron, time_zone = excluded.time_zone, enabled = excluded.enabled,
    next_fire_at = case when s.cron = excluded.cron and s.time_zone = excluded.time_zone and excluded.enabled
                        then coalesce(s.next_fire_at, excluded.next_fire_at)
                        else excluded.next_fire_at end,
    error = null, updated_at = now()
returning xmax = 0
