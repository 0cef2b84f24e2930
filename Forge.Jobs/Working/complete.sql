-- The plain end of most runs. A lease token is there only while the job runs, so it says all that must be asked.
update jobs.job j
set state = 'completed', finished_at = now(), lease_token = null, progress = 100, result = e.result, run_trace_id = e.trace_id
from unnest(@ids, @lease_tokens, @results, @trace_ids) as e (id, lease_token, result, trace_id)
where j.id = e.id and j.lease_token = e.lease_token
returning e.lease_token
