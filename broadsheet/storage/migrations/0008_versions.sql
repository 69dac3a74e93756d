-- What kind of edit made each version of the one before it, and whether the outlet told its readers.
ALTER TABLE version
    ADD COLUMN changes text[] NOT NULL DEFAULT '{}',
    ADD COLUMN silent boolean NOT NULL DEFAULT false,
    ADD COLUMN ours boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN version.changes IS 'kinds of broadsheet.significance; empty: the first text, or nothing that matters';
COMMENT ON COLUMN version.silent IS 'a figure or a quotation changed, and no correction notice came with it';
COMMENT ON COLUMN version.ours IS 'the page is that of the version before: our rules read it anew';
CREATE INDEX version_edits ON version (at) WHERE changes <> '{}';

-- All kinds of edits an article has seen, `silent` among them: what searches filter on.
ALTER TABLE article ADD COLUMN changes text[] NOT NULL DEFAULT '{}';
