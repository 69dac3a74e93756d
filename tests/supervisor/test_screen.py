"""What the demo shows: plain lines where there is no terminal, the counts in one line, and when it is done."""

from __future__ import annotations

import io
import time

from broadsheet import demo
from broadsheet.address import host_of
from broadsheet.demo import Screen
from broadsheet.model import Claims
from broadsheet.storage import urls
from broadsheet.storage.postgres import Database


class Terminal(io.StringIO):
    """Takes what is written, and says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_without_a_terminal_a_line_is_printed_when_it_has_changed() -> None:
    out = io.StringIO()
    screen = Screen(out=out, began=time.time())
    for line in ("found 1", "found 1", "found 2"):
        screen.show(line)
    screen.say("done")
    screen.show("found 2")
    assert [line.split("] ")[1] for line in out.getvalue().splitlines()] == ["found 1", "found 2", "done"]
    assert "\x1b" not in out.getvalue()


def test_a_terminals_last_line_is_redrawn_and_makes_room() -> None:
    out = Terminal()
    screen = Screen(out=out, began=time.time())
    screen.show("found 1")
    screen.show("found 2")
    screen.say("done")
    assert out.getvalue().count("\r\x1b[K") == 3
    assert out.getvalue().count("\n") == 1


def test_the_counts_are_one_line_with_each_reason() -> None:
    states = {"indexed": 3, "merged": 1, "pending": 0, "dead": 0, "rejected": {"robots": 1, "wall": 2}}
    line = demo.described(9, 7, states, {"extract": {"passed": 6.0}})
    assert line == "found 9, fetched 7, extract 6, indexed 3, merged 1, dead 0, rejected 3 (wall 2, robots 1)"


def test_a_page_that_is_due_is_left_also_while_its_host_is_busy(database: Database) -> None:
    with database.transaction() as tx:
        assert not any(demo.left(tx).values())
        ids = urls.book(
            tx, "s", [urls.Found(url=f"http://{n}.test/", claims=Claims(source="s", via="v")) for n in "abc"]
        )
        for (url, id), failures in zip(ids.items(), (0, 3, 0), strict=True):
            host = host_of(url)
            tx.run(
                "INSERT INTO host (name, bucket, free_at, failures) VALUES (%(h)s, 0, now() + interval '1 minute', %(n)s)",
                {"h": host, "n": failures},
            )
            later = "1 minute" if host.startswith("c") else "0 s"
            tx.run(
                "INSERT INTO frontier (url_id, host, bucket, due) VALUES (%(id)s, %(h)s, 0, now() + %(later)s::interval)",
                {"id": id, "h": host, "later": later},
            )
        # a is being asked now; b has failed and is left alone for a minute; c is due later.
        assert demo.left(tx) == {"lists": 0, "pages": 1, "documents": 0, "revisions": 0}
