from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.text import (
    canonical_link,
    entities,
    host_of,
    is_landing_page,
    neutralise,
    safe_url,
    same_site,
    without_tracking,
)

TAILS = st.text(st.one_of(st.sampled_from("/.?&=#%;()[]!,:'\"~*-_ aé中\\|<>{}^@+1"), st.characters()), max_size=25)
HOSTS = st.sampled_from(
    ["a.nl", "WWW.a.nl", "a.nl:80", "a.nl:443", "a.nl:8080", "é.nl", "www.gov.uk", "[::1]", "127.0.0.1"]
)
URLS = st.builds(
    "{}://{}{}{}".format, st.sampled_from(["http", "HTTPS"]), HOSTS, st.sampled_from(["", "/", "?", "#"]), TAILS
)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://a.nl/x?utm_source=rss&id=5&fbclid=z", "https://a.nl/x?id=5"),
        ("https://a.nl/x?UTM_Campaign=a", "https://a.nl/x"),
        ("https://a.nl/x?id=5&amp;utm_medium=x", "https://a.nl/x?id=5"),
        ("https://a.nl/x?WT.mc_id=1&PHPSESSID=2&ASPSESSIONIDABC=3&at_medium=4&xtor=RSS-1", "https://a.nl/x"),
        ("https://a.nl/x;jsessionid=AB.node1?b=1", "https://a.nl/x?b=1"),
        ("https://a.nl/x#xtor=RSS-1", "https://a.nl/x"),
        ("https://x.com/a/status/1?s=20&t=ab", "https://x.com/a/status/1"),
        ("https://www.youtube.com/watch?v=1&si=ab&t=30", "https://www.youtube.com/watch?v=1&t=30"),
    ],
)
def test_tracking_parameters_go(url: str, kept: str) -> None:
    """What only says where a visitor came from is no part of the address."""
    assert without_tracking(url) == kept


@pytest.mark.parametrize(
    "url",
    [
        "https://a.nl/index.php?option=com_x&view=article&id=5&Itemid=7",
        "https://a.nl/?p=123&idp=4&cid=5&sid=6&ref=7&source=8&at_id=9&mc_id=10&s=zoek&t=1&page=2",
        "https://a.nl/x?&&a&=b&c==",
        "https://a.nl/x?",
        "https://a.nl/x#!/item?utm_source=1",
        "https://a.nl/%7Ex/../é?q=a%2fb+c",
        "geen adres",
    ],
)
def test_real_parameters_stay(url: str) -> None:
    """An address without tracking parameters is left alone to the last byte."""
    assert without_tracking(url) == url


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://www.a.nl/x/", "https://A.NL:443/x"),
        ("http://a.nl:80", "https://a.nl/"),
        ("http://a.nl:443", "https://a.nl:80/"),
        ("https://a.nl./x", "https://a.nl/x"),
        ("https://a.nl/b/../x/./y", "https://a.nl/x/y"),
        ("https://a.nl/%7ex%c3%a9", "https://a.nl/~xé"),
        ("https://a.nl/x#kop", "https://a.nl/x"),
        ("https://a.nl/x?utm_source=rss&b=1", "https://a.nl/x?b=1"),
        ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
        ("https://a.nl/100%", "https://a.nl/100%25"),
        (" https://a.nl/x\n", "https://a.nl/x"),
    ],
)
def test_spellings_of_one_address_are_one(one: str, other: str) -> None:
    """The same announcement is recognised however its address is written."""
    assert canonical_link(one) == canonical_link(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.nl/x?id=1", "https://a.nl/x?id=2"),
        ("https://a.nl/x?a=1&b=2", "https://a.nl/x?b=2&a=1"),
        ("https://a.nl/X", "https://a.nl/x"),
        ("https://a.nl/x", "https://b.a.nl/x"),
        ("https://a.nl/x", "https://a.nl:8443/x"),
        ("https://a.nl/a%2Fb", "https://a.nl/a/b"),
        ("https://a.nl/#!/1", "https://a.nl/#!/2"),
        ("https://a.nl/#/item/1", "https://a.nl/#/item/2"),
        ("https://www.nl/x", "https://nl/x"),
    ],
)
def test_two_addresses_are_two(one: str, other: str) -> None:
    """A difference that a site may mean something by is never smoothed away: a wrong merge hides an announcement."""
    assert canonical_link(one) != canonical_link(other)


@settings(max_examples=300)
@given(URLS | st.text(max_size=30))
@example("https://a.nl/%2e%2e/x")
@example("https://a.nl/x;jsessionid=1?utm_a=1#/b")
def test_the_identity_of_an_identity_is_itself(url: str) -> None:
    """The canonical form is final, and so is an address without tracking."""
    assert canonical_link(canonical_link(url)) == canonical_link(url)
    assert without_tracking(without_tracking(url)) == without_tracking(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://a.nl",
        "https://a.nl/?utm_source=x",
        "https://a.nl/nl/",
        "https://a.nl/index.html#top",
        "https://a.nl/Home.aspx",
        "https://a.nl/nl/actueel/nieuws",
        "https://a.nl/nieuws?page=2&lang=nl",
    ],
)
def test_pages_that_stand_for_no_announcement(url: str) -> None:
    """Home pages and overviews identify nothing."""
    assert is_landing_page(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://a.nl/?p=12",
        "https://a.nl/nieuws/brug-dicht",
        "https://a.nl/nieuws/2026",
        "https://a.nl/nieuws?id=3",
        "https://a.nl/#!/nieuws/1",
        "geen adres",
    ],
)
def test_pages_that_may_be_an_announcement(url: str) -> None:
    """Anything specific in an address lets it identify."""
    assert not is_landing_page(url)


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://a.nl/x?b=1#c", "https://a.nl/x?b=1#c"),
        ("https://a.nl/x y", "https://a.nl/x%20y"),
        ("https://a.nl/x.", "https://a.nl/x%2E"),
        ("https://a.nl/x.?b", "https://a.nl/x%2E?b"),
        ("https://a.nl/(b", "https://a.nl/%28b"),
        ("https://a.nl/b_(c)", "https://a.nl/b_(c)"),
        ("https://a.nl/x?a=b?", "https://a.nl/x?a=b%3F"),
        ("https://a.nl/x?", "https://a.nl/x"),
        ("https://a.nl#b", "https://a.nl/#b"),
        ("https://a.nl/é", "https://a.nl/%C3%A9"),
        ("https://a.nl/100%", "https://a.nl/100%25"),
        ("https://café.nl/", "https://café.nl/"),
        ("https://аррӏе.nl/", "https://xn--80ak6aa92e.nl/"),
        ("https://a.nl:443/x", "https://a.nl/x"),
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
    ],
)
def test_links_are_written_so_that_the_server_sees_them_whole(url: str, safe: str) -> None:
    """Only what the server would cut off or misread is encoded, and a host that could deceive shows what it is."""
    assert safe_url(url) == safe


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/x",
        "javascript:alert(1)",
        "mailto:a@b.nl",
        "https://",
        "https://naam:geheim@a.nl/",
        "https://a nl/",
        "https://a.nl/" + "x" * 5000,
    ],
)
def test_what_can_be_no_link(url: str) -> None:
    """What is no web address, or carries a credential, is never shown as a link."""
    assert safe_url(url) is None


@settings(max_examples=300)
@given(TAILS)
@example("/x?a=1?")
@example("?#")
def test_every_link_is_seen_whole(tail: str) -> None:
    """Whatever stands in a path, query or fragment, the server sees one link, and leads where it led."""
    safe = safe_url(f"https://voorbeeld.nl{tail}" if tail[:1] in ("/", "?", "#") else f"https://voorbeeld.nl/{tail}")
    assert safe is not None
    assert [(entity.start, entity.end) for entity in entities(f"x {safe} x")] == [(2, 2 + len(safe))]
    assert safe_url(safe) == safe


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Voorbeeld.NL:443/x", "www.voorbeeld.nl"),
        ("http://[::1]:8080/", "::1"),
        ("https://bücher.example./", "xn--bcher-kva.example"),
        ("https://a.nl@b.nl/", "b.nl"),
        ("https://a.nl\\@b.nl/", ""),
        ("http://a.nl%2fb.nl/", ""),
        ("ftp://a.nl/", ""),
        ("http://a.nl:99999/", ""),
        ("http://[::1", ""),
    ],
)
def test_the_host_is_where_it_really_leads(url: str, host: str) -> None:
    """The host is what a browser would connect to, and none where readers of addresses disagree."""
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("host", "domains", "same"),
    [
        ("voorbeeld.nl", ["voorbeeld.nl"], True),
        ("nieuws.voorbeeld.nl", ["ander.nl", "Voorbeeld.NL."], True),
        ("nepvoorbeeld.nl", ["voorbeeld.nl"], False),
        ("voorbeeld.nl", ["nieuws.voorbeeld.nl"], False),
        ("voorbeeld.nl.kwaad.example", ["voorbeeld.nl"], False),
        ("127.0.0.1", ["127.0.0.1:8080"], True),
        ("127.0.0.1:8080", ["127.0.0.1:8080"], True),
        ("127.0.0.1:9090", ["127.0.0.1:8080"], False),
        ("10.127.0.0.1", ["127.0.0.1"], False),
        ("1.2.3.4", ["3.4"], False),
        ("::1", ["[::1]:8080"], True),
        ("bücher.example", ["xn--bcher-kva.example"], True),
        ("", ["voorbeeld.nl", ""], False),
    ],
)
def test_whose_site_a_host_belongs_to(host: str, domains: list[str], same: bool) -> None:
    """A domain owns the names below it and nothing that only looks like it."""
    assert same_site(host, domains) is same


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://a.example/a,@politie", "https://a.example/a,%40politie"),
        ("https://voorbeeld.nl/x?a=,@politie", "https://voorbeeld.nl/x?a=,%40politie"),
        ("https://a.example/#@x", "https://a.example/#%40x"),
        ("https://a.example/@@x", "https://a.example/@%40x"),
        ("https://a.example/x?a=.#tag", "https://a.example/x?a=%2E#tag"),
        ("https://a.example/x?#tag", "https://a.example/x#tag"),
        ("https://a.example/@naam/1?b=@c#kop", "https://a.example/@naam/1?b=@c#kop"),
    ],
)
def test_a_link_pings_nobody_and_tags_nothing(url: str, written: str) -> None:
    """Whatever stands in an address, and whether a server knows its domain or not, no name in it is a mention or a tag."""
    assert safe_url(url) == written
    assert neutralise(written) == written
    assert not [one for one in entities(written) if one.kind != "url"]


@pytest.mark.parametrize(
    "host",
    ["\u200b" + "x" * 70, "voor\u202ebeeld.nl", "voorbeeld .nl", "a\u2066b.example", "x" * 70 + "é.nl", ".", "a..nl"],
)
def test_a_host_that_cannot_be_is_no_link(host: str) -> None:
    """What no name server could know is not shown as an address: it could only deceive."""
    assert safe_url(f"https://{host}/x") is None


@settings(max_examples=300)
@given(URLS)
@example("https://a.nl/?@a&#0;@b##c")
@example("http://é.nl##g")
@example("http://é.nl?#?")
def test_links_stay_as_they_are_in_a_post(url: str) -> None:
    """A link that was made fit is not changed by what disarms the words around it."""
    written = safe_url(url)
    if written is not None:
        assert neutralise(f"Tekst.\n{written}") == f"Tekst.\n{written}"
        assert safe_url(written) == written
