-- Lost: the caller was told that the job is stored, and it has not completed or has no effect; or it is stored and has not completed.
select (select count(*)
        from (select id from unnest(@promised) as promise (id) union select id from jobs.job) as owed
        where not exists (select from jobs.job j where j.id = owed.id and j.state = 'completed')
           or not exists (select from chaos.effect e where e.job_id = owed.id)) as lost,
       (select count(*) - count(distinct job_id) from chaos.run) as repeated_runs,
       -- Every run but the one that completed the job has a row that says how it ended: rescued, failed or handed back.
       (select coalesce(sum(greatest(r.runs - 1 - (select count(*) from jobs.attempt a where a.job_id = r.job_id and a.outcome <> 'completed'), 0)), 0)::bigint
        from (select job_id, count(*) as runs from chaos.run group by job_id) r) as unexplained_runs,
       -- Whatever else ends a run uses up its attempt, so that the next one has another number; a worker that stops or dies gives it back.
       (select coalesce(sum(greatest(r.runs - 1 - (
            select count(*) from jobs.attempt a where a.job_id = r.job_id and a.attempt = r.attempt and a.outcome in ('handed_back', 'rescued')), 0)), 0)::bigint
        from (select job_id, attempt, count(*) as runs from chaos.run group by job_id, attempt) r) as repeated_attempts,
       -- An effect whose job did not complete would happen once more: it counts too.
       (select count(*) - count(distinct job_id) from chaos.effect where is_transactional)
       + (select count(*)
          from chaos.effect e
          where e.is_transactional and not exists (select from jobs.job j where j.id = e.job_id and j.state = 'completed')) as duplicate_effects,
       -- Jobs that were taken from a worker to which nobody had done any harm.
       (select count(*)
        from jobs.attempt a
        where a.outcome = 'rescued' and a.error_message like 'The worker ended or stopped answering%'
          and split_part(a.worker_id, ':', 2)::integer <> all (@harmed)) as needless_rescues
