-- Who and where an article is about, as {key: name}: what storylines are told by, and explained with.
-- What an older version knew of an article is not read any more: it stays where it is, and has no voice until it is
-- told again.
UPDATE told SET fields = '', edges = '';
ALTER TABLE told ADD COLUMN actors jsonb NOT NULL DEFAULT '{}', ADD COLUMN places jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN timed boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN told.timed IS 'its date is known to the hour';

-- When an affair's events are from: one that paused for long is over.
ALTER TABLE storyline ADD COLUMN first double precision, ADD COLUMN last double precision;
-- What it was known by was words; now it is actors and places.
UPDATE storyline SET hashes = '', weights = '';

-- What operators said of two articles: one story (or storyline), or two. Stands above every measurement, for ever.
CREATE SEQUENCE story_act;
CREATE TABLE story_overrule (
    level text NOT NULL CHECK (level IN ('story', 'storyline')),
    one bigint NOT NULL,
    other bigint NOT NULL,
    same boolean NOT NULL,
    act bigint NOT NULL,
    who text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (level, one, other),
    CHECK (one < other)
);
COMMENT ON COLUMN story_overrule.act IS 'one press of a button: what is undone together';
CREATE INDEX story_overrule_other ON story_overrule (other);
CREATE INDEX story_overrule_act ON story_overrule (act);
