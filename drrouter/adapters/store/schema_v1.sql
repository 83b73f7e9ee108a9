-- What the router must not forget. Instants are texts in UTC (ISO 8601), values are JSON.

CREATE TABLE documents (
    collection TEXT NOT NULL,
    key        TEXT NOT NULL,
    json       TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (collection, key)
) WITHOUT ROWID;

-- Messages to providers. The id of a delivered one is kept for a while, so that a replay does not send it again.
CREATE TABLE outbox (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    id        TEXT NOT NULL UNIQUE,
    provider  TEXT NOT NULL,
    json      TEXT NOT NULL,
    delivered INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX outbox_waiting ON outbox (provider, number) WHERE delivered = 0;
CREATE INDEX outbox_delivered ON outbox (number) WHERE delivered = 1;

CREATE TABLE journal (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    at        TEXT NOT NULL,
    device_id TEXT,
    json      TEXT NOT NULL
);
