-- Lost: the caller was told that the job is stored, and it has not completed or has no effect; or it is stored and has not completed.
select (select count(*)
        from (select id from unnest(@promised) as promise (id) union select id from jobs.job) as owed
        where not exists (select from jobs.job j where j.id = owed.id and j.state = 'completed')
           or not exists (select from chaos.effect e where e.job_id = owed.id)) as lost,
       (select count(*) - count(distinct job_id) from chaos.run) as repeated_runs,
       -- An effect whose job did not complete would happen once more: it counts too.
       (select count(*) - count(distinct job_id) from chaos.effect where is_transactional)
       + (select count(*)
          from chaos.effect e
          where e.is_transactional and not exists (select from jobs.job j where j.id = e.job_id and j.state = 'completed')) as duplicate_effects
