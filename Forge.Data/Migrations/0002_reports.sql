CREATE TABLE reports (
    report_id text PRIMARY KEY,
    content_type text NOT NULL,
    content bytea NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE INDEX reports_expires_at_idx ON reports (expires_at);
