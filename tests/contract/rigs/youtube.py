"""YouTube: the feed of one channel."""

from __future__ import annotations

from adapters.contract import Document
from adapters.youtube import YouTubeOptions
from tests.contract.rigs import COMMON_STRANGERS, Reply, Request, Rig, Sample, Script, Stranger
from tests.unit.platforms.replies import CHANNEL, youtube_entry, youtube_feed

ATOM = b'<feed xmlns="http://www.w3.org/2005/Atom"><title>Dienst</title></feed>'


def channel(*numbers: int) -> Script:
    """Play a channel with these videos, newest first; how often they were seen differs each time."""

    def answer(request: Request) -> Reply:
        assert request.path == "/feeds/videos.xml"
        assert request.query == {"channel_id": CHANNEL}
        entries = (youtube_entry(number, views=request.count) for number in numbers)
        return Reply(body=youtube_feed(*entries), type="text/xml")

    return answer


RIG = Rig(
    kind="youtube",
    url="{base}/@voorbeeldstad",
    options=lambda base: YouTubeOptions(channel=CHANNEL, api=base),
    samples=(
        Sample(
            name="channel",
            document=Document(body=youtube_feed(*map(youtube_entry, (13, 12, 11)))),
            shown=tuple((f"yt:video:{n}", f"https://www.youtube.com/watch?v={n}") for n in (13, 12, 11)),
        ),
    ),
    telltale=(b"<title>Raadsvergadering 12", b"<title>Commissievergadering 12"),
    strangers=(*COMMON_STRANGERS, Stranger(name="another feed", document=Document(body=ATOM))),
    also={"feed": "it is a feed, and can be read as any other"},
    modes={
        "success": channel(13, 12, 11),
        "news": channel(14, 13, 12, 11),
        "empty": channel(),
        "rate-limit": [Reply(status=429, headers={"Retry-After": "600"})],
        "revoked": [Reply(status=403)],
        "gone": [Reply(status=404)],
        "changed-shape": [Reply(body=b"<!doctype html><title>Toestemming</title>", type="text/html")],
        "down": [Reply(status=500)],
    },
    lacks={"paging": "YouTube publishes the fifteen newest videos, and no more"},
)
