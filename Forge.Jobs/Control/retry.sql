-- A job whose attempts are used up gets one more.
update jobs.job
set state = 'available', run_at = now(), finished_at = null, cancel_requested_at = null, progress = 0, message = null, result = null, deaths = null,
    max_attempts = greatest(max_attempts, attempt + 1)
where id = any (@ids) and state = any (@states)
returning id, queue, kind, version, priority, is_limited, state
