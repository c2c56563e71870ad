"""Where posts lead, from the item to the finished post: never to a forbidden platform, behind a wall only where there is nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from adapters.contract import Batch, Item, Limits, Text
from bot.compose import Draft, Voice, compose
from bot.digest import entries
from bot.model import Content, Place
from bot.normalise import MOST_LINKS, normalise
from bot.policy import Line, Policy
from bot.store.digests import Gathered
from bot.wording import wording
from tests.unit.decide.build import Policy as SourcePolicy

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)
PAGE = "https://www.voorbeeldstad.example/nieuws/brug"
TWEET, VIDEO = "https://x.com/stad/status/1", "https://www.tiktok.com/@stad/video/1"
POLICY = Policy(
    lines=(
        Line(platform="x", stance="own", walled=True, reason="muur", owner="wij", date=DAY, review=DAY),
        Line(platform="tiktok", stance="forbidden", walled=True, reason="advies", owner="wij", date=DAY, review=DAY),
    )
)
VOICE = Voice(agency="Gemeente Voorbeeldstad", official=True, body="stad", policy=POLICY)


def content(url: str, *links: str, text: str = "De brug is open.") -> Content:
    """Read an item with an address, and others in its mark-up."""
    item = Item(native_id="1", digest="d", url=url, title=Text(value="Brug"), summary=Text(value=text), links=links)
    (observed,) = normalise(Batch(items=(item,)), SourcePolicy(), Place())
    return observed.content


@pytest.mark.parametrize(
    ("url", "links", "leads"),
    [
        (PAGE, (TWEET,), PAGE),
        (TWEET, (VIDEO, PAGE), PAGE),
        (VIDEO, (TWEET,), TWEET),
        (TWEET, (), TWEET),
        (VIDEO, (), None),
        (TWEET, (f"{PAGE}?utm_source=x",), PAGE),
    ],
)
def test_a_post_and_a_digest_lead_to_the_open_web(url: str, links: tuple[str, ...], leads: str | None) -> None:
    """An item on a platform is told with the address that everybody can open, by itself and in a digest."""
    said = content(url, *links)
    composed = compose(Draft(content=said), VOICE, Limits(), wording(None))
    assert composed.link == leads
    shown = [word for part in composed.parts for word in part.split() if "://" in word]
    assert shown == ([leads] if leads else [])
    gathered = Gathered(id="a", language="nl", content=said, created=NOW)
    assert entries([gathered], POLICY, "stad") == ["Brug" + (f"\n{leads}" if leads else "")]


def test_addresses_are_kept_only_where_they_may_be_needed() -> None:
    """An item with a page of its own keeps no others, and one on a platform not more than a few."""
    assert content(PAGE, TWEET).links == ()
    assert len(content(TWEET, *(f"{PAGE}/{n}" for n in range(500))).links) == MOST_LINKS
