-- What pages ask of every name that they show: whether two places are called alike, and which names begin with these letters.

CREATE INDEX entity_place_name ON entity_place (name);
CREATE INDEX entity_name_begins ON entity_name (whole COLLATE "C");
