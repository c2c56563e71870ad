"""The keys of issuers: read from a certificate, a public key or a fingerprint, and used to check RSA signatures.

Checking a signature is arithmetic with public numbers: nothing here is secret, so that neither timing nor memory can
give anything away, and a dependency with a compiler behind it is not needed for it. What must be right is the
comparison: the whole block is made anew and compared (RFC 8017, section 8.2.2), never taken apart, which is where
forgeries of the past slipped through.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256

_PEM = re.compile(r"-----BEGIN (CERTIFICATE|PUBLIC KEY)-----([A-Za-z0-9+/=\s]{1,20000})-----END \1-----")
_FINGERPRINT = re.compile(r"sha256:[0-9a-f]{64}")
_RSA = bytes.fromhex("06092a864886f70d010101")  # OBJECT IDENTIFIER rsaEncryption
_SHORTEST, _LONGEST = 2048, 16384
"""Bits that a key may have: fewer can be broken, more only cost time."""

# DigestInfo of each hash, up to the hash itself (RFC 8017, section 9.2, note 1).
_PREFIXES = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}

_INTEGER, _BITS, _SEQUENCE, _CONTEXT_0 = 0x02, 0x03, 0x30, 0xA0


class KeyProblem(ValueError):
    """A key that cannot be used; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RsaKey:
    """A public key."""

    modulus: int
    exponent: int

    def signed(self, digest: bytes, hash_name: str, signature: bytes) -> bool:
        """Whether a signature over a digest was made with this key (RSASSA-PKCS1-v1_5)."""
        size = (self.modulus.bit_length() + 7) // 8
        number = int.from_bytes(signature)
        if len(signature) != size or number >= self.modulus:
            return False
        info = _PREFIXES[hash_name] + digest
        expected = b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info
        return pow(number, self.exponent, self.modulus).to_bytes(size) == expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Somebody whose signature is believed: a key, or the SHA-256 of a certificate or key that a message brings along."""

    key: RsaKey | None = None
    fingerprint: str = ""


def read_issuer(text: str) -> Issuer:
    """Read an issuer: PEM of a certificate or public key, or ``sha256:`` and 64 figures. Raises ``KeyProblem``."""
    value = text.strip()
    plain = value.lower().replace(":", "").removeprefix("sha256")
    if _FINGERPRINT.fullmatch(f"sha256:{plain}"):
        return Issuer(fingerprint=plain)
    found = _PEM.search(value)
    if not found:
        raise KeyProblem("it is neither a certificate, nor a public key, nor a fingerprint (sha256:…)")
    der = decoded(found[2])
    return Issuer(key=certified_key(der) if found[1] == "CERTIFICATE" else public_key(der))


def decoded(text: str) -> bytes:
    """Read base64 with white space in it. Raises ``KeyProblem``."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise KeyProblem("it is no base64") from error


def fingerprint(der: bytes) -> str:
    """Give the SHA-256 of a certificate or key in DER."""
    return sha256(der).hexdigest()


def certified_key(der: bytes) -> RsaKey:
    """Give the key that a certificate (RFC 5280, section 4.1) certifies. Raises ``KeyProblem``."""
    parts = _children(_only(der, _SEQUENCE))
    inside = _children(parts[0][1] if parts and parts[0][0] == _SEQUENCE else b"")
    if inside and inside[0][0] == _CONTEXT_0:  # the version; absent in version 1
        inside = inside[1:]
    if len(inside) < 6 or inside[5][0] != _SEQUENCE:  # noqa: PLR2004 (serial, algorithm, issuer, validity, subject, key)
        raise KeyProblem("it is no certificate")
    return _key(inside[5][1])


def public_key(der: bytes) -> RsaKey:
    """Read a SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7). Raises ``KeyProblem``."""
    return _key(_only(der, _SEQUENCE))


def rsa_key(modulus: bytes, exponent: bytes) -> RsaKey:
    """Make a key of its numbers. Raises ``KeyProblem`` for one that nobody should believe."""
    key = RsaKey(modulus=int.from_bytes(modulus), exponent=int.from_bytes(exponent))
    if not _SHORTEST <= key.modulus.bit_length() <= _LONGEST:
        raise KeyProblem(f"its key has {key.modulus.bit_length()} bits; at least {_SHORTEST} are needed")
    if key.exponent < 3 or key.exponent % 2 == 0 or key.exponent.bit_length() > 64 or key.modulus % 2 == 0:  # noqa: PLR2004
        raise KeyProblem("its key is no RSA key")
    return key


def as_public_key(key: RsaKey) -> bytes:
    """Write a key as SubjectPublicKeyInfo, so that a bare key has a fingerprint too."""
    numbers = _tlv(_SEQUENCE, _number(key.modulus) + _number(key.exponent))
    return _tlv(_SEQUENCE, _tlv(_SEQUENCE, _RSA + b"\x05\x00") + _tlv(_BITS, b"\x00" + numbers))


# ── DER (X.690, section 10) ──────────────────────────────────────────────────────────────────────────────────────────


def _key(info: bytes) -> RsaKey:
    parts = _children(info)
    if len(parts) != 2 or parts[1][0] != _BITS:  # noqa: PLR2004 (the algorithm and the key)
        raise KeyProblem("it holds no public key")
    if not parts[0][1].startswith(_RSA):
        raise KeyProblem("its key is not of the RSA kind, and other kinds are not supported")
    numbers = _children(_only(parts[1][1][1:], _SEQUENCE))
    if [tag for tag, _ in numbers] != [_INTEGER, _INTEGER]:
        raise KeyProblem("its key is no RSA key")
    return rsa_key(numbers[0][1], numbers[1][1])


def _only(der: bytes, tag: int) -> bytes:
    found = _children(der)
    if not found or found[0][0] != tag:
        raise KeyProblem("it is not in the form that its label says")
    return found[0][1]


def _children(der: bytes) -> list[tuple[int, bytes]]:
    """Give tag and content of each value in a row. Raises ``KeyProblem`` where they do not fit."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at < len(der):
        head = der[at : at + 2]
        size = head[1] if len(head) == 2 else -1  # noqa: PLR2004 (tag and length)
        at += 2
        if size > 0x80:  # noqa: PLR2004 (the long form: so many bytes of length follow)
            more = size - 0x80
            size = int.from_bytes(der[at : at + more]) if more <= 4 else -1  # noqa: PLR2004
            at += more
        elif size == 0x80:  # noqa: PLR2004 (the indefinite form, which DER forbids)
            size = -1
        if size < 0 or at + size > len(der):
            raise KeyProblem("it is cut off or no DER")
        found.append((head[0], der[at : at + size]))
        at += size
    return found


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 0x80 else b""  # noqa: PLR2004
    if not length:
        figures = size.to_bytes((size.bit_length() + 7) // 8)
        length = bytes([0x80 + len(figures)]) + figures
    return bytes([tag]) + length + content


def _number(value: int) -> bytes:
    return _tlv(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1))
