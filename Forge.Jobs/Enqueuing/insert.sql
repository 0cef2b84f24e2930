with asked as (
    select a.*, coalesce(a.run_at, now() + a.delay, now()) as starts_at
    from unnest(@ids, @kinds, @versions, @queues, @priorities, @payloads, @max_attempts, @are_limited, @run_ats, @delays, @owners,
                @unique_keys, @idempotency_keys, @request_hashes, @traceparents, @tracestates) with ordinality
        as a (id, kind, version, queue, priority, payload, max_attempts, is_limited, run_at, delay, owner,
              unique_key, idempotency_key, request_hash, traceparent, tracestate, position)
)
insert into jobs.job (id, kind, version, queue, priority, state, payload, max_attempts, is_limited, run_at, owner,
                      unique_key, idempotency_key, request_hash, traceparent, tracestate)
select id, kind, version, queue, priority, case when starts_at > now() then 'scheduled' else 'available' end, payload, max_attempts, is_limited,
       greatest(starts_at, now()), owner, unique_key, idempotency_key, request_hash, traceparent, tracestate
from asked
order by position
on conflict do nothing
returning id, state
