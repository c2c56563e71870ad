"""What the skip ladder saves: one feed read whole by feedparser, and by us with all, one and none of its entries new.

    python bench/parse.py --items 50 --rounds 20

Prints one JSON document: medians in milliseconds, and how many times cheaper each rung is than feedparser in the same
run (with its sanitiser and its resolving of addresses switched off, as we would use it).
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from adapters.contract import Document, SourceConfig
from adapters.digest import digest_of
from adapters.feed.document import read_document

CONFIG = SourceConfig(id="bench", url="https://www.voorbeeldstad.example/nieuws.rss")
ITEM = """<item>
  <title>Wegwerkzaamheden aan de Kade, deel {number}</title>
  <link>https://www.voorbeeldstad.example/nieuws/{number}/werk-aan-de-kade</link>
  <guid isPermaLink="false">voorbeeldstad-nieuws-{number}</guid>
  <pubDate>Fri, 20 Nov 2026 08:{minute:02}:00 +0100</pubDate>
  <category>Verkeer</category>
  <description>&lt;p&gt;Van maandag tot vrijdag is de Kade dicht voor auto&#39;s &amp;amp; bussen.&lt;/p&gt;</description>
  <content:encoded><![CDATA[<p>Van maandag tot vrijdag is de Kade dicht voor auto's &amp; bussen. Fietsers kunnen er langs.</p>
<p><img src="https://www.voorbeeldstad.example/beeld/{number}.jpg" alt="De Kade met hekken" width="800" height="450"></p>
<p>{filler} <a href="https://www.voorbeeldstad.example/omleiding/{number}">Bekijk de omleiding</a>.</p>]]></content:encoded>
  <media:content url="https://www.voorbeeldstad.example/beeld/{number}.jpg" medium="image" width="800" height="450">
    <media:description>De Kade met hekken</media:description>
  </media:content>
</item>"""
FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Gemeente Voorbeeldstad</title><link>https://www.voorbeeldstad.example/</link><language>nl</language>
{items}
</channel></rss>"""


def feed(items: int) -> bytes:
    """Write a feed of an invented municipality, with as much text and media as real ones have."""
    filler = "De gemeente vernieuwt de riolering en plant na afloop nieuwe bomen. " * 8
    written = (ITEM.format(number=number, minute=number % 60, filler=filler) for number in range(items))
    return FEED.format(items="\n".join(written)).encode()


def timed(work: Callable[[], object], rounds: int) -> float:
    """Give the median duration of some work in milliseconds."""
    work()
    durations = []
    for _ in range(rounds):
        start = perf_counter()
        work()
        durations.append(perf_counter() - start)
    return median(durations) * 1000


def measure(items: int, rounds: int) -> dict[str, object]:
    """Time every rung on one generated feed."""
    import feedparser  # the ladder itself does not need it for a sound feed, and is not to be charged for it

    body = feed(items)
    document = Document(body=body, url=CONFIG.url)
    seen = read_document(document, CONFIG, frozenset()).cursor["seen"]

    def parse(**switches: bool) -> object:
        return feedparser.parse(io.BytesIO(body), **switches)

    times = {
        "feedparser_as_it_comes": timed(parse, max(1, rounds // 4)),
        "feedparser": timed(lambda: parse(sanitize_html=False, resolve_relative_uris=False), max(1, rounds // 4)),
        "all_new": timed(lambda: read_document(document, CONFIG, frozenset()), rounds),
        "one_new": timed(lambda: read_document(document, CONFIG, frozenset(seen[1:])), rounds),
        "none_new": timed(lambda: read_document(document, CONFIG, frozenset(seen)), rounds),
        "same_body": timed(lambda: digest_of(body), rounds),
    }
    return {
        "items": items,
        "kib": round(len(body) / 1024, 1),
        "ms": {name: round(value, 4) for name, value in times.items()},
        "times_cheaper": {name: round(times["feedparser"] / value, 1) for name, value in times.items()},
    }


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=50, help="entries in the feed (default 50)")
    parser.add_argument("--rounds", type=int, default=20, help="repetitions of each measurement (default 20)")
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.items, arguments.rounds), indent=2))


if __name__ == "__main__":
    main()
