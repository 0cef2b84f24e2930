CREATE TABLE data_protection_keys (
    application text NOT NULL,
    friendly_name text NOT NULL,
    xml text NOT NULL,
    PRIMARY KEY (application, friendly_name)
);
