"""``omroeper add`` as a person calls it: pages and feeds over real HTTP on loopback, a configuration that only ever grows."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adding import Found, proposals, toml
from bot.settings import Agency
from tests.e2e.installation import Installation
from tests.unit.collecting.host import Answer, Host, hosting

HTML = {"Content-Type": "text/html; charset=utf-8"}
RSS = {"Content-Type": "application/rss+xml; charset=utf-8"}
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
HOSTILE = 'Nieuws"\n[[account]]\nid = "boos"\n# \\u001b \u202eeh\u2066 \x7f \x9b31m \'\'\' """ \\ {}'


@pytest.fixture
def host() -> Iterator[Host]:
    """A host whose answers the test writes."""
    with hosting() as started:
        yield started


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """An installation with one built-in account and one source."""
    made = Installation(folder=tmp_path)
    made.configure(server=None, sources={"stad": "https://www.stad.example/rss"})
    return made


def rss(title: str, *items: tuple[str, str]) -> Answer:
    """A feed with items (id, pubDate)."""
    entries = "".join(
        f"<item><title>Bericht {id_}</title><link>https://www.stad.example/{id_}</link><guid>{id_}</guid>"
        f"<pubDate>{date}</pubDate></item>"
        for id_, date in items
    )
    escaped = title.replace("&", "&amp;").replace("<", "&lt;")
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{escaped}</title>{entries}</channel></rss>'
    return Answer(body=body.encode(), headers=RSS)


def page(*feeds: str) -> Answer:
    """A page that names feeds."""
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="{one}">' for one in feeds)
    return Answer(body=f"<!doctype html><html><head>{links}</head><body>Welkom</body></html>".encode(), headers=HTML)


NEWS = rss("Nieuws", ("1", "Sun, 22 Nov 2026 09:00:00 GMT"), ("2", "Sat, 21 Nov 2026 09:00:00 GMT"))
TRAFFIC = rss("Wegwerkzaamheden", ("1", "Fri, 20 Nov 2026 09:00:00 GMT"))


def configured(installation: Installation) -> dict[str, Any]:
    """Give what stands in the configuration."""
    return tomllib.loads(installation.config.read_text(encoding="utf-8"))


def test_the_feeds_of_a_page_are_shown_and_added(host: Host, installation: Installation) -> None:
    """A page's feeds are shown without a word written; with --yes they stand behind what stood there, and load."""
    host.says |= {"/": page("nieuws.xml", "/weg.xml"), "/nieuws.xml": NEWS, "/weg.xml": TRAFFIC}
    before = installation.config.read_bytes()
    shown = installation.call("add", f"{host.url}/")
    assert shown.returncode == 0
    assert installation.config.read_bytes() == before
    assert [one["id"] for one in tomllib.loads(shown.stdout)["source"]] == [
        "127-0-0-1-nieuws",
        "127-0-0-1-wegwerkzaamheden",
    ]
    assert "feed: Nieuws: 2 items, the newest of 2026-11-22" in shown.stderr
    assert installation.call("add", f"{host.url}/", "--yes").returncode == 0
    assert installation.config.read_bytes().startswith(before)
    tables = configured(installation)
    assert tables["agency"][1:] == [{"id": "127-0-0-1", "name": "Nieuws", "domains": ["127.0.0.1"]}]
    assert [(one["url"], one["to"]) for one in tables["source"][1:]] == [
        (f"{host.url}/nieuws.xml", ["account"]),
        (f"{host.url}/weg.xml", ["account"]),
    ]
    assert installation.call("check").returncode == 0


def test_a_feed_is_itself_the_source(host: Host, installation: Installation) -> None:
    """The address of a feed is asked once, and its agency is the configured one that owns the host."""
    host.says["/rss"] = NEWS
    text = installation.config.read_text().replace('["stad.example"]', '["stad.example", "127.0.0.1"]')
    installation.config.write_text(text)
    (found,) = installation.json("add", f"{host.url}/rss", "--yes")
    assert host.paths() == ["/rss"]
    assert found == {
        "kind": "feed",
        "url": f"{host.url}/rss",
        "title": "Nieuws",
        "items": 2,
        "newest": "2026-11-22T09:00:00Z",
        "problems": found["problems"],
        "id": "stad-nieuws",
        "added": True,
    }
    assert [one["id"] for one in configured(installation)["agency"]] == ["stad"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (page(), "feed.html"),
        (page("weg.xml", "ftp://stad.example/x"), "http.not-found"),
        (Answer(status=404), "http.not-found"),
    ],
)
def test_nothing_readable_is_said(host: Host, installation: Installation, answer: Answer, code: str) -> None:
    """A page without feeds, one whose feeds are gone, and no page at all: exit 1, the reason, and nothing written."""
    host.says["/"] = answer
    before = installation.config.read_bytes()
    done = installation.call("add", f"{host.url}/", "--yes")
    assert done.returncode == 1
    assert "nothing readable" in done.stderr
    assert f"  {code}: " in done.stderr
    assert installation.config.read_bytes() == before


def test_what_is_configured_is_left_alone(host: Host, installation: Installation) -> None:
    """A second time nothing is added, also under another spelling: it says under which id the source is known."""
    host.says |= {"/": page("/nieuws.xml#boven", "/weg.xml"), "/nieuws.xml": NEWS, "/weg.xml": TRAFFIC}
    assert installation.call("add", f"{host.url}/nieuws.xml", "--yes").returncode == 0
    both = installation.json("add", f"{host.url}/", "--yes")
    assert [(one["id"], one["added"]) for one in both] == [
        ("127-0-0-1-nieuws", False),
        ("127-0-0-1-wegwerkzaamheden", True),
    ]
    before = installation.config.read_bytes()
    again = installation.call("add", f"{host.url}/", "--yes")
    assert again.returncode == 0
    assert "configured already, as 127-0-0-1-nieuws" in again.stderr
    assert installation.config.read_bytes() == before


def test_a_broken_configuration_stays_as_it_is(host: Host, installation: Installation) -> None:
    """With a configuration that does not load nothing is asked and nothing written; exit 2 and its mistakes."""
    host.says["/rss"] = NEWS
    with installation.config.open("a") as file:
        file.write('\n\n[[source]]\nid = "half"\n')
    before = installation.config.read_bytes()
    done = installation.call("add", f"{host.url}/rss", "--yes")
    assert done.returncode == 2
    assert "[key.missing]" in done.stderr
    assert installation.config.read_bytes() == before
    assert host.paths() == []


def test_nothing_is_written_that_would_not_load(host: Host, installation: Installation) -> None:
    """Where the tables cannot be added (sources written as an inline list) the file stays, and the reason is said."""
    host.says["/rss"] = NEWS
    text = installation.config.read_text().partition("[[source]]")[0]
    inline = '{id = "a", agency = "stad", kind = "feed", url = "https://stad.example/a", to = ["account"]}'
    installation.config.write_text(f"source = [{inline}]\n{text}")
    before = installation.config.read_bytes()
    done = installation.call("add", f"{host.url}/rss", "--yes")
    assert done.returncode == 2
    assert "would not load" in done.stderr
    assert "[toml." in done.stderr
    assert installation.config.read_bytes() == before


def test_another_file_must_be_part_of_the_configuration(host: Host, installation: Installation) -> None:
    """--to writes to a file that is included, and makes it; a file that nobody reads is not made."""
    host.says["/rss"] = NEWS
    other = installation.folder / "sources.d" / "nieuw.toml"
    other.parent.mkdir()
    refused = installation.call("add", f"{host.url}/rss", "--yes", "--to", str(other))
    assert refused.returncode == 2
    assert "include" in refused.stderr
    assert not other.exists()
    text = f'include = ["sources.d/*.toml"]\n{installation.config.read_text()}'
    installation.config.write_text(text)
    (other.parent / "oud.toml").write_text("# leeg\r\n", newline="")
    assert installation.call("add", f"{host.url}/rss", "--yes", "--to", str(other)).returncode == 0
    assert [one["id"] for one in tomllib.loads(other.read_text())["source"]] == ["127-0-0-1-nieuws"]
    assert installation.config.read_text() == text
    assert installation.call("check").returncode == 0


def test_accounts_are_chosen_or_left_open(host: Host, installation: Installation) -> None:
    """With several accounts none is guessed: the line is a comment; --account names them, an unknown one is exit 2."""
    host.says["/rss"] = NEWS
    installation.configure(server=None, sources={"stad": "https://www.stad.example/rss"}, to=("een", "twee"))
    open_ = installation.call("add", f"{host.url}/rss").stdout
    assert "# to = " in open_
    assert "to" not in tomllib.loads(open_)["source"][0]
    chosen = installation.call("add", f"{host.url}/rss", "--account", "twee", "--account", "een").stdout
    assert tomllib.loads(chosen)["source"][0]["to"] == ["twee", "een"]
    unknown = installation.call("add", f"{host.url}/rss", "--account", "drie")
    assert (unknown.returncode, "Known: een, twee" in unknown.stderr) == (2, True)


def test_a_hostile_title_is_only_a_title(host: Host, installation: Installation) -> None:
    """Quotes, line breaks, comments and control characters in a title neither make tables nor steer the terminal."""
    host.says["/rss"] = rss(HOSTILE, ("1", "Sun, 22 Nov 2026 09:00:00 GMT"))
    shown = installation.call("add", f"{host.url}/rss")
    assert not STEERING.search(shown.stdout + shown.stderr)
    assert installation.call("add", f"{host.url}/rss", "--yes").returncode == 0
    tables = configured(installation)
    assert [one["id"] for one in tables["account"]] == ["account"]
    assert tables["agency"][-1]["name"].startswith('Nieuws" [[account]] id = "boos" #')
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", tables["source"][-1]["id"])
    assert not STEERING.search(installation.config.read_text())


def test_a_page_leads_into_no_private_network(installation: Installation, host: Host) -> None:
    """A page that names an address inside another private host, or redirects there, gets nobody to ask it."""
    with hosting() as inside:
        inside.says["/rss"] = NEWS
        host.says["/"] = page(f"{inside.url}/rss")
        host.says["/away"] = Answer(status=302, headers={"Location": f"{inside.url}/rss"})
        for path in ("/", "/away"):
            done = installation.call("add", f"{host.url}{path}", "--yes")
            assert done.returncode == 1
            assert "http.private-address" in done.stderr
        assert inside.paths() == []


def test_wrong_use(installation: Installation) -> None:
    """What is no address on the web is exit 2, with an address as an example of what is."""
    for wrong in ("stad.example", "ftp://stad.example/", "https://"):
        done = installation.call("add", wrong)
        assert (done.returncode, "https://" in done.stderr) == (2, True)


@pytest.mark.parametrize(("answer", "ids"), [("y", 2), ("n", 1)])
def test_a_person_is_asked(host: Host, installation: Installation, answer: str, ids: int) -> None:
    """On a terminal the block is shown and a question asked; only a yes writes."""
    host.says["/rss"] = NEWS
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "bot", "--config", str(installation.config), "add", f"{host.url}/rss"]
    environ = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(sys.path)}
    try:
        os.write(ours, f"{answer}\n".encode())
        done = subprocess.run(
            command, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, env=environ, timeout=60, check=False
        )
    finally:
        os.close(theirs)
        os.close(ours)
    assert done.returncode == 0
    assert len(configured(installation)["source"]) == ids


def test_json_is_one_document(host: Host, installation: Installation) -> None:
    """--json prints one list on stdout and asks nothing; what was not read is in it with its problem and null for the rest."""
    host.says |= {"/": page("/nieuws.xml", "/weg.xml"), "/nieuws.xml": NEWS}
    done = installation.call("add", f"{host.url}/", "--json")
    good, gone = json.loads(done.stdout)
    assert (good["id"], good["added"], done.returncode) == ("127-0-0-1-nieuws", False, 0)
    assert (gone["kind"], gone["id"], gone["newest"], gone["title"]) == (None, None, None, None)
    assert gone["problems"]


TODAY = date(2026, 11, 23)
STAD = Agency(id="stad", name="Gemeente Stad", domains=("stad.example",))


def tables(*found: Found, agencies: tuple[Agency, ...] = (STAD,)) -> dict[str, Any]:
    """Give what would be written of finds, as TOML reads it."""
    made = proposals(found, agencies, ())
    return tomllib.loads(toml(made, asked="https://www.voorbeeldstad.example/", accounts=("een",), today=TODAY))


def test_a_new_agency_owns_the_host_of_its_page() -> None:
    """Feeds on the page's host and below it get one agency, named after the host; one elsewhere gets its own or its owner."""
    page_ = "https://www.voorbeeldstad.example/"
    addresses = (
        "https://rss.voorbeeldstad.example/a",
        f"{page_}b",
        "https://feeds.stad.example/c",
        "https://www.elders.example/d",
    )
    found = (Found(url=one, kind="feed", title="Stad: nieuws", page=page_) for one in addresses)
    written = tables(*found)
    assert [(one["id"], one["domains"]) for one in written["agency"]] == [
        ("voorbeeldstad", ["voorbeeldstad.example"]),
        ("elders", ["elders.example"]),
    ]
    assert [(one["id"], one["agency"]) for one in written["source"]] == [
        ("voorbeeldstad-stad-nieuws", "voorbeeldstad"),
        ("voorbeeldstad-stad-nieuws-2", "voorbeeldstad"),
        ("stad-nieuws", "stad"),
        ("elders-stad-nieuws", "elders"),
    ]


def test_people_who_are_wanted_are_personal_data() -> None:
    """A source that shows people who are wanted is written as one with personal data."""
    written = tables(Found(url="https://www.stad.example/gezocht", kind="feed", people=True))
    assert written["source"][0]["personal"] is True


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80), st.text(st.sampled_from('"\\\n\r#[]\x00\x1b\x7f\x85\u2028\u202e a'), max_size=30))
def test_no_words_break_the_tables(title: str, other: str) -> None:
    """Whatever a title or a problem of the web holds, what is written is one agency and one source, on lines of ours."""
    url = "https://www.voorbeeldstad.example/rss"
    newest = datetime(2026, 11, 22, tzinfo=UTC)
    one = Found(url=url, kind="feed", title=title + other, page=f"{url}{other}", newest=newest)
    block = toml(proposals((one,), (), ()), asked=f"{url}{other}", accounts=(other,), today=TODAY)
    assert not STEERING.search(block)
    read = tomllib.loads(block)
    assert {name: len(entries) for name, entries in read.items()} == {"agency": 1, "source": 1}
    assert read["source"][0]["url"] == url
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", read["source"][0]["id"])
