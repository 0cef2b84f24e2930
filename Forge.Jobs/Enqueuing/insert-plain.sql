insert into jobs.job (id, kind, version, queue, priority, payload, max_attempts, is_limited, owner, traceparent, tracestate)
select * from unnest(@ids, @kinds, @versions, @queues, @priorities, @payloads, @max_attempts, @are_limited, @owners, @traceparents, @tracestates)
