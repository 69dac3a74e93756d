-- What the pages of a site teach. Weights grow by 2^(days since 2020 / half-life), so that old ones fade beside new ones
-- without being touched (Cormode et al., Forward decay, ICDE 2009).
DROP TABLE host_profile;

-- How much was counted on a host.
CREATE TABLE site (
    host text PRIMARY KEY,
    weight double precision NOT NULL
) WITH (fillfactor = 50);

-- How many different articles of a host have a line.
CREATE TABLE site_line (
    host text NOT NULL,
    key bigint NOT NULL,
    weight double precision NOT NULL,
    PRIMARY KEY (host, key)
) WITH (fillfactor = 80);
COMMENT ON COLUMN site_line.key IS 'hash of the folded text';

-- Which articles were counted, for some weeks: none counts twice, and twins of one body count once.
CREATE TABLE site_article (
    id bigint PRIMARY KEY,
    host text NOT NULL,
    seen timestamptz NOT NULL,
    whole bigint NOT NULL,
    paragraphs smallint NOT NULL
);
COMMENT ON COLUMN site_article.whole IS 'hash of the kept text; 0 where it is too long to be an error page';
COMMENT ON COLUMN site_article.paragraphs IS 'how many of its longest paragraphs are known: what shares half of them is the same body';
CREATE INDEX site_article_whole ON site_article (host, whole);
CREATE INDEX site_article_seen ON site_article (seen);

-- The longest paragraphs of the articles that were counted: a hash of host and text.
CREATE TABLE site_paragraph (
    key bigint NOT NULL,
    article bigint NOT NULL,
    seen timestamptz NOT NULL,
    PRIMARY KEY (key, article)
);

-- What a host answers to an address that surely is not there, asked for now and then.
CREATE TABLE site_missing (
    host text PRIMARY KEY,
    asked timestamptz NOT NULL DEFAULT now(),
    url text NOT NULL,
    status smallint,
    target text,
    headers jsonb NOT NULL DEFAULT '[]',
    body bytea
);
COMMENT ON COLUMN site_missing.status IS 'null: no answer; 0: robots.txt forbids to ask';
COMMENT ON COLUMN site_missing.target IS 'where it sends those who ask for what is not there';
COMMENT ON COLUMN site_missing.body IS 'zstd; only of an answer that says 200, which is no honest answer';

-- What `extract` and `strip` found in the last live pages of each source: its layout is known by them.
CREATE TABLE sighting (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL,
    url_id bigint NOT NULL,
    at timestamptz NOT NULL,
    family text NOT NULL,
    fields smallint NOT NULL,
    size real NOT NULL,
    body real NOT NULL,
    lists real NOT NULL,
    UNIQUE (url_id, source, at)
);
CREATE INDEX sighting_last ON sighting (source, id);
COMMENT ON COLUMN sighting.family IS 'what its address looks like';
COMMENT ON COLUMN sighting.fields IS 'bits: article, title, date, authors, image';
COMMENT ON COLUMN sighting.size IS 'natural logarithm of the width of the running text';
COMMENT ON COLUMN sighting.body IS 'share of the page that is running text';
COMMENT ON COLUMN sighting.lists IS 'share of the page that is lists of links';

-- A source whose layout changed is held with all that was fetched of it already.
ALTER TABLE source_hold ADD COLUMN pages boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN source_hold.pages IS 'its fetched pages wait too';
