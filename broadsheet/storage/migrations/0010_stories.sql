-- Who and where an article is about, as {key: name}: what storylines are told by, and explained with.
ALTER TABLE told ADD COLUMN actors jsonb NOT NULL DEFAULT '{}', ADD COLUMN places jsonb NOT NULL DEFAULT '{}';

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
