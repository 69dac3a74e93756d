-- People of one name, places of one name: a mention may lead to another id than its spelling does.

ALTER TABLE mention ADD COLUMN fields text[] NOT NULL DEFAULT '{}';
ALTER TABLE mention ADD COLUMN place text;
ALTER TABLE mention ADD COLUMN entity text;
COMMENT ON COLUMN mention.fields IS 'what the role is about: sport, politics, ...';
COMMENT ON COLUMN mention.place IS 'of a place that was put on the map: the id of the one it is there';
COMMENT ON COLUMN mention.entity IS 'its id where that is another than its spelling''s: a namesake''s, or that of the place on the map';
CREATE INDEX mention_fields ON mention (name_id, fields) WHERE fields <> '{}';
CREATE INDEX mention_entity ON mention (entity, article_id) WHERE entity IS NOT NULL;
CREATE INDEX mention_elsewhere ON mention (name_id, entity) WHERE entity IS NOT NULL;
CREATE INDEX mention_place ON mention (place) WHERE place IS NOT NULL;

-- Where an article plays and what it is about: what tells people of one name apart beside roles and company.
CREATE TABLE article_setting (
    article_id bigint PRIMARY KEY,
    countries text[] NOT NULL,
    topics text[] NOT NULL
);

-- The ids of people of one name, the one that kept the name's id among them.
CREATE TABLE namesake (
    entity text PRIMARY KEY,
    base text NOT NULL,
    reason text NOT NULL
);
COMMENT ON COLUMN namesake.base IS 'the id that the name leads to';
CREATE INDEX namesake_base ON namesake (base);

-- What operators said of a name in one article: it means somebody else, or the one of another article.
CREATE TABLE namesake_word (
    kind text NOT NULL,
    name text NOT NULL,
    article_id bigint NOT NULL,
    as_in bigint,
    who text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, name, article_id)
);
COMMENT ON COLUMN namesake_word.as_in IS 'the article whose bearer of the name this is; null for somebody else';

-- What a place on the map is called.
CREATE TABLE entity_place (
    entity text PRIMARY KEY,
    name text NOT NULL,
    country text
);

ALTER TABLE entity_link ADD COLUMN weak boolean NOT NULL DEFAULT false;
ALTER TABLE entity_link ADD COLUMN apart boolean NOT NULL DEFAULT false;
ALTER TABLE entity_link ADD COLUMN held boolean NOT NULL DEFAULT false;
ALTER TABLE entity_link ADD COLUMN context text;
COMMENT ON COLUMN entity_link.weak IS 'the spellings alone do not say enough';
COMMENT ON COLUMN entity_link.apart IS 'a word tells the spellings apart, however alike they are';
COMMENT ON COLUMN entity_link.held IS 'of a weak link: what the articles say makes up for it';

-- How far a repair of all names has come, so that one that was stopped goes on.
CREATE TABLE entity_repair (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    upto bigint NOT NULL
);
