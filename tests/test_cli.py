"""The command line answers in rows or in one sentence, never with a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from broadsheet.indexing import index
from broadsheet.search.embedded import open_embedded
from broadsheet.storage.postgres import Database
from tests.making import kept, stored

ROOT = Path(__file__).resolve().parents[1]


def run(*arguments: str, given: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "broadsheet.cli", *arguments],
        input=given,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        timeout=120,
        check=False,
    )


def test_a_filter_answers_good_rows_and_names_bad_ones() -> None:
    done = run("url", given='{"id": 7, "url": "HTTP://A.test:80/x?utm_source=1"}\n\nnonsense\n[]\n')
    assert [json.loads(line) for line in done.stdout.splitlines()] == [{"id": 7, "canonical": "http://a.test/x"}]
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["line 3", "line 4"]
    assert done.returncode == 1


def test_robots_and_feed_answer_rows() -> None:
    robots = {
        "id": 1,
        "status": 200,
        "body": "User-agent: *\nDisallow: /private\nCrawl-delay: 2",
        "agent": "b",
        "path": "/private/x",
    }
    assert json.loads(run("robots", given=json.dumps(robots)).stdout) == {"id": 1, "allowed": False, "delay": 2.0}
    feed = json.loads(run("feed", given=json.dumps({"id": 2, "url": "http://a.test/", "body": "plain words"})).stdout)
    assert feed["id"] == 2
    assert feed["error"]


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (("status",), {"BROADSHEET_SHARDS": "many"}, "BROADSHEET_SHARDS: cannot read 'many'"),
        (("status",), {"BROADSHEET_SEARCH": "solr"}, "expected embedded or elasticsearch, got 'solr'"),
        (("status",), {"BROADSHEET_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"}, "database: connect"),
    ],
)
def test_what_is_wrong_is_one_sentence(arguments: tuple[str, ...], environment: dict[str, str], said: str) -> None:
    done = run(*arguments, **environment)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_was_never_set_up_is_said(tmp_path: Path) -> None:
    done = run("trace", "http://a.test/", BROADSHEET_VAR=str(tmp_path / "var"))
    assert done.returncode == 1
    assert done.stderr.startswith("broadsheet: embedded PostgreSQL: not set up yet")


def test_trace_and_dead_letters_are_shown_and_revived(database: Database) -> None:
    id = kept(database, "http://a.test/1", b"one")
    with database.transaction() as tx:
        tx.run("DELETE FROM job")
        tx.run(
            "INSERT INTO dead_letter (lane, url_id, stage, error, traceback) VALUES ('live', %(id)s, 'strip', 'E: x', 'tb')",
            {"id": id},
        )
        tx.run("UPDATE url SET disposition = 'dead'")
    where = {"BROADSHEET_DATABASE_URL": database.url}
    assert json.loads(run("trace", "http://a.test/1", **where).stdout)["state"] == "dead"
    assert json.loads(run("dead", "list", **where).stdout)[0]["url"] == "http://a.test/1"
    assert json.loads(run("dead", "show", **where).stdout)[0]["traceback"] == "tb"
    assert run("dead", "revive", **where).stdout == "1 revived\n"
    assert json.loads(run("trace", "http://a.test/1", **where).stdout)["state"] == "pending"
    assert run("trace", "http://a.test/none", **where).returncode == 1
    assert run("release", "a.test", **where).returncode == 1


def test_search_gives_each_story_once_and_says_who_else_has_it(database: Database, tmp_path: Path) -> None:
    engine = open_embedded(tmp_path / "search")
    for number, source in enumerate(("alpha", "beta", "beta")):
        stored(database, f"http://{source}.test/{number}", f"Ferries of pier {number}.", source=source, story=7)
    index(database, engine, minutes=1, until_empty=True)
    where = {"BROADSHEET_DATABASE_URL": database.url, "BROADSHEET_VAR": str(tmp_path)}
    found = json.loads(run("search", "ferries", "--collapse", "story", "--json", **where).stdout)
    assert (found["total"], found["hits"][0]["copies"], found["hits"][0]["outlets"]) == (1, 2, 1)
    assert "also in 1 outlet" in run("search", "ferries", "--collapse", "story", **where).stdout
    assert json.loads(run("search", "ferries", "--json", **where).stdout)["total"] == 3
