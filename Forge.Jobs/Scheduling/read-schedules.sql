select name, kind, version, payload::text, cron, time_zone, enabled, owner, next_fire_at, last_fire_at, last_job_id, error, created_at, updated_at, now()
from jobs.schedule
