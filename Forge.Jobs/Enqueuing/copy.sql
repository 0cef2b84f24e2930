copy jobs.job (id, kind, version, queue, priority, payload, max_attempts, is_limited, owner, traceparent, tracestate) from stdin (format binary)
