-- Who is who: every spelling of a person, organisation or place that articles used, and the id each leads to.

CREATE TABLE entity_name (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    name text NOT NULL,
    alone text NOT NULL,
    whole text NOT NULL,
    tails text[] NOT NULL,
    grouped text NOT NULL,
    entity text NOT NULL,
    reason text NOT NULL,
    indexed text NOT NULL,
    uses integer NOT NULL DEFAULT 0,
    UNIQUE (kind, name)
) WITH (fillfactor = 85);
COMMENT ON COLUMN entity_name.alone IS 'the id the spelling has by itself, a function of nothing else; whatever was ever an id is the alone of a row';
COMMENT ON COLUMN entity_name.whole IS 'its words in Latin letters';
COMMENT ON COLUMN entity_name.tails IS 'of a person: what may stand for the name where it was given before, the family name above all';
COMMENT ON COLUMN entity_name.grouped IS 'id of the spellings that are one by their letters, by tables, or by an operator''s word';
COMMENT ON COLUMN entity_name.entity IS 'the id today: `grouped`, or that of the full name a family name stands for';
COMMENT ON COLUMN entity_name.indexed IS '`entity` as the index was told';
COMMENT ON COLUMN entity_name.uses IS 'articles that use the spelling';
CREATE INDEX entity_name_entity ON entity_name (entity);
CREATE INDEX entity_name_grouped ON entity_name (grouped);
CREATE INDEX entity_name_alone ON entity_name (alone);
CREATE INDEX entity_name_whole ON entity_name (whole);
CREATE INDEX entity_name_tails ON entity_name USING gin (tails);
CREATE INDEX entity_name_untold ON entity_name (id) WHERE indexed <> entity;

-- Where spellings meet that may be one: a hash of what they must share.
CREATE TABLE entity_key (
    key bigint NOT NULL,
    name_id bigint NOT NULL REFERENCES entity_name ON DELETE CASCADE,
    PRIMARY KEY (key, name_id)
);
CREATE INDEX entity_key_name ON entity_key (name_id);

-- Two spellings that are one, as far as the two of them tell.
CREATE TABLE entity_link (
    a bigint NOT NULL REFERENCES entity_name ON DELETE CASCADE,
    b bigint NOT NULL REFERENCES entity_name ON DELETE CASCADE,
    sure real NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (a, b)
);
CREATE INDEX entity_link_b ON entity_link (b);

-- What operators said of two spellings: by their letters, so that it holds whatever becomes of the rows.
CREATE TABLE entity_word (
    kind text NOT NULL,
    name text NOT NULL,
    other_kind text NOT NULL,
    other_name text NOT NULL,
    same boolean NOT NULL,
    who text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, name, other_kind, other_name)
);
CREATE INDEX entity_word_other ON entity_word (other_kind, other_name);

-- Which article uses which spelling.
CREATE TABLE mention (
    article_id bigint NOT NULL,
    name_id bigint NOT NULL REFERENCES entity_name ON DELETE CASCADE,
    n integer NOT NULL,
    role text,
    PRIMARY KEY (article_id, name_id)
);
CREATE INDEX mention_name ON mention (name_id, article_id);
