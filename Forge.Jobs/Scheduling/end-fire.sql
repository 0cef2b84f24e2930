with fire as (
    update jobs.schedule_fire set job_id = coalesce(job_id, @job_id) where schedule = @name and fire_at = @fire_at
)
update jobs.schedule
set next_fire_at = @next_fire_at, last_fire_at = @fire_at, last_job_id = @job_id, error = @error
where name = @name
