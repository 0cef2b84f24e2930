CREATE TABLE weather_lookups (
    city text PRIMARY KEY,
    lookups bigint NOT NULL,
    last_at timestamptz NOT NULL
);
