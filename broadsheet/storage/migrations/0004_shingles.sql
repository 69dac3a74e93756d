-- What is compared of every article, for ever: its words as numbers, and the first of its group of copies.
CREATE TABLE twin (
    id bigint PRIMARY KEY,
    fold bigint NOT NULL,
    exact bigint NOT NULL,
    title bigint NOT NULL,
    host text NOT NULL,
    source text NOT NULL,
    moment timestamptz NOT NULL,
    first_seen timestamptz NOT NULL,
    shingle smallint NOT NULL,
    words bytea NOT NULL,
    sentences bytea NOT NULL,
    kind text,
    score real NOT NULL DEFAULT 1,
    evidence text NOT NULL DEFAULT ''
) WITH (fillfactor = 90);
COMMENT ON COLUMN twin.fold IS 'first of its group of copies; its own id where it is the first';
COMMENT ON COLUMN twin.exact IS 'hash of all its words: equal texts have equal ones';
COMMENT ON COLUMN twin.moment IS 'when it says it was published, or was first seen: decides who was first';
-- Hashes do not shrink: trying to compress them only costs time.
ALTER TABLE twin ALTER COLUMN words SET STORAGE EXTERNAL, ALTER COLUMN sentences SET STORAGE EXTERNAL;
CREATE INDEX twin_exact ON twin (exact);
CREATE INDEX twin_fold ON twin (fold) WHERE fold <> id;

-- Sampled shingles of the first of each group, and of what later copies add; in partitions by weeks of first sight.
CREATE TABLE shingle (
    week date NOT NULL,
    key bigint NOT NULL,
    owner bigint NOT NULL
) PARTITION BY RANGE (week);
CREATE INDEX shingle_key ON shingle (key);
CREATE TABLE shingle_rest PARTITION OF shingle DEFAULT;

-- What an operator decided about two articles; stands above every measurement.
CREATE TABLE copy_overrule (
    one bigint NOT NULL,
    other bigint NOT NULL,
    same boolean NOT NULL,
    who text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (one, other),
    CHECK (one < other)
);
CREATE INDEX copy_overrule_other ON copy_overrule (other);
