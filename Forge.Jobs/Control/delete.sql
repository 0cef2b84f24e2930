delete from jobs.job
where id = any (@ids) and state = any (@states)
returning id, queue, kind, version, priority, is_limited, state
