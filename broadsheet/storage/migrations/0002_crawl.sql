-- What a crawl remembers: sources, their lists, which URL is due when, and how long each host is to be left alone.

-- The source files as they were read last; the files decide, this is for the pages.
CREATE TABLE source (
    name text PRIMARY KEY,
    title text NOT NULL,
    home text,
    language text,
    country text,
    enabled boolean NOT NULL,
    present boolean NOT NULL DEFAULT true,
    synced timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN source.present IS 'false: its file is gone; what it found stays';

-- Feeds, sitemaps and section pages: state that is never in a file.
CREATE TABLE feed (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL REFERENCES source,
    url text NOT NULL,
    hash bytea NOT NULL,
    kind text NOT NULL CHECK (kind IN ('feed', 'sitemap', 'section')),
    parent bigint REFERENCES feed ON DELETE CASCADE,
    host text NOT NULL,
    bucket smallint NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    next_visit timestamptz NOT NULL DEFAULT now(),
    every real NOT NULL,
    target text,
    hops smallint NOT NULL DEFAULT 0,
    etag text,
    modified text,
    digest bytea,
    streak integer NOT NULL DEFAULT 0,
    failures integer NOT NULL DEFAULT 0,
    status smallint,
    error text,
    entries integer,
    fresh integer,
    language text,
    last_visit timestamptz,
    last_success timestamptz,
    last_change timestamptz,
    UNIQUE (source, hash)
) WITH (fillfactor = 70);
COMMENT ON COLUMN feed.every IS 'seconds between visits, learned from how often it changes';
COMMENT ON COLUMN feed.streak IS 'visits in a row that were answered 304';
COMMENT ON COLUMN feed.target IS 'where it was redirected to; asked instead of url';
CREATE INDEX feed_due ON feed (bucket, next_visit) WHERE enabled;

-- Who is to be fetched when. A row stays as long as the URL will be asked for (again); narrow, texts are elsewhere.
CREATE TABLE frontier (
    url_id bigint PRIMARY KEY REFERENCES url,
    host text NOT NULL,
    bucket smallint NOT NULL,
    due timestamptz NOT NULL DEFAULT now(),
    attempts smallint NOT NULL DEFAULT 0,
    visits smallint NOT NULL DEFAULT 0,
    hops text[]
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
COMMENT ON COLUMN frontier.visits IS 'how often it was kept or found unchanged; 0: never fetched';
COMMENT ON COLUMN frontier.hops IS 'addresses it was redirected to, in order; the last is asked next, and host is its host';
CREATE INDEX frontier_due ON frontier (host, due);
CREATE INDEX frontier_bucket ON frontier (bucket, due);

-- What a conditional request needs to know of the last fetch.
CREATE TABLE visit (
    url_id bigint PRIMARY KEY REFERENCES url,
    etag text,
    modified text,
    digest bytea NOT NULL,
    first timestamptz NOT NULL DEFAULT now(),
    last timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);

-- The turn of each host: who asks moves `free_at` first, in one statement, so that two can never ask at a time.
CREATE TABLE host (
    name text PRIMARY KEY,
    bucket smallint NOT NULL,
    free_at timestamptz NOT NULL DEFAULT now(),
    asked timestamptz,
    delay real,
    lies boolean NOT NULL DEFAULT false,
    failures integer NOT NULL DEFAULT 0,
    error text,
    requests bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 200);
COMMENT ON COLUMN host.free_at IS 'not before: while a request is out, the moment at which it has certainly ended';
COMMENT ON COLUMN host.delay IS 'seconds its robots.txt asks for';
COMMENT ON COLUMN host.lies IS 'it sent another body under an ETag it had used: conditional requests are of no use';
CREATE INDEX host_bucket ON host (bucket);

CREATE TABLE robots (
    origin text PRIMARY KEY,
    status smallint,
    body bytea,
    fetched timestamptz NOT NULL DEFAULT now(),
    expires timestamptz NOT NULL,
    failures integer NOT NULL DEFAULT 0,
    error text
);
COMMENT ON COLUMN robots.status IS 'null: no answer';

-- One row a shard: who crawls it, and what holds it up.
CREATE TABLE crawler (
    shard text PRIMARY KEY,
    pid integer NOT NULL,
    started timestamptz NOT NULL DEFAULT now(),
    beat timestamptz NOT NULL DEFAULT now(),
    finished timestamptz,
    state text NOT NULL,
    tally jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON COLUMN crawler.state IS 'crawling, paused: why, finished';

-- Bodies are zstd already: to try to compress them again costs a sixth of a crawl's work in the server.
ALTER TABLE page ALTER COLUMN body SET STORAGE EXTERNAL;
