-- Ids of stories and storylines; gaps mean nothing.
CREATE SEQUENCE story_id;
-- Grows with every change of `told`: under the stage's lock, so that readers find what is new by it alone.
CREATE SEQUENCE told_seq;

-- What stories know of an article: its terms, whom it resembles, its place.
CREATE TABLE told (
    id bigint PRIMARY KEY,
    seq bigint NOT NULL,
    story bigint NOT NULL,
    moment double precision NOT NULL,
    dated boolean NOT NULL,
    language text,
    words integer NOT NULL,
    head bigint NOT NULL,
    fields bytea NOT NULL,
    edges bytea NOT NULL
) WITH (fillfactor = 90);
COMMENT ON COLUMN told.moment IS 'days since 1970, UTC';
COMMENT ON COLUMN told.head IS 'first of its group of copies: a copy is where its first is';
ALTER TABLE told ALTER COLUMN fields SET STORAGE EXTERNAL, ALTER COLUMN edges SET STORAGE EXTERNAL;
CREATE INDEX told_changed ON told (seq);
CREATE INDEX told_story ON told (story);
CREATE INDEX told_moment ON told (moment);
CREATE INDEX told_head ON told (head) WHERE head <> id;

CREATE TABLE story (
    id bigint PRIMARY KEY,
    storyline bigint NOT NULL,
    into_story bigint,
    at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN story.into_story IS 'the story it was merged into: its address leads there';
CREATE INDEX story_storyline ON story (storyline);

-- The running affair above its events: the names it is known by.
CREATE TABLE storyline (
    id bigint PRIMARY KEY,
    seq bigint NOT NULL,
    events integer NOT NULL,
    hashes bytea NOT NULL,
    weights bytea NOT NULL
);
CREATE INDEX storyline_changed ON storyline (seq);
