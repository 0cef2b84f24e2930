-- Jobs from before their kind had a limit, or from a program that does not know of it.
update jobs.job
set is_limited = true
where kind = any (@kinds) and not is_limited and state in ('available', 'scheduled', 'retryable', 'running')
returning kind
