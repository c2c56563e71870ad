"""Signatures: what an issuer signed is believed, and nothing else is published.

The files in ``signed`` were made by another program (signxml), so that both sides of the canonical form are not ours.
"""

from __future__ import annotations

import base64
import re
from contextlib import suppress
from pathlib import Path

import pytest
from lxml import etree

from adapters.cap import CapOptions, keys, signature
from adapters.cap.keys import (
    KeyProblem,
    RsaKey,
    as_public_key,
    certified_key,
    fingerprint,
    public_key,
    read_issuer,
    rsa_key,
)
from adapters.contract import Batch, SourceConfig
from adapters.feed.charset import decode
from tests.unit.alerts.documents import HERE, alert, atom, info, read, reasons

SIGNED = {path.stem: path.read_text(encoding="utf-8") for path in sorted((HERE / "signed").glob("*.xml"))}
CERTIFICATE = (HERE / "signed" / "cert.pem").read_text(encoding="ascii")
PUBLIC_KEY = (HERE / "signed" / "pub.pem").read_text(encoding="ascii")
CERTIFICATE_PRINT = "1bef103e339d8c5669b0286748955a54300a8f9bc2b302363e366325b3d5cddf"
KEY_PRINT = fingerprint(as_public_key(read_issuer(PUBLIC_KEY).key or RsaKey(modulus=1, exponent=1)))


def believe(text: str, *issuers: str) -> Batch:
    """Read a document where these issuers are configured."""
    return read(text, SourceConfig(id="x", url="https://cap.vrv.example/1", options=CapOptions(issuer=issuers)))


@pytest.mark.parametrize("name", SIGNED)
@pytest.mark.parametrize("issuer", [CERTIFICATE, PUBLIC_KEY], ids=["certificate", "key"])
def test_what_the_issuer_signed_is_believed(name: str, issuer: str) -> None:
    """Inclusive and exclusive canonical forms, with and without comments, and each length of SHA-2 hold."""
    batch = believe(SIGNED[name], issuer)
    assert ([item.native_id for item in batch.items], batch.broken) == (
        ["alarm@vrv.example,vrv-2026-1,2026-11-23T08:00:00+01:00"],
        (),
    )


@pytest.mark.parametrize(
    ("name", "issuer"),
    [
        ("exclusief", f"sha256:{CERTIFICATE_PRINT}"),
        ("inclusief", "SHA256:" + ":".join(re.findall("..", CERTIFICATE_PRINT.upper()))),
        ("exclusief", f"sha256:{KEY_PRINT}"),
        ("inclusief11", f"sha256:{KEY_PRINT}"),
    ],
)
def test_a_fingerprint_is_enough(name: str, issuer: str) -> None:
    """A key or certificate that the message brings along is believed where its fingerprint is configured."""
    assert believe(SIGNED[name], issuer).items


def test_one_of_several_issuers_is_enough() -> None:
    """While an issuer changes keys, the old and the new one are both believed."""
    assert believe(SIGNED["exclusief"], "sha256:" + "0" * 64, CERTIFICATE).items


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("Grote brand", "Geen brand"), "the message was changed after it was signed"),
        (("2026-11-23T08", "2026-11-24T08"), "the message was changed after it was signed"),
        (("</info>", "</info><info><language>en</language></info>"), "the message was changed after it was signed"),
        (("YM798fA8GdxGzsami69dc", "YM798fA8GdxGzsami69dd"), "it was not made with the key of an issuer"),
        (('URI=""', 'URI="#a"'), "it does not cover the whole message"),
        (("xmldsig-more#rsa-sha256", "xmldsig-more#rsa-sha1"), "its method is 'rsa-sha1'"),
        (("xmlenc#sha256", "xmldsig#sha1"), "its digest is 'sha1'"),
        (("xmldsig-more#rsa-sha256", "xmldsig-more#ecdsa-sha256"), "its method is 'ecdsa-sha256'"),
        (
            ('"http://www.w3.org/2000/09/xmldsig#enveloped-signature"', '"http://www.w3.org/TR/1999/REC-xpath"'),
            "no plain",
        ),
        (("</ds:SignedInfo>", "<ds:Reference/></ds:SignedInfo>"), "it covers nothing, or several things"),
        (("ds:SignatureValue>", "ds:Waarde>"), "it has no value"),
        (("SignatureValue>YM798", "SignatureValue>é"), "it is no base64"),
    ],
)
def test_what_was_changed_is_not_believed(change: tuple[str, str], reason: str) -> None:
    """A message that was touched, or signed in a way that proves nothing, is broken, and says why."""
    batch = believe(SIGNED["exclusief"].replace(*change), CERTIFICATE)
    assert batch.items == ()
    (said,) = reasons(batch)
    assert reason in said
    assert said.startswith("an issuer is configured, and the signature does not hold: ")


def test_another_key_is_not_believed() -> None:
    """A sound signature by somebody else proves nothing."""
    other = rsa_key((1 << 2047 | 1).to_bytes(256), (65537).to_bytes(3))
    pem = f"-----BEGIN PUBLIC KEY-----\n{__import__('base64').b64encode(as_public_key(other)).decode()}\n-----END PUBLIC KEY-----"
    assert "not made with the key of an issuer" in reasons(believe(SIGNED["exclusief"], pem))[0]
    assert "not made with the key of an issuer" in reasons(believe(SIGNED["exclusief"], "sha256:" + "1" * 64))[0]


def test_what_nobody_signed_is_not_believed() -> None:
    """A message without signature, an entry of an index and JSON are broken where an issuer is configured."""
    assert "carries no signature" in reasons(believe(alert(info()), CERTIFICATE))[0]
    assert (
        "carries no signature"
        in reasons(believe(atom("<entry><id>1</id><cap:event>x</cap:event></entry>"), CERTIFICATE))[0]
    )
    feature = '{"properties": {"messageType": "Alert", "severity": "x", "sent": "x", "id": "1", "sender": "w"}}'
    collection = f'{{"type": "FeatureCollection", "features": [{feature}]}}'
    assert "carries no signature" in reasons(believe(collection, CERTIFICATE))[0]
    assert "carries no signature" in reasons(believe("https://vrv.example/1.cap", CERTIFICATE))[0]


def test_without_an_issuer_signatures_are_not_looked_at() -> None:
    """Who configures nobody trusts the connection, and a signature that does not hold is no obstacle."""
    assert read(SIGNED["exclusief"].replace("Grote brand", "Geen brand")).items


def test_signed_messages_inside_an_index_are_believed() -> None:
    """A message that was signed by itself holds where it stands inside an entry."""
    text = SIGNED["exclusief"].partition("?>")[2]
    assert believe(atom(f"<entry><id>1</id><content>{text}</content></entry>", declarations=""), CERTIFICATE).items


def test_words_wrapped_around_a_signed_message_are_not_believed() -> None:
    """A signed message that is moved inside another one lends that one nothing."""
    signed = SIGNED["exclusief"].partition("?>")[2]
    found = etree.fromstring(signed.encode())
    inner = etree.tostring(found[-1], encoding="unicode")
    forged = alert(info(headline="Alles is veilig"), extra=signed).replace("</alert>", f"{inner}</alert>", 1)
    batch = believe(forged, CERTIFICATE)
    assert all(item.title and item.title.value != "Alles is veilig" for item in batch.items)


def test_a_real_signature_of_another_program_has_our_canonical_form(
    captures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An alert that an agency signed long ago verifies once SHA-1, which we refuse, is allowed for this one document."""
    monkeypatch.setitem(signature._DIGESTS, "http://www.w3.org/2000/09/xmldsig#sha1", "sha1")
    monkeypatch.setitem(signature._SIGNATURES, "http://www.w3.org/2000/09/xmldsig#rsa-sha1", "sha1")
    prefix = bytes.fromhex("3021300906052b0e03021a05000414")
    monkeypatch.setitem(keys._PREFIXES, "sha1", prefix)
    body = (captures / "feeds" / "cap" / "earthquake-iso8859-1.cap").read_bytes()
    text = decode(body).partition("?>")[2]
    brought = signature._brought(etree.fromstring(text.encode())[-1])
    (key_print,) = brought
    assert believe(text, f"sha256:{key_print}").items
    assert not believe(text.replace("EQ 4.6", "EQ 4.7"), f"sha256:{key_print}").items


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_certificate_and_its_key_are_the_same() -> None:
    """The key inside a certificate is read as the same numbers as the key by itself."""
    assert read_issuer(CERTIFICATE) == read_issuer(f"  \n{PUBLIC_KEY}\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sha256:12",
        "sha256:" + "g" * 64,
        "knmi.pem",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
        CERTIFICATE.replace("CERTIFICATE", "PUBLIC KEY"),
        PUBLIC_KEY.replace("PUBLIC KEY", "CERTIFICATE"),
        CERTIFICATE.replace("MIID", "MIIE"),
    ],
)
def test_what_is_no_issuer_is_refused(text: str) -> None:
    """PEM that is damaged, or labelled as what it is not, is no key."""
    with pytest.raises(KeyProblem):
        read_issuer(text)


def test_keys_that_nobody_should_believe_are_refused() -> None:
    """Short keys can be broken, and an exponent of 1 signs everything."""
    long = (1 << 2047 | 1).to_bytes(256)
    with pytest.raises(KeyProblem, match="1024 bits"):
        rsa_key((1 << 1023 | 1).to_bytes(128), b"\x01\x00\x01")
    for exponent in (b"\x01", b"\x00", b"\x04", b"\x01" * 9):
        with pytest.raises(KeyProblem, match="no RSA key"):
            rsa_key(long, exponent)


def test_a_signature_has_the_length_of_its_key_and_one_form() -> None:
    """The same number written longer, or with the modulus added to it, is no second signature over the same words."""
    text = SIGNED["exclusief"]
    value = re.findall(r"<ds:SignatureValue>(.*?)</ds:SignatureValue>", text)[0]
    number = base64.b64decode(value)
    key = read_issuer(PUBLIC_KEY).key
    assert key
    more = (int.from_bytes(number) + key.modulus).to_bytes(len(number) + 1)
    for other in (b"\0" + number, number + b"\0", more, more[1:], b""):
        forged = text.replace(value, base64.b64encode(other).decode())
        assert "not made with the key of an issuer" in reasons(believe(forged, CERTIFICATE))[0]


def test_damaged_der_is_no_key() -> None:
    """Every beginning of a certificate and every damaged byte gives a key or a problem, and nothing else."""
    der = base64.b64decode("".join(CERTIFICATE.split("-----")[2].split()))
    for end in range(0, len(der), 7):
        with pytest.raises(KeyProblem):
            certified_key(der[:end])
        damaged = der[:end] + bytes([der[end] ^ 0x85]) + der[end + 1 :]
        for read_key in (certified_key, public_key):
            with suppress(KeyProblem):
                assert isinstance(read_key(damaged), RsaKey)


def test_options_refuse_an_issuer_that_is_none() -> None:
    """A mistake in the configuration shows where it is read, not when the first alert comes."""
    with pytest.raises(ValueError, match="neither a certificate"):
        CapOptions(issuer="sha256:12")
    with pytest.raises(ValueError, match="it is empty"):
        CapOptions(issuer=("",))
    assert CapOptions(issuer="/etc/omroeper/knmi.pem").issuers == ("/etc/omroeper/knmi.pem",)
