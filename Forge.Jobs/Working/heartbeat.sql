-- A gap of half a lease may be Postgres' silence as well as the worker's: after it the worker is not steady for a lease, after its start for half of one.
insert into jobs.worker as w (id, lease_expires_at, paused_queues, steady_since) values (@worker, now() + @lease, @paused_queues, now() - @lease / 2)
on conflict (id) do update set
    heartbeat_at = now(),
    lease_expires_at = now() + @lease,
    paused_queues = @paused_queues,
    steady_since = case when w.heartbeat_at < now() - @lease / 2 then now() else w.steady_since end;

select lease_token, cancel_requested_at is not null from jobs.job where worker_id = @worker and state = 'running';

select name from jobs.queue where paused_at is not null
