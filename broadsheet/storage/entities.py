"""Who is who in the tables: spellings of names, their links and ids, the articles that use them, and operators' words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from broadsheet.identity import Bearer, Link, Spelling, Word, bearer_of, partition
from broadsheet.model import Article, Entity
from broadsheet.ports import Transaction
from broadsheet.storage import namesakes
from broadsheet.storage.shingles import array

LARGEST = 3000
"""Spellings that are looked at together at most; further ones wait for upkeep."""
LONGEST = 120
"""Characters of a name; what is longer is a list that was taken for one."""
MOST_SIGNS = 2
"""Times that an id was parted: by an operator's word on two spellings, then among those who bear one name."""
AT_ONCE = 300
"""Articles with a spelling up to which a change of its id is told to the index at once; upkeep tells the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRow:
    """A spelling with what it meets others by."""

    kind: str
    name: str
    alone: str
    whole: str
    tails: tuple[str, ...]
    keys: tuple[int, ...]
    """64-bit, signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A spelling in an article."""

    kind: str
    name: str
    n: int
    role: str | None = None
    fields: tuple[str, ...] = ()
    """What the role is about."""
    place: str | None = None
    """The id of the place on the map that it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where an article plays and what it is about."""

    countries: tuple[str, ...] = ()
    """ISO 3166 codes."""
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A place on the map."""

    entity: str
    name: str
    country: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the tables keep of an article's names."""

    uses: tuple[Use, ...]
    setting: Setting = Setting()
    places: tuple[Located, ...] = ()


Named = tuple[str, str]
"""Kind and spelling."""


def named_of(entity: Entity) -> Named:
    """What the tables know a mention by."""
    return entity.type, entity.name[:LONGEST]


def renamed(article: Article, ids: Mapping[Named, str]) -> Article:
    """The article with these ids of its names; a name without one keeps what it has."""
    return replace(article, entities=tuple(replace(e, entity=ids.get(named_of(e), e.entity)) for e in article.entities))


def known(tx: Transaction, names: Iterable[Named]) -> dict[Named, int]:
    """Row ids of the spellings that are known."""
    those = sorted(set(names))
    rows = tx.rows(
        "SELECT e.id, e.kind, e.name FROM entity_name e"
        " JOIN unnest(%(kinds)s::text[], %(names)s::text[]) AS w (kind, name) ON e.kind = w.kind AND e.name = w.name",
        {"kinds": [kind for kind, _ in those], "names": [name for _, name in those]},
    )
    return {(row["kind"], row["name"]): int(row["id"]) for row in rows}


def add(tx: Transaction, rows: Sequence[NameRow]) -> dict[Named, int]:
    """Writes new spellings with their keys; their row ids."""
    tx.insert(
        "INSERT INTO entity_name (kind, name, alone, whole, tails, grouped, entity, reason, indexed) VALUES %s"
        " ON CONFLICT (kind, name) DO NOTHING",
        [(r.kind, r.name, r.alone, r.whole, list(r.tails), r.alone, r.alone, "the name itself", r.alone) for r in rows],
    )
    ids = known(tx, [(row.kind, row.name) for row in rows])
    tx.insert(
        "INSERT INTO entity_key (key, name_id) VALUES %s ON CONFLICT DO NOTHING",
        [(key, ids[row.kind, row.name]) for row in rows for key in row.keys],
    )
    return ids


def meeting(tx: Transaction, ids: Sequence[int], most: int) -> list[tuple[int, int, str, str]]:
    """Pairs (one of these, another) that share a key which at most so many have: id, other's id, kind, other's name."""
    rows = tx.rows(
        "WITH mine AS (SELECT key, name_id FROM entity_key WHERE name_id = ANY(%(ids)s::bigint[])),"
        " few AS (SELECT k.key FROM entity_key k WHERE k.key IN (SELECT key FROM mine) GROUP BY k.key"
        " HAVING count(*) BETWEEN 2 AND %(most)s)"
        " SELECT DISTINCT m.name_id AS id, o.name_id AS other, e.kind, e.name FROM mine m JOIN few USING (key)"
        " JOIN entity_key o USING (key) JOIN entity_name e ON e.id = o.name_id WHERE o.name_id <> m.name_id",
        {"ids": array(ids), "most": most},
    )
    return [(row["id"], row["other"], row["kind"], row["name"]) for row in rows]


def link(tx: Transaction, links: Sequence[Link]) -> None:
    """Writes links; one that is there keeps the surer reason."""
    best: dict[tuple[int, int], Link] = {}
    for one in links:
        pair = (min(one.a, one.b), max(one.a, one.b))
        if pair not in best or one.sure > best[pair].sure:
            best[pair] = one
    tx.insert(
        "INSERT INTO entity_link (a, b, sure, reason, weak, apart) VALUES %s ON CONFLICT (a, b) DO UPDATE SET sure ="
        " excluded.sure, reason = excluded.reason, weak = excluded.weak, apart = excluded.apart"
        " WHERE excluded.sure > entity_link.sure",
        [(*pair, one.sure, one.reason, one.weak, one.apart) for pair, one in sorted(best.items())],
    )


def use(tx: Transaction, told: Mapping[int, Told], ids: Mapping[Named, int]) -> list[int]:
    """Writes which spellings articles use, in place of what was known of them, and counts anew; the spellings touched."""
    articles = array(told)
    before = {
        row["name_id"]
        for row in tx.rows(
            "SELECT DISTINCT name_id FROM mention WHERE article_id = ANY(%(a)s::bigint[])", {"a": articles}
        )
    }
    tx.run("DELETE FROM mention WHERE article_id = ANY(%(a)s::bigint[])", {"a": articles})
    rows = [
        (id, ids[u.kind, u.name], u.n, u.role, list(u.fields), u.place)
        for id, one in sorted(told.items())
        for u in one.uses
    ]
    tx.insert("INSERT INTO mention (article_id, name_id, n, role, fields, place) VALUES %s", rows)
    _describe(tx, told)
    touched = sorted(before | {row[1] for row in rows})
    count(tx, touched)
    return touched


def _describe(tx: Transaction, told: Mapping[int, Told]) -> None:
    tx.insert(
        "INSERT INTO article_setting (article_id, countries, topics) VALUES %s ON CONFLICT (article_id)"
        " DO UPDATE SET countries = excluded.countries, topics = excluded.topics",
        [(id, list(one.setting.countries), list(one.setting.topics)) for id, one in sorted(told.items())],
    )
    # What lies close together may have one id and two names: the shorter stays, whichever article came first.
    places: dict[str, Located] = {}
    for place in (place for one in told.values() for place in one.places):
        places[place.entity] = min(place, places.get(place.entity, place), key=_of_names)
    tx.insert(
        "INSERT INTO entity_place (entity, name, country) VALUES %s ON CONFLICT (entity) DO UPDATE"
        " SET name = excluded.name, country = excluded.country"
        ' WHERE (length(excluded.name), excluded.name COLLATE "C", coalesce(excluded.country, \'\') COLLATE "C")'
        ' < (length(entity_place.name), entity_place.name COLLATE "C", coalesce(entity_place.country, \'\') COLLATE "C")',
        [(id, place.name, place.country) for id, place in sorted(places.items())],
    )


def _of_names(place: Located) -> tuple[int, str, str]:
    return len(place.name), place.name, place.country or ""


def count(tx: Transaction, ids: Sequence[int]) -> None:
    """Counts the articles of these spellings anew."""
    tx.run(
        "UPDATE entity_name e SET uses = c.n FROM (SELECT w.id, count(m.article_id) AS n"
        " FROM unnest(%(ids)s::bigint[]) AS w (id) LEFT JOIN mention m ON m.name_id = w.id GROUP BY w.id) AS c"
        " WHERE c.id = e.id AND e.uses <> c.n",
        {"ids": array(ids)},
    )


_NEIGHBOURS = (
    "SELECT b AS id FROM entity_link WHERE a = ANY(%(ids)s::bigint[]) AND (held OR NOT weak)"
    " UNION SELECT a FROM entity_link WHERE b = ANY(%(ids)s::bigint[]) AND (held OR NOT weak)"
    " UNION SELECT o.id FROM entity_name e JOIN entity_name o ON o.alone = e.alone WHERE e.id = ANY(%(ids)s::bigint[])"
    " UNION SELECT o.id FROM entity_name e JOIN entity_word w ON w.kind = e.kind AND w.name = e.name"
    " JOIN entity_name o ON o.kind = w.other_kind AND o.name = w.other_name WHERE e.id = ANY(%(ids)s::bigint[])"
    " UNION SELECT o.id FROM entity_name e JOIN entity_word w ON w.other_kind = e.kind AND w.other_name = e.name"
    " JOIN entity_name o ON o.kind = w.kind AND o.name = w.name WHERE e.id = ANY(%(ids)s::bigint[])"
)


def connected(tx: Transaction, ids: Iterable[int]) -> set[int]:
    """These spellings and all that any chain of links, ids or words leads to from them."""
    found, edge = set(ids), set(ids)
    while edge and len(found) < LARGEST:
        rows = tx.rows(_NEIGHBOURS, {"ids": array(sorted(edge))})
        edge = {row["id"] for row in rows} - found
        found |= edge
    return found


def regroup(tx: Transaction, ids: Iterable[int]) -> None:
    """Decides anew which of these spellings are one; all that is connected with them must be among them."""
    those = array(sorted(ids))
    spellings = [
        Spelling(**row)
        for row in tx.rows(
            "SELECT id, kind, name, alone FROM entity_name WHERE id = ANY(%(i)s::bigint[])", {"i": those}
        )
    ]
    links = [
        Link(**row)
        for row in tx.rows(
            "SELECT a, b, sure, concat_ws(' ', reason, context) AS reason, apart AND NOT held AS apart FROM entity_link"
            " WHERE a = ANY(%(i)s::bigint[]) AND b = ANY(%(i)s::bigint[]) AND (held OR apart OR NOT weak)",
            {"i": those},
        )
    ]
    placed = partition(spellings, links, _words(tx, those))
    tx.insert(
        "UPDATE entity_name e SET grouped = v.entity, entity = v.entity, reason = v.reason"
        " FROM (VALUES %s) AS v (id, entity, reason) WHERE e.id = v.id::bigint"
        " AND (e.grouped, e.reason) IS DISTINCT FROM (v.entity, v.reason)",
        [(id, place.entity, place.reason) for id, place in sorted(placed.items())],
    )


def _words(tx: Transaction, ids: str) -> list[Word]:
    rows = tx.rows(
        "SELECT a.id AS a, b.id AS b, w.same, w.who FROM entity_word w"
        " JOIN entity_name a ON a.kind = w.kind AND a.name = w.name"
        " JOIN entity_name b ON b.kind = w.other_kind AND b.name = w.other_name"
        " WHERE a.id = ANY(%(i)s::bigint[]) AND b.id = ANY(%(i)s::bigint[])",
        {"i": ids},
    )
    return [Word(**row) for row in rows]


def lend(tx: Transaction, ids: Sequence[int]) -> dict[int, str]:
    """Decides whom short names mean by themselves: those among these spellings, and those that these may lend. A short
    name of which an operator said whose it is stays there, and so does one of several words that more articles use than
    any longer one: that is a full name. The ids that changed ones had before."""
    shorts = tx.rows(
        "SELECT s.id, s.whole, s.uses, s.grouped, s.entity, s.reason FROM entity_name s WHERE s.kind = 'PER' AND s.whole <> ''"
        " AND s.alone !~ '^[QG][0-9]+$' AND (s.id = ANY(%(i)s::bigint[]) OR s.whole IN"
        " (SELECT unnest(tails) FROM entity_name WHERE id = ANY(%(i)s::bigint[])))",
        {"i": array(ids)},
    )
    bearers = _bearers(tx, [row["whole"] for row in shorts])
    said = _said(tx, [row["id"] for row in shorts])
    changes = []
    before: dict[int, str] = {}
    for row in shorts:
        words = said.get(row["id"], {})
        apart = {entity for entity, same in words.items() if not same}
        able = [one for one in bearers.get(row["whole"], []) if one.entity not in apart]
        bearer = None if True in words.values() else bearer_of(able)
        entity, reason = row["grouped"], None
        full = " " in row["whole"] and bearer is not None and bearer.uses < row["uses"]
        if bearer and bearer.entity != row["grouped"] and not full:
            entity, reason = bearer.entity, f"the family name of {bearer.name}"
        if entity != row["entity"] or (reason and reason != row["reason"]):
            changes.append((row["id"], entity, reason))
            before[row["id"]] = row["entity"]
    tx.insert(
        "UPDATE entity_name e SET entity = v.entity, reason = coalesce(v.reason, 'the name itself')"
        " FROM (VALUES %s) AS v (id, entity, reason) WHERE e.id = v.id::bigint",
        changes,
    )
    return before


def _bearers(tx: Transaction, wholes: Sequence[str]) -> dict[str, list[Bearer]]:
    rows = tx.rows(
        "SELECT w.whole, e.grouped, sum(e.uses) AS uses, (array_agg(e.name ORDER BY e.uses DESC, e.name))[1] AS name"
        " FROM entity_name e, unnest(e.tails) AS w (whole) WHERE e.tails && %(wholes)s::text[] AND e.uses > 0"
        " AND w.whole = ANY(%(wholes)s) GROUP BY w.whole, e.grouped",
        {"wholes": sorted(set(wholes))},
    )
    found: dict[str, list[Bearer]] = defaultdict(list)
    for row in rows:
        found[row["whole"]].append(Bearer(entity=row["grouped"], name=row["name"], uses=int(row["uses"])))
    return found


def _said(tx: Transaction, ids: Sequence[int]) -> dict[int, dict[str, bool]]:
    """For spellings of which operators said something: whether they are those of groups."""
    rows = tx.rows(
        "WITH word AS (SELECT kind, name, other_kind, other_name, same FROM entity_word UNION ALL"
        " SELECT other_kind, other_name, kind, name, same FROM entity_word)"
        " SELECT e.id, o.grouped, w.same FROM entity_name e JOIN word w ON w.kind = e.kind AND w.name = e.name"
        " JOIN entity_name o ON o.kind = w.other_kind AND o.name = w.other_name WHERE e.id = ANY(%(ids)s::bigint[])"
        " AND o.id <> e.id",
        {"ids": array(ids)},
    )
    found: dict[int, dict[str, bool]] = defaultdict(dict)
    for row in rows:
        found[row["id"]][row["grouped"]] = row["same"]
    return found


def ids_of(tx: Transaction, rows: Iterable[int]) -> dict[Named, str]:
    """The ids that spellings have now."""
    found = tx.rows(
        "SELECT kind, name, entity FROM entity_name WHERE id = ANY(%(i)s::bigint[])", {"i": array(sorted(rows))}
    )
    return {(row["kind"], row["name"]): row["entity"] for row in found}


def of_articles(tx: Transaction, articles: Iterable[int]) -> dict[int, dict[Named, str]]:
    """For each article the ids that its names have today."""
    found: dict[int, dict[Named, str]] = defaultdict(dict)
    for row in tx.rows(
        "SELECT m.article_id, e.kind, e.name, coalesce(m.entity, e.entity) AS entity FROM mention m"
        " JOIN entity_name e ON e.id = m.name_id WHERE m.article_id = ANY(%(a)s::bigint[])",
        {"a": array(articles)},
    ):
        found[row["article_id"]][row["kind"], row["name"]] = row["entity"]
    return found


def tell(tx: Transaction) -> int:
    """Gives articles whose names got other ids a new revision, so that the index hears of it; of spellings of more than
    AT_ONCE articles upkeep tells. The number of articles."""
    names = array(
        row["id"]
        for row in tx.rows(
            "SELECT id FROM entity_name WHERE indexed <> entity AND uses <= %(most)s ORDER BY id LIMIT 2000",
            {"most": AT_ONCE},
        )
    )
    told = tx.run(
        "UPDATE article SET revision = revision + 1, changed = now() WHERE id IN"
        " (SELECT article_id FROM mention WHERE name_id = ANY(%(n)s::bigint[]))",
        {"n": names},
    )
    tx.run("UPDATE entity_name SET indexed = entity WHERE id = ANY(%(n)s::bigint[])", {"n": names})
    return told


def follow(tx: Transaction, entity: str) -> str | None:
    """The id that one leads to today: itself, or what its name was merged into; None where nothing has or had it."""
    rows = tx.rows(
        "SELECT entity FROM (SELECT entity, 0 AS far, 0 AS uses, 0 AS id FROM namesake WHERE entity = %(e)s"
        " UNION ALL (SELECT entity, 1, 0, 0 FROM mention WHERE entity = %(e)s LIMIT 1)"
        " UNION ALL SELECT entity, CASE WHEN entity = %(e)s THEN 1 ELSE 2 END, uses, id FROM entity_name"
        " WHERE entity = %(e)s OR alone = %(e)s) AS found ORDER BY far, uses DESC, id LIMIT 1",
        {"e": entity},
    )
    if rows:
        return str(rows[0]["entity"])
    base, sign, label = entity.rpartition(namesakes.SIGN)
    today = follow(tx, base) if sign and entity.count(sign) <= MOST_SIGNS else None
    if today is None:
        return None
    return next((row["entity"] for row in namesakes.of(tx, today) if row["entity"] == today + sign + label), today)


def say(tx: Transaction, one: Named, other: Named, same: bool | None, who: str) -> None:
    """An operator's word on two spellings; None takes it back. `regroup` of their rows then applies it."""
    a, b = sorted((one, other))
    given = {"k": a[0], "n": a[1], "ok": b[0], "on": b[1], "same": same, "who": who}
    where = "kind = %(k)s AND name = %(n)s AND other_kind = %(ok)s AND other_name = %(on)s"
    if same is None:
        tx.run(f"DELETE FROM entity_word WHERE {where}", given)
        return
    tx.run(
        "INSERT INTO entity_word (kind, name, other_kind, other_name, same, who)"
        " VALUES (%(k)s, %(n)s, %(ok)s, %(on)s, %(same)s, %(who)s)"
        " ON CONFLICT (kind, name, other_kind, other_name) DO UPDATE SET same = excluded.same, who = excluded.who, at = now()",
        given,
    )


def settle(tx: Transaction, ids: Iterable[int], stored: Sequence[int] = (), most: int = namesakes.MOST) -> set[int]:
    """Decides anew for these spellings and tells the index what changed, but for articles that are about to be `stored`.
    Names of more than `most` articles are left to upkeep. Under the stage's lock. The spellings that were looked at."""
    given = set(ids)
    if not given:
        return set()
    given |= namesakes.weigh(tx, given, most)
    touched = connected(tx, given)
    before = _leads(tx, touched)
    regroup(tx, touched)
    before = lend(tx, sorted(touched)) | before
    touched = set(before)
    now = _leads(tx, touched)
    moved = {id for id in touched if before[id] != now.get(id)}
    changed = namesakes.on_map(tx, moved if stored else moved | given, stored)
    changed |= namesakes.review(tx, touched, {*before.values(), *now.values()}, most)
    revise(tx, sorted(changed - set(stored)))
    tell(tx)
    return touched


def _leads(tx: Transaction, ids: Iterable[int]) -> dict[int, str]:
    rows = tx.rows("SELECT id, entity FROM entity_name WHERE id = ANY(%(i)s::bigint[])", {"i": array(sorted(ids))})
    return {int(row["id"]): row["entity"] for row in rows}


def revise(tx: Transaction, articles: Sequence[int]) -> int:
    """Gives articles a new revision, so that the index hears of them."""
    return tx.run(
        "UPDATE article SET revision = revision + 1, changed = now() WHERE id = ANY(%(a)s::bigint[])",
        {"a": array(articles)},
    )
