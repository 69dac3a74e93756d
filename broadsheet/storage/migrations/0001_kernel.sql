-- Every URL ever seen: one row, one disposition, for ever. Booked under the source and hour that first found it.
CREATE TABLE url (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash bytea NOT NULL UNIQUE,
    url text NOT NULL,
    host text NOT NULL,
    source text NOT NULL,
    found timestamptz NOT NULL DEFAULT now(),
    claims jsonb NOT NULL,
    disposition text NOT NULL DEFAULT 'pending'
        CHECK (disposition IN ('pending', 'article', 'merged', 'rejected', 'dead')),
    stage text,
    reason text,
    detail text,
    merged_into bigint REFERENCES url,
    decided timestamptz
) WITH (fillfactor = 85);
CREATE INDEX url_disposition ON url (disposition, reason);
CREATE INDEX url_source ON url (source, found);
CREATE INDEX url_host ON url (host);
CREATE INDEX url_decided ON url (decided) WHERE disposition IN ('rejected', 'dead');

-- What crawlers say they found: rows only ever added, the independent side of the conservation law.
CREATE TABLE booking (
    at timestamptz NOT NULL DEFAULT now(),
    source text NOT NULL,
    hour timestamptz NOT NULL,
    n integer NOT NULL
);
CREATE INDEX booking_hour ON booking (hour);

-- Raw responses, zstd, in partitions by month of keeping.
CREATE TABLE page (
    url_id bigint NOT NULL,
    kept timestamptz NOT NULL,
    fetched timestamptz NOT NULL,
    final_url text NOT NULL,
    status smallint NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    size integer NOT NULL,
    hash bytea NOT NULL,
    flat boolean NOT NULL DEFAULT false,
    PRIMARY KEY (url_id, kept)
) PARTITION BY RANGE (kept);
CREATE TABLE page_rest PARTITION OF page DEFAULT;

-- The queue: narrow, apart from the texts. A row is a document waiting for a stage in a lane.
CREATE TABLE job (
    lane text NOT NULL,
    url_id bigint NOT NULL REFERENCES url,
    stage text NOT NULL,
    host text NOT NULL,
    kept timestamptz NOT NULL,
    due timestamptz NOT NULL DEFAULT now(),
    queued timestamptz NOT NULL DEFAULT now(),
    held text,
    PRIMARY KEY (lane, url_id)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 200,
        autovacuum_vacuum_cost_delay = 0);
CREATE INDEX job_due ON job (lane, stage, due) WHERE held IS NULL;
CREATE INDEX job_url ON job (url_id);

-- Claims are counted here before the work, in a transaction of their own: what kills its worker is found by it.
CREATE TABLE attempt (
    lane text NOT NULL,
    url_id bigint NOT NULL,
    claims smallint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (lane, url_id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 200);

-- An article between two stages that do not run in one worker.
CREATE TABLE draft (
    lane text NOT NULL,
    url_id bigint NOT NULL,
    extracted bytea,
    article bytea NOT NULL,
    PRIMARY KEY (lane, url_id)
);

CREATE TABLE article (
    id bigint PRIMARY KEY REFERENCES url,
    revision bigint NOT NULL DEFAULT 1,
    indexed_revision bigint NOT NULL DEFAULT 0,
    refused_revision bigint NOT NULL DEFAULT 0,
    born timestamptz NOT NULL,
    lane text NOT NULL,
    kept timestamptz NOT NULL,
    first_seen timestamptz NOT NULL,
    published timestamptz,
    source text NOT NULL,
    host text NOT NULL,
    url text NOT NULL,
    title text NOT NULL,
    language text,
    fold bigint,
    story bigint,
    storyline bigint,
    withdrawn timestamptz,
    withdrawn_why text,
    extracted bytea,
    document bytea NOT NULL,
    changed timestamptz NOT NULL DEFAULT now(),
    first_indexed timestamptz,
    latency real
) WITH (fillfactor = 85);
COMMENT ON COLUMN article.lane IS 'the lane in which its first revision was made';
COMMENT ON COLUMN article.latency IS 'seconds from kept to found by a search, of its first revision';
CREATE INDEX article_outbox ON article (id) WHERE indexed_revision < revision AND refused_revision < revision;
CREATE INDEX article_fold ON article (fold);
CREATE INDEX article_story ON article (story);
CREATE INDEX article_source ON article (source, first_seen);
CREATE INDEX article_first_indexed ON article (first_indexed);
CREATE INDEX article_host ON article (host, first_seen);

-- Every text an article had: a changed refetch, a reprocess that changed the text.
CREATE TABLE version (
    article_id bigint NOT NULL REFERENCES article,
    revision bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    kept timestamptz NOT NULL,
    title text NOT NULL,
    text_hash bytea NOT NULL,
    document bytea NOT NULL,
    PRIMARY KEY (article_id, revision)
);

-- Every address known for an article: asked, answered, canonical, AMP.
CREATE TABLE address (
    hash bytea PRIMARY KEY,
    url text NOT NULL,
    article_id bigint NOT NULL REFERENCES url
);
CREATE INDEX address_article ON address (article_id);

CREATE TABLE dead_letter (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    lane text NOT NULL,
    url_id bigint NOT NULL REFERENCES url,
    stage text NOT NULL,
    kept timestamptz,
    error text NOT NULL,
    traceback text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    revived timestamptz
);
CREATE INDEX dead_letter_open ON dead_letter (at) WHERE revived IS NULL;
CREATE INDEX dead_letter_url ON dead_letter (url_id);

-- What happened to a URL, in order: the trace.
CREATE TABLE event (
    url_id bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    what text NOT NULL,
    detail text NOT NULL DEFAULT ''
);
CREATE INDEX event_url ON event (url_id, at);

-- One row a batch and stage, only ever added; upkeep rolls them up.
CREATE TABLE tally (
    at timestamptz NOT NULL DEFAULT now(),
    lane text NOT NULL,
    stage text NOT NULL,
    passed integer NOT NULL,
    dropped integer NOT NULL,
    failed integer NOT NULL,
    seconds real NOT NULL
);
CREATE INDEX tally_at ON tally (at);

-- The last documents of each stage, for StageBroken: one row a document that failed or passed.
CREATE TABLE recent (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stage text NOT NULL,
    lane text NOT NULL,
    url_id bigint NOT NULL,
    host text NOT NULL,
    failed boolean NOT NULL,
    dead_letter bigint
);
CREATE INDEX recent_stage ON recent (stage, id);

CREATE TABLE stage_state (
    stage text PRIMARY KEY,
    paused timestamptz,
    reason text
);

CREATE TABLE host_hold (
    host text NOT NULL,
    stage text NOT NULL,
    since timestamptz NOT NULL DEFAULT now(),
    reason text NOT NULL,
    PRIMARY KEY (host, stage)
);

CREATE TABLE source_hold (
    source text PRIMARY KEY,
    since timestamptz NOT NULL DEFAULT now(),
    reason text NOT NULL
);

-- Which index belongs to this database: one row an engine.
CREATE TABLE index_state (
    engine text PRIMARY KEY,
    generation text NOT NULL,
    since timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE reprocess_run (
    lane text PRIMARY KEY,
    from_stage text NOT NULL,
    chosen jsonb NOT NULL,
    total integer NOT NULL,
    started timestamptz NOT NULL DEFAULT now(),
    finished timestamptz
);

-- What operators decided for a source's blocks.
CREATE TABLE overrule (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL,
    role text,
    pattern text,
    keep boolean NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    who text NOT NULL DEFAULT ''
);
CREATE INDEX overrule_source ON overrule (source);

CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    who text NOT NULL,
    action text NOT NULL,
    target text NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}'
);

CREATE TABLE import_progress (
    file_hash bytea PRIMARY KEY,
    name text NOT NULL,
    done bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE note (
    key text PRIMARY KEY,
    value jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE note IS 'the present state of single things: crawling paused, last upkeep, engine count';

-- What was learned of a host's layout.
CREATE TABLE host_profile (
    host text PRIMARY KEY,
    profile jsonb NOT NULL,
    changed timestamptz NOT NULL DEFAULT now()
);
