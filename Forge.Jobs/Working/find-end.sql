-- A completed job's row is the record of its last run; every other run has a row of its own, by its lease token. One that was rescued did not end by itself.
select case when own.is_it then 'completed' else a.outcome end,
       -- The job may have gone on since; this is what the run's end made of it.
       case when own.is_it then 'completed'
            when a.outcome = 'cancelled' or j.state = 'cancelled' then 'cancelled'
            when a.outcome = 'handed_back' then 'available'
            when j.state = 'discarded' and j.attempt = a.attempt then 'discarded'
            else 'retryable' end
from jobs.job j
cross join lateral (select j.state = 'completed' and j.worker_id = @worker and j.attempt = @attempt and j.started_at = @started_at as is_it) own
left join jobs.attempt a on a.job_id = j.id and a.lease_token = @lease_token and a.outcome <> 'rescued'
where j.id = @id
