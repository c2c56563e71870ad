"""The search of rijksoverheid.nl: it filters by time, shows no more than twenty items, and answers 500 to a bare date."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from adapters.contract import Document
from adapters.rijksoverheid.query import Options
from tests.contract.rigs import Reply, Request, Rig, Sample

SITE = "https://www.rijksoverheid.nl/voorbeeld"
FULL_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)

Dated = tuple[str, datetime]


def rss(documents: Sequence[Dated]) -> bytes:
    """Write an answer as the site does: ids that are no links, no ministry, no category."""
    items = "".join(
        f"<item><title>Bericht {name}</title><link>{SITE}/{name}</link><description>Over {name}.</description>"
        f'<guid isPermaLink="false">{name}</guid><pubDate>{format_datetime(at, usegmt=True)}</pubDate></item>'
        for name, at in documents
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Nieuws</title>{items}</channel></rss>'.encode()


def search(documents: Sequence[Dated]) -> Callable[[Request], Reply]:
    """Answer questions about these documents."""

    def answer(request: Request) -> Reply:
        query = json.loads(request.query["query"])
        period = next(one["values"][0] for one in query["filters"] if one["field"] == "sort_date")
        if not all(FULL_INSTANT.fullmatch(period[end]) for end in ("from", "to")):
            return Reply(status=500)
        start, end = (datetime.fromisoformat(period[end]) for end in ("from", "to"))
        topics = {value for one in query["filters"] if one["field"] == "topic" for value in one["values"]}
        found = [
            one for one in documents if start <= one[1] <= end and (not topics or topics == {one[0].split("-")[0]})
        ]
        return Reply(body=rss(found[:20]), type="application/rss+xml")

    return answer


def at(hours: float) -> datetime:
    """Give a moment so many hours ago."""
    return NOW - timedelta(hours=hours)


ORDINARY = [(f"energie-{n}", at(5 * n)) for n in range(4)]
CROWDED = [(f"energie-{n}", at(n / 2)) for n in range(70)]
DAY = datetime(2026, 11, 22, 23, tzinfo=UTC)

RIG = Rig(
    kind="rijksoverheid",
    url="{base}/api/rss",
    samples=(
        Sample(
            name="news",
            document=Document(
                body=rss([("a", DAY), ("b", DAY)]), url="https://www.rijksoverheid.nl/api/rss?query=%7B%7D"
            ),
            shown=(("a", f"{SITE}/a"), ("b", f"{SITE}/b")),
        ),
    ),
    telltale=(b"Over b.", b"Van b!"),
    options=lambda base: Options(topics=("energie",)),
    modes={
        "success": search(ORDINARY),
        "news": search([*ORDINARY, ("energie-nieuw", at(0.5))]),
        "empty": search([]),
        "paging": search(CROWDED),
        "rate-limit": [Reply(status=429, headers={"Retry-After": "300"})],
        "revoked": [Reply(status=403)],
        "gone": [Reply(status=404)],
        "changed-shape": [Reply(body=b"<!doctype html><title>Zoeken</title>", type="text/html")],
        "down": [Reply(status=500)],
    },
    also={"feed": "what the search answers is RSS"},
    paged=70,
)
