"""Addresses as text: what may be asked for, where a redirect leads, and how an address is shown to people.

An address that is legal as written is sent as written, byte for byte: re-quoting a signed or hand-made query changes
what the server sees. Only an address that is not legal (spaces, letters beyond ASCII) is quoted first.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urljoin

from yarl import URL

from adapters.errors import Permanent

LONGEST = 8192
"""Characters that an address may have; more is an attack or a mistake."""

_LEGAL = re.compile(
    r"(https?)://([a-z0-9._-]+|\[[0-9a-f:.]+\])((?::[0-9]{1,5})?)((?:[/?][A-Za-z0-9._~!$&'()*+,;=:@/?%-]*)?)",
    re.IGNORECASE,
)
_LOOSE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NAME = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?")
_SECRET = re.compile(
    r"(?:^|[._\-\[])(?:(?:access|api|auth|client|refresh)?(?:token|key|secret)|sig|signature|pass(?:word|wd|phrase)?|pwd"
    r"|auth(?:orization)?|credentials?|code|jwt|session|sid)(?:$|[._\-\]])",
    re.IGNORECASE,
)
# A password may hold the very characters that end an authority: then nothing of what follows is shown.
_HOST_AND_PORT = re.compile(r"(?:[^:\[\]]*|\[[^\]]*\]?)(?::[0-9]*)?")
_WORD_ENDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


@lru_cache(maxsize=16_384)
def parse(text: str) -> URL:
    """Give what can be asked for, without fragment. Raises ``Permanent`` (``http.bad-url``) for anything else."""
    if len(text) > LONGEST:
        raise _bad(text, f"it is longer than {LONGEST} characters")
    address = text.strip().partition("#")[0]
    legal = _LEGAL.fullmatch(address)
    if legal and not _LOOSE_PERCENT.search(address):
        scheme, host, port, rest = legal.groups()
        path = rest if rest.startswith("/") else f"/{rest}"
        return _asked(text, f"{scheme.lower()}://{host.lower()}{port}{path}", encoded=True)
    return _asked(text, address, encoded=False)


def redirected(base: URL, location: str) -> URL:
    """Give where a ``Location`` leads (RFC 9110, section 10.2.2). Raises as ``parse`` does."""
    try:
        joined = urljoin(str(base), location)
    except ValueError as error:
        raise _bad(location, "it is no address") from error
    return parse(joined)


def shown(address: URL | str) -> str:
    """Give an address as errors and logs may show it: no user, no password, no values of secret parameters."""
    head, question, query = str(address).partition("#")[0].partition("?")
    scheme, slashes, rest = head.partition("//")
    if not slashes:
        return _clipped(head.rpartition("@")[2])
    authority, slash, path = rest.partition("/")
    host = authority.rpartition("@")[2]
    if not _HOST_AND_PORT.fullmatch(host):
        return _clipped(f"{scheme}//…")
    parameters = "&".join(map(_without_secret, query.split("&")))
    return _clipped(f"{scheme}//{host}{slash}{path}{question}{parameters}")


def _asked(text: str, address: str, *, encoded: bool) -> URL:
    try:
        url = URL(address, encoded=encoded)
        port = url.explicit_port
    except ValueError as error:
        raise _bad(text, "it is no address") from error
    if url.scheme not in ("http", "https"):
        raise _bad(text, "only http and https are asked")
    if url.raw_user is not None or url.raw_password is not None:
        raise _bad(text, "it holds a user name or a password")
    if port == 0 or not _possible(url.raw_host or ""):
        raise _bad(text, "it names no host")
    return url


def _possible(host: str) -> bool:
    return ":" in host or (len(host) <= 254 and _NAME.fullmatch(host) is not None)  # noqa: PLR2004 - RFC 1035, 3.1


def _bad(text: str, why: str) -> Permanent:
    return Permanent(
        f"{shown(text)} cannot be asked: {why}.",
        code="http.bad-url",
        remedy="Write an address that starts with http:// or https://; credentials belong in the environment.",
    )


def _without_secret(parameter: str) -> str:
    name, equals, _ = parameter.partition("=")
    return f"{name}=…" if equals and _SECRET.search(_WORD_ENDS.sub("_", name)) else parameter


def _clipped(text: str, longest: int = 300) -> str:
    printable = "".join(letter if letter.isprintable() else "�" for letter in text[: longest + 1])
    return printable if len(printable) <= longest else printable[: longest - 1] + "…"
