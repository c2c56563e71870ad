"""What the pages ask of memory, SQLite and PostgreSQL both answer: every page, for citizens, for operators and for machines."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from adapters.contract import Alert
from tests.web.desk.office import at_work, waiting
from tests.web.world import NOW, fill, people

PUBLIC = (
    "/", "/accounts", "/accounts/proef", "/agencies", "/agencies/stad", "/about", "/feed.atom", "/feed.json", "/healthz", "/metrics",
)  # fmt: skip
DESK = (
    "/desk", "/desk/queue", "/desk/queue?state=held&reason=burst", "/desk/queue?state=sent", "/desk/queue?account=stadsnieuws&state=sent",
    "/desk/queue?source=stad-nieuws", "/desk/sources", "/desk/sources?show=bad", "/desk/sources?show=failing",
    "/desk/sources?code=http.timeout", "/desk/sources?code=source.gap", "/desk/sources?code=item.broken", "/desk/sources?code=paused",
    "/desk/sources?like=haven", "/desk/sources/haven-nieuws", "/desk/accounts/stadsnieuws", "/desk/log", "/desk/log?before=9",
    "/desk/replay?source=stad-nieuws", "/desk/replay?state=sent&since=2026-11-01T00:00",
)  # fmt: skip


def test_every_page_is_served_from_either_database(engine: Engine) -> None:
    """On both databases every page comes, says the same, and an act at the desk is done."""
    world = people(engine)
    told = fill(world)
    alert = {"kind": "alert", "created": NOW - timedelta(hours=1)}
    world.tell("Blijf binnen", "Blijf binnen", by="regio-alarm", content={"alert": Alert()}, announcing=alert)
    held = waiting(world, "Wegwerk", "held", "burst")
    world.source_is("haven-nieuws", state="failing", code="http.timeout", error="No answer.", failing_since=NOW)
    world.source_is("stad-sociaal", state="gap")
    with at_work(world) as anna:
        for path in (*PUBLIC, *DESK, f"/announcements/{told['corrected']}", f"/desk/posts/{held}"):
            assert anna.get(path).status == 200, path
        assert "Waarschuwingen die nu gelden" in anna.get("/").words
        assert "stad-sociaal" in anna.get("/desk/sources?code=source.gap").words
        assert "haven-nieuws" not in anna.get("/desk/sources?code=source.gap").words
        assert "Alles in één keer: te veel tegelijk (1)" in anna.get("/desk/queue?state=held&reason=burst").words
        anna.press(anna.get(f"/desk/posts/{held}").page, f"/desk/posts/{held}/approve", why="gezien")
        assert "Anna keurde goed" in anna.get("/desk/log").words
