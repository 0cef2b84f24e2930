insert into jobs.worker (id, lease_expires_at, paused_queues) values (@worker, now() + @lease, @paused_queues)
on conflict (id) do update set heartbeat_at = now(), lease_expires_at = now() + @lease, paused_queues = @paused_queues;

select lease_token, cancel_requested_at is not null from jobs.job where worker_id = @worker and state = 'running';

select name from jobs.queue where paused_at is not null
