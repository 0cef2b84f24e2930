-- Not prepared, so that the planner knows the values: each line is then a look into one index, whether there is an owner or not ("is not distinct from" is none).
select id,
       case when id = @id then 'same_row'
            when idempotency_key = @idempotency_key and request_hash = @request_hash then 'replay'
            when idempotency_key = @idempotency_key then 'conflict'
            else 'unique_key' end as reason
from jobs.job
where id = @id
   or (owner = @owner or @owner is null and owner is null) and idempotency_key = @idempotency_key
   or (owner = @owner or @owner is null and owner is null) and unique_key = @unique_key and state in ('available', 'scheduled', 'running', 'retryable')
order by id <> @id, idempotency_key is distinct from @idempotency_key
limit 1
