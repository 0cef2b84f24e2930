-- For lists and figures that take as long with many jobs as with few. Plain jobs pay for none of these.
create index job_due_list on jobs.job (state, queue, id) where state in ('scheduled', 'retryable');
create index job_discarded_queue on jobs.job (queue, id) where state = 'discarded';
create index job_discarded_finished on jobs.job (finished_at) where state = 'discarded';
