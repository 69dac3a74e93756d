-- What each id was called when upkeep looked last: where that changes the index must hear of it.

CREATE TABLE entity_title (
    entity text PRIMARY KEY,
    title text NOT NULL
);
