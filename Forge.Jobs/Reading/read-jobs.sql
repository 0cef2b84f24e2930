-- "00-<trace id>-<span id>-<flags>" is what a traceparent looks like.
select id, kind, version, queue, priority, state, attempt, max_attempts, progress, message, owner, created_at, run_at, started_at, finished_at,
       cancel_requested_at, result::text, exists (select from jobs.result_file f where f.job_id = job.id), split_part(traceparent, '-', 2), worker_id, run_trace_id
from jobs.job
