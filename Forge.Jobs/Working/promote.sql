with due as (
    select id
    from jobs.job
    where state in ('scheduled', 'retryable') and run_at <= now()
    order by run_at
    limit @limit
    for update skip locked
)
update jobs.job j
set state = 'available'
from due
where j.id = due.id
returning j.id, j.queue, j.kind, j.version, j.priority, j.is_limited
