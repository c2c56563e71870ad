from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from bot.hosts import belongs, host_of, is_public, literal, within


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "::ffff:127.0.0.1", "localhost", "a.localhost"],
)
def test_loopback_is_known_in_every_form(host: str) -> None:
    """Whatever the operating system would connect to 127.0.0.1 for is seen as that."""
    assert literal(host) == ip_address("127.0.0.1")
    assert not is_public(host)
    assert within(host, (ip_network("127.0.0.0/8"),))


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("politie.example", True),
        ("8.8.8.8", True),
        ("2a00:1450::1", True),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("mastodon", False),
        ("feeds.test", False),
        ("nas.home.arpa", False),
        ("db.internal", False),
        ("cafe.example", True),
        ("dead.beef.example", True),
    ],
)
def test_private_hosts_are_told_apart(host: str, public: bool) -> None:
    """Private addresses, and names that no public DNS answers for, are not somebody else's server."""
    assert is_public(host) is public


def test_only_dns_knows_where_a_name_lives() -> None:
    """A name is neither inside nor outside of a range, until it is resolved."""
    assert within("politie.example", (ip_network("10.0.0.0/8"),)) is None
    assert within("10.9.9.9", (ip_network("fd00::/8"), ip_network("10.0.0.0/8"))) is True
    assert within("10.9.9.9", ()) is False


def test_sub_domains_belong_and_look_alikes_do_not() -> None:
    """A host that only ends in the same letters is not the agency's."""
    assert belongs("www.politie.example", ("politie.example",))
    assert belongs("politie.example", ("politie.example",))
    assert not belongs("nep-politie.example", ("politie.example",))
    assert not belongs("politie.example.evil.example", ("politie.example",))
    assert belongs("127.0.0.1", ("127.0.0.1",))
    assert not belongs("1127.0.0.1", ("127.0.0.1",))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://WWW.Politie.Example:8443/x", "www.politie.example"),
        ("http://[::1]:8000/", "::1"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("https://politie.example./", "politie.example"),
        ("not an address", ""),
        ("http://[::1", ""),
    ],
)
def test_host_is_written_as_dns_has_it(url: str, host: str) -> None:
    """Hosts compare equal however their address was typed."""
    assert host_of(url) == host
