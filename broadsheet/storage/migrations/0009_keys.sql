-- What two articles are one is decided for ever from all that were seen, so the merged are remembered too.
ALTER TABLE twin ADD COLUMN addresses bytea NOT NULL DEFAULT '', ADD COLUMN into_id bigint;
COMMENT ON COLUMN twin.addresses IS 'SHA-256 of each address it gives for itself, one after the other; empty: not recorded';
COMMENT ON COLUMN twin.into_id IS 'the article it is another address of; null: it is an article';
ALTER TABLE twin ALTER COLUMN addresses SET STORAGE MAIN;
CREATE INDEX twin_into ON twin (into_id) WHERE into_id IS NOT NULL;

-- Who gives an address for itself, beside the article that `address` leads to. Nearly all addresses have one claimant.
CREATE TABLE claim (
    hash bytea NOT NULL,
    id bigint NOT NULL,
    PRIMARY KEY (hash, id)
);

-- Under the stage's lock only ids of URLs are written; to check that again was a third of what an address costs.
ALTER TABLE address DROP CONSTRAINT address_article_id_fkey;

-- Keys lie in partitions of one week: the sieves below say in which weeks a key may be, so the others are not asked.
CREATE TEMP TABLE shingle_moved ON COMMIT DROP AS SELECT week, key, owner FROM shingle;
DROP TABLE shingle;
CREATE TABLE shingle (
    week date NOT NULL,
    key bigint NOT NULL,
    owner bigint NOT NULL
) PARTITION BY LIST (week);
CREATE INDEX shingle_key ON shingle (key);
DO $$
DECLARE monday date;
BEGIN
    FOR monday IN SELECT DISTINCT week FROM shingle_moved LOOP
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF shingle FOR VALUES IN (%L)', 'shingle_' || to_char(monday, 'YYYY_MM_DD'), monday
        );
    END LOOP;
END $$;
INSERT INTO shingle SELECT week, key, owner FROM shingle_moved;

-- The upper halves of the keys as they were added, 32 bits each: what a process reads to keep its sieve up to date.
CREATE TABLE shingle_log (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    week date NOT NULL,
    keys bytea NOT NULL
);
ALTER TABLE shingle_log ALTER COLUMN keys SET STORAGE EXTERNAL;
INSERT INTO shingle_log (week, keys)
    SELECT week, string_agg(int4send((key >> 32)::integer), ''::bytea) FROM shingle_moved GROUP BY week;

-- A week's log up to `seq`, folded by upkeep into the bits of a Bloom filter.
CREATE TABLE shingle_sieve (
    week date PRIMARY KEY,
    seq bigint NOT NULL,
    count bigint NOT NULL,
    bits bytea NOT NULL
);
ALTER TABLE shingle_sieve ALTER COLUMN bits SET STORAGE EXTERNAL;
