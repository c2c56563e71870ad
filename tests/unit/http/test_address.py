from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import Permanent
from adapters.http.address import parse, redirected, shown


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        ("https://www.politie.example/rss?page=2#deel", "https://www.politie.example/rss?page=2"),
        ("https://u:geheim@politie.example/rss", "https://politie.example/rss"),
        ("https://politie.example/f?token=geheim&page=2", "https://politie.example/f?token=…&page=2"),
        ("https://politie.example/f?access_token=geheim", "https://politie.example/f?access_token=…"),
        ("https://politie.example/f?accessToken=geheim", "https://politie.example/f?accessToken=…"),
        ("https://politie.example/f?X-Amz-Signature=geheim&sig=geheim", "https://politie.example/f?X-Amz-Signature=…&sig=…"),
        ("https://politie.example/f?apikey=geheim;key=geheim", "https://politie.example/f?apikey=…"),
        ("https://politie.example/f?keywords=brand&postcode=1234", "https://politie.example/f?keywords=brand&postcode=1234"),
        ("https://mastodon.example/@voorbeeldstad", "https://mastodon.example/@voorbeeldstad"),
        ("https://u:ge#heim@politie.example/", "https://…"),
        ("https://u:ge?heim@politie.example/", "https://…"),
        ("u:geheim@politie.example/rss", "politie.example/rss"),
        ("http://[2a00::1]:8080/rss", "http://[2a00::1]:8080/rss"),
    ],
)  # fmt: skip
def test_addresses_are_shown_without_secrets(address: str, seen: str) -> None:
    """People see where it went wrong, and nobody sees a credential."""
    assert shown(address) == seen


@settings(max_examples=200)
@given(st.text(max_size=200))
def test_anything_can_be_shown_and_parsed(text: str) -> None:
    """No text makes the parser crash, and what is shown is one short printable line."""
    assert shown(text).isprintable()
    try:
        url = parse(text)
    except Permanent as error:
        assert error.code == "http.bad-url"  # noqa: PT017 - most texts are no address, some are
    else:
        assert url.scheme in ("http", "https")
        assert not url.raw_fragment


@settings(max_examples=200)
@given(st.text(max_size=100))
def test_any_location_leads_somewhere_or_is_refused(location: str) -> None:
    """A redirect is an address of http or https, or an error of ours."""
    try:
        target = redirected(parse("https://www.voorbeeldstad.example/a/b?c"), location)
    except Permanent as error:
        assert error.code == "http.bad-url"  # noqa: PT017 - as above
    else:
        assert target.scheme in ("http", "https")
        assert target.raw_host


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("c", "https://www.voorbeeldstad.example/a/c"),
        ("../c?d", "https://www.voorbeeldstad.example/c?d"),
        ("?d", "https://www.voorbeeldstad.example/a/b?d"),
        ("//elders.example/c", "https://elders.example/c"),
        ("HTTPS://Elders.example/C%7e", "https://elders.example/C%7e"),
        ("https://elders.example/met spatie", "https://elders.example/met%20spatie"),
        ("https://elders.example", "https://elders.example/"),
    ],
)
def test_locations_are_read_as_browsers_do(location: str, target: str) -> None:
    """Relative or whole, with or without what should have been quoted."""
    assert str(redirected(parse("https://www.voorbeeldstad.example/a/b"), location)) == target
