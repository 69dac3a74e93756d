"""What people may change: each change is one POST with the page's token, one transaction, and one line in the audit table."""

from __future__ import annotations

import hmac
import re
from typing import get_args
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from broadsheet.errors import BadInput
from broadsheet.model import Role
from broadsheet.search.query import parse
from broadsheet.storage import queue, sightings
from broadsheet.web import copy_changes, story_changes
from broadsheet.web.acts import Act, Asked, Done, Form, number, word
from broadsheet.web.services import here

LONGEST_FORM = 64 * 1024
"""Bytes of a form."""
ROLES = get_args(Role)


def resume(asked: Asked) -> Done:
    """Lets a paused stage go on."""
    tx, form = asked.tx, asked.form
    stage = word(form, "stage")
    if not queue.resume(tx, stage):
        raise BadInput(f"stage: {stage!r} is not paused")
    return Done(target=stage, said=f"Stage {stage} goes on.", detail={})


def release_host(asked: Asked) -> Done:
    """Lets a held host's pages go on."""
    tx, form = asked.tx, asked.form
    host = word(form, "host")
    if not queue.release(tx, host):
        raise BadInput(f"host: {host!r} is not held")
    return Done(target=host, said=f"The pages of {host} go on.", detail={})


def release_source(asked: Asked) -> Done:
    """Lets a held or paused source go on, and its held pages with it."""
    tx, form = asked.tx, asked.form
    source = word(form, "source")
    done = sightings.release(tx, source, anew=form.get("anew") == "1")
    if done is None:
        raise BadInput(f"source: {source!r} is not held")
    return Done(target=source, said=f"Source {source} goes on.", detail=done)


def pause_source(asked: Asked) -> Done:
    """Holds a source until someone releases it."""
    tx, form = asked.tx, asked.form
    source = word(form, "source")
    if not tx.rows(
        "SELECT 1 FROM source WHERE name = %(s)s UNION ALL SELECT 1 FROM url WHERE source = %(s)s LIMIT 1",
        {"s": source},
    ):
        raise BadInput(f"source: {source!r} is not known")
    tx.insert(
        "INSERT INTO source_hold (source, reason) VALUES %s ON CONFLICT (source) DO NOTHING",
        [(source, f"paused by {asked.who}")],
    )
    return Done(target=source, said=f"Source {source} is paused.", detail={})


def revive(asked: Asked) -> Done:
    """Puts dead letters back into the queue: one, or all of a stage."""
    tx, form = asked.tx, asked.form
    if form.get("letter"):
        letters = [number(form, "letter")]
        target = f"dead letter {letters[0]}"
    else:
        stage = word(form, "stage")
        rows = tx.rows("SELECT id FROM dead_letter WHERE stage = %(s)s AND revived IS NULL", {"s": stage})
        letters, target = [row["id"] for row in rows], f"all of {stage}"
    done = queue.revive(tx, letters)
    if not done:
        raise BadInput(f"letter: no open dead letter ({target})")
    return Done(target=target, said=f"{done} revived.", detail={"revived": done})


def overrule(asked: Asked) -> Done:
    """Says for a source whether blocks of a role, or with a text, are kept."""
    tx, form = asked.tx, asked.form
    source, role, pattern = word(form, "source"), form.get("role", "").strip(), form.get("pattern", "").strip()
    if role and role not in ROLES:
        raise BadInput(f"role: expected one of {', '.join(ROLES)}, got {role[:40]!r}")
    if not role and not pattern:
        raise BadInput("role: expected a role or a pattern, got neither")
    _check_pattern(pattern)
    keep = word(form, "keep") == "1"
    given = {"source": source, "role": role or None, "pattern": pattern or None}
    tx.run(
        "DELETE FROM overrule WHERE source = %(source)s AND role IS NOT DISTINCT FROM %(role)s"
        " AND pattern IS NOT DISTINCT FROM %(pattern)s",
        given,
    )
    tx.insert(
        "INSERT INTO overrule (source, role, pattern, keep, who) VALUES %s",
        [(source, role or None, pattern or None, keep, asked.who)],
    )
    said = f"From now on {source}'s {role or 'matching'} blocks are {'kept' if keep else 'removed'}; articles that are"
    again = f"already here change with: broadsheet reprocess --from strip --source {source}"
    return Done(target=source, said=f"{said} {again}", detail={**given, "keep": keep})


def _check_pattern(pattern: str) -> None:
    if len(pattern) > 200:
        raise BadInput(f"pattern: at most 200 characters, got {len(pattern)}")
    try:
        re.compile(pattern)
    except re.error as error:
        raise BadInput(f"pattern: {pattern!r} is no regular expression: {error}") from None


def forget_overrule(asked: Asked) -> Done:
    """Takes an overrule back."""
    tx, form = asked.tx, asked.form
    rows = tx.rows(
        "DELETE FROM overrule WHERE id = %(id)s RETURNING source, role, pattern, keep",
        {"id": number(form, "overrule")},
    )
    if not rows:
        raise BadInput(f"overrule: {form.get('overrule')!r} is not there")
    return Done(target=rows[0]["source"], said="The overrule is taken back.", detail=rows[0])


def save_search(asked: Asked) -> Done:
    """Keeps a search: from now on what it finds among new articles is an alert."""
    tx, form = asked.tx, asked.form
    q = whole_query(form)
    parse(q)
    name = form.get("name", "").strip()[:200] or q[:200]
    rows = tx.insert_returning("INSERT INTO saved_search (name, q, who) VALUES %s RETURNING id", [(name, q, asked.who)])
    return Done(target=f"search {rows[0][0]}", said=f"Saved: {name}", detail={"q": q})


def whole_query(form: Form) -> str:
    """The query with the page's filters written into it."""
    parts = [f"({q})"] if (q := form.get("q", "").strip()) else []
    for name in ("source", "lang", "topic", "changed"):
        values = [value for value in form.get(name, "").split(",") if value]
        quoted = [f'{name}:"{value.replace(chr(34), " ")}"' for value in values]
        if quoted:
            parts.append(quoted[0] if len(quoted) == 1 else f"({' OR '.join(quoted)})")
    for name in ("person", "org", "place", "entity"):
        parts += [f'{name}:"{id.replace(chr(34), " ")}"' for id in form.get(name, "").split(",") if id]
    if not parts:
        raise BadInput("q: expected words or a filter to save, got ''")
    return " ".join(parts) if len(parts) > 1 else form.get("q", "").strip() or parts[0]


def delete_search(asked: Asked) -> Done:
    """Forgets a saved search and its alerts."""
    tx, form = asked.tx, asked.form
    rows = tx.rows("DELETE FROM saved_search WHERE id = %(id)s RETURNING name, q", {"id": number(form, "search")})
    if not rows:
        raise BadInput(f"search: {form.get('search')!r} is not there")
    return Done(target=f"search {form['search']}", said=f"Deleted: {rows[0]['name']}", detail=rows[0])


ACTS: dict[str, Act] = {
    "resume": resume,
    "release-host": release_host,
    "release-source": release_source,
    "pause-source": pause_source,
    "revive": revive,
    "overrule": overrule,
    "forget-overrule": forget_overrule,
    "save-search": save_search,
    "delete-search": delete_search,
    **copy_changes.ACTS,
    **story_changes.ACTS,
}


async def read_form(request: Request) -> dict[str, str]:
    """The form of a request; refused where it is none, or larger than any of ours."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415, f"expected a form, got {kind[:60] or 'nothing'}")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            raise HTTPException(413, f"a form of more than {LONGEST_FORM} bytes")
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=100))
    except ValueError as error:
        raise HTTPException(400, f"the form cannot be read: {error}") from None


async def change(request: Request) -> Response:
    """Does what the address names, if the page's token comes along; then back to the page."""
    act = ACTS.get(request.path_params["act"])
    if act is None:
        raise HTTPException(404, f"{request.url.path[:100]}: no such change")
    form = await read_form(request)
    check_token(request, form)
    name = request.path_params["act"]
    number = await run_in_threadpool(_run, request, name, act, form)
    return RedirectResponse(_back(form.get("back", "/ops"), number), 303)


def check_token(request: Request, form: Form) -> None:
    """Raises 403 where the page's token is missing or of another session."""
    guard, session = here(request).guard, request.state.session
    token = guard.page_token(session)
    if not token or not hmac.compare_digest(token.encode(), form.get("token", "").encode()):
        raise HTTPException(403, "the page's token is missing or too old: reload the page and try again")
    if not guard.may_change(session):
        raise HTTPException(403, "sign in to change anything")


def _run(request: Request, name: str, act: Act, form: Form) -> int:
    who = "operator" if request.state.session.signed_in else f"someone at {_address(request)}"
    with here(request).database.transaction() as tx:
        done = act(Asked(tx=tx, form=form, who=who, copies=here(request).copies))
        rows = tx.insert_returning(
            "INSERT INTO audit (who, action, target, detail) VALUES %s RETURNING id",
            [(who, name, done.target, {**done.detail, "said": done.said})],
        )
    here(request).status.forget()
    return int(rows[0][0])


def _address(request: Request) -> str:
    return request.client.host if request.client else "an unknown address"


def _back(path: str, number: int) -> str:
    """The page to return to, told which change was done; only ever one of ours."""
    parts = urlsplit(path)
    if parts.scheme or parts.netloc or not path.startswith("/") or path.startswith(("//", "/\\")) or "\\" in path:
        parts = urlsplit("/ops")
    kept = [(key, value) for key, value in parse_qsl(parts.query) if key != "done"]
    return f"{parts.path}?{urlencode([*kept, ('done', str(number))])}"


routes = [Route("/changes/{act}", change, methods=["POST"])]
