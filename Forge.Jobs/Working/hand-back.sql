update jobs.job j
set state = case when j.cancel_requested_at is not null then 'cancelled' when @pause is null then 'available' else 'retryable' end,
    finished_at = case when j.cancel_requested_at is null then null else now() end,
    started_at = case when j.attempt > 1 then j.started_at end,
    attempt = j.attempt - 1,
    run_at = coalesce(now() + @pause, j.run_at),
    worker_id = null,
    lease_token = null
from unnest(@ids, @lease_tokens) as returned (id, lease_token)
where j.id = returned.id and j.lease_token = returned.lease_token
returning j.id, j.state = 'available'
