-- What pipeline.import jobs have read from CSV files. All rows of a job come with its completion, in one transaction; so a job that was killed and
-- run again has its rows once. No unique key over (job_id, line): a run of a frozen worker that still holds its uncommitted rows would make the
-- next run wait for it.
create table imported_sales (
    id bigint generated always as identity primary key,
    user_id uuid not null references users,
    job_id uuid not null, -- no foreign key: the rows outlive the job
    line integer not null,
    sold_on date not null,
    region text not null,
    product text not null,
    quantity integer not null check (quantity > 0),
    unit_price numeric(10, 2) not null check (unit_price >= 0)
);

create index imported_sales_job on imported_sales (job_id, line);
