"""Pushes: the service puts them in a spool, and nobody is asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.contract import Document
from adapters.pushed.spool import Accepted, keep
from tests.contract.rigs import COMMON_STRANGERS, SECRET, Mode, Rig, Sample
from tests.unit.platforms.replies import SITE, announcement, announcements, body

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def push(number: int) -> Accepted:
    """A push with one announcement."""
    return Accepted(
        id=f"msg_{number}",
        at=NOW + timedelta(seconds=number),
        content_type="application/json",
        body=body(announcements(announcement(number))),
    )


def arrange(mode: Mode, folder: Path) -> None:
    """Fill the spool, with the program's own hand."""
    spool = folder / "spool"
    for old in spool.glob("*"):
        old.unlink()
    numbers = {"success": (1, 2, 3), "news": (1, 2, 3, 4), "empty": (), "paging": range(1, 451)}[mode]
    for number in numbers:
        keep(spool, push(number))


SPOOLED = body(
    {
        "omroeper_webhook": 1,
        "id": "msg_1",
        "signed": "2026-11-23T08:00:01+00:00",
        "content_type": "application/json",
        "base64": False,
        "body": body(announcements(announcement(2), announcement(1))).decode(),
    }
)

LACKS: Mapping[Mode, str] = {
    "rate-limit": "whoever pushes waits for us, not we for them",
    "revoked": "a push that is not signed never comes this far: tests/unit/platforms/test_webhook_spool.py",
    "gone": "a spool that is not there yet is an empty one",
    "changed-shape": "what cannot be read is refused at the door; a spoiled file is one broken entry",
    "down": "a disk cannot be made to fail from here",
    "paging": "the spool is emptied as it is read, which the suite's way of paging does not do: test_webhook.py does",
}

RIG = Rig(
    kind="webhook",
    url="{folder}/spool",
    secrets={"secret": SECRET},
    samples=(
        Sample(
            name="push",
            document=Document(body=SPOOLED),
            shown=tuple((f"vbs-{n}", f"{SITE}/nieuws/{n}") for n in (2, 1)),
        ),
    ),
    telltale=(b"Tekst van bericht 2", b"Woord van bericht 2"),
    strangers=COMMON_STRANGERS,
    modes={"success": (), "news": (), "empty": ()},
    lacks=LACKS,
    asks=False,
    arrange=arrange,
)
