update jobs.job
set state = case when state = 'running' then state else 'cancelled' end,
    finished_at = case when state = 'running' then null else now() end,
    cancel_requested_at = now()
where id = any (@ids) and state = any (@states)
returning id, queue, kind, version, priority, is_limited, state
