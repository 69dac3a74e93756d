-- What people keep on the pages: saved searches and what they found.

CREATE TABLE saved_search (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    q text NOT NULL,
    who text NOT NULL DEFAULT '',
    made timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN saved_search.q IS 'in the query language, the filters of the page written into it';

CREATE TABLE alert (
    search bigint NOT NULL REFERENCES saved_search ON DELETE CASCADE,
    article bigint NOT NULL REFERENCES article,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (search, article)
);
CREATE INDEX alert_at ON alert (at);

-- Pages come in the order of keeping, so this is tiny: bytes by day, and what was fetched lately, without reading all pages.
CREATE INDEX page_kept ON page USING brin (kept);
CREATE INDEX booking_at ON booking (at);
