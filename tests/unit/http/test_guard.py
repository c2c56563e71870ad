from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import AdapterError, Permanent, Temporary
from adapters.http import HttpClient
from adapters.http.guard import GuardedResolver, is_admitted, is_public, literal
from adapters.http.names import Names
from tests.unit.http.loopback import fine, policy, serving

PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "145.100.1.1", "172.32.0.1", "2001:67c:2e8::1", "2a00:1450::1", "::ffff:8.8.8.8"]

LOOPBACK_SPELLINGS = [
    "127.0.0.1",
    "127.0.0.9",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f.1",
    "0x7f000001",
    "0x7f.0.0.0x1",
    "0X7F.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.01",
    "127.0.0.1.",
    "127.1.",
    "0",
    "0.0.0.0",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:7f00:0001]",
    "[64:ff9b::7f00:1]",
    "[::127.0.0.1]",
    "[::1%25lo]",
    "[fe80::1%25eth0]",
    "１２７.０.０.１",
    "127。0。0。1",
    "①②⑦.⓪.⓪.①",
    "１２７.1",
]


@pytest.mark.parametrize("text", PRIVATE)
def test_special_addresses_are_not_public(text: str) -> None:
    """Every special range is refused, also those that Python's own is_global calls global."""
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_are_public(text: str) -> None:
    """The guard does not stand in the way of the internet."""
    assert is_public(ip_address(text))


def test_nat64_is_judged_by_what_it_carries() -> None:
    """A machine with IPv6 alone reaches public IPv4 through NAT64, and nothing private through it."""
    assert is_public(ip_address("64:ff9b::808:808"))
    assert not is_public(ip_address("64:ff9b::a00:1"))


@settings(max_examples=300)
@given(st.one_of(st.integers(0, 2**32 - 1).map(IPv4Address), st.integers(0, 2**125 - 1).map(IPv6Address)))
def test_never_more_generous_than_python(address: IPv4Address | IPv6Address) -> None:
    """Whatever we call public, Python calls global too, in whichever release."""
    if is_public(address) and not (isinstance(address, IPv6Address) and address.ipv4_mapped):
        assert address.is_global
        assert not address.is_multicast


@settings(max_examples=200)
@given(st.integers(2**125, 2**126 - 1).map(IPv6Address))
def test_never_more_generous_than_python_in_global_unicast(address: IPv6Address) -> None:
    """The same in the one block of IPv6 where public addresses are."""
    assert not is_public(address) or address.is_global


def test_an_allowed_range_admits_also_in_mapped_form() -> None:
    """allow_private = 127.0.0.0/8 means that network however its addresses are written, and nothing beside it."""
    allow = (ip_network("127.0.0.0/8"),)
    assert is_admitted(ip_address("127.0.0.1"), allow)
    assert is_admitted(ip_address("::ffff:127.0.0.1"), allow)
    assert not is_admitted(ip_address("10.0.0.1"), allow)
    assert not is_admitted(ip_address("::1"), allow)
    assert is_admitted(ip_address("8.8.8.8"), ())


@pytest.mark.parametrize(
    "host", ["politie.example", "1e1.example", "127.0.0.1.example", "a-1", "xn--mnchen-3ya.example"]
)
def test_names_are_left_to_the_resolver(host: str) -> None:
    """A host that does not end in a number is a name."""
    assert literal(host) is None


@pytest.mark.parametrize("host", ["134744072", "8.8.2056", "010.8.8.8", "1.2.3.4.5", "256.1.1.1", "2a00::1%eth0"])
def test_odd_spellings_of_public_addresses_are_refused_too(host: str) -> None:
    """Nobody writes a source like that: it is told apart from an address and from a private network."""
    with pytest.raises(Permanent) as caught:
        literal(host)
    assert caught.value.code == "http.bad-url"


@pytest.mark.parametrize("host", LOOPBACK_SPELLINGS)
async def test_no_spelling_of_a_private_address_is_connected_to(host: str) -> None:
    """Twenty-eight ways to write this machine, none of which reaches the server that listens on all its addresses."""
    async with serving(fine, host="0.0.0.0") as target, HttpClient(policy(allow_private=())) as http:
        with pytest.raises(Permanent) as caught:
            await http.get(f"http://{host}:{target.port}/", named=True)
        assert caught.value.code == "http.private-address"
        assert target.connections == 0


@pytest.mark.parametrize(
    "host", ["u:p@127.0.0.1", "good.example\\@127.0.0.1", "127.0.0.1%00.example", "%31%32%37.0.0.1"]
)
async def test_addresses_that_mislead_are_no_addresses(host: str) -> None:
    """What parsers read differently is not asked at all."""
    async with serving(fine, host="0.0.0.0") as target, HttpClient(policy(allow_private=())) as http:
        with pytest.raises(Permanent) as caught:
            await http.get(f"http://{host}:{target.port}/", named=True)
        assert caught.value.code == "http.bad-url"
        assert target.connections == 0


async def test_the_resolver_gives_checked_addresses_and_drops_the_others() -> None:
    """Of a name with public and private addresses only the public ones can be connected to."""
    names = Names(lambda host: ("10.0.0.1", "145.100.1.1", "::1", "2a00:1450::1"))
    found = await GuardedResolver(names).resolve("gemengd.example", 80)
    assert [result["host"] for result in found] == ["145.100.1.1", "2a00:1450::1"]
    names.close()


async def test_the_resolver_refuses_a_name_with_private_addresses_alone() -> None:
    """A public name can point into the office; then it is no public name."""
    heard: list[str] = []
    names = Names(lambda host: ("10.0.0.1", "fe80::1%eth0"))
    with pytest.raises(Permanent) as caught:
        await GuardedResolver(names, on_private=heard.append).resolve("binnen.example", 80)
    assert caught.value.code == "http.private-address"
    await GuardedResolver(names, (ip_network("10.0.0.0/8"),), heard.append).resolve("binnen.example", 80)
    assert heard == ["binnen.example"]
    names.close()


@pytest.mark.parametrize("failure", [OSError(-2, "Name or service not known"), UnicodeError("label too long")])
async def test_a_name_without_an_address_is_an_outage(failure: Exception) -> None:
    """DNS that fails is temporary, and never says that anything was withdrawn."""

    def lookup(host: str) -> list[str]:
        raise failure

    names = Names(lookup)
    with pytest.raises(Temporary) as caught:
        await names.find("weg.example")
    assert caught.value.code == "http.dns"
    assert "weg.example" in str(caught.value)
    names.close()


async def test_a_resolver_that_answers_nonsense_is_an_outage() -> None:
    """What is no address is not connected to."""
    names = Names(lambda host: ("nergens",))
    with pytest.raises(AdapterError) as caught:
        await names.find("raar.example")
    assert caught.value.code == "http.dns"
    names.close()
