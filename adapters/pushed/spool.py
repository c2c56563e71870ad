"""Pushes: verified, and kept in a spool folder until the source reads them.

Signed after Standard Webhooks (standardwebhooks.com), for which there are libraries in most languages: HMAC-SHA256 with a
shared secret over ``<webhook-id>.<webhook-timestamp>.<body>``, in ``webhook-signature`` as ``v1,<base64>``.
``accept`` is pure; ``keep`` puts what was accepted on disk, whole and safe from a power cut, before the answer is given.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.contract import SourceConfig
from adapters.digest import digest_of
from adapters.errors import Malformed, Temporary
from adapters.pushed.dropped import read_dropped

LARGEST = 1024 * 1024
"""Bytes of one push."""
WINDOW = timedelta(minutes=5)
"""How far a push's time may lie from ours: what is older is a replay, what is newer has a wrong clock."""
MOST_WAITING = 2000
_PREFIX = "whsec_"
_LONGEST_ID = 200
_SHORTEST_KEY = 16
"""Bytes of a secret; what is shorter can be guessed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A push that is genuine and can be read. ``at`` is when its sender signed it. Answer 202 once ``keep`` has it."""

    id: str
    at: datetime
    content_type: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A push that is not taken: the HTTP ``status`` to answer, a stable ``code``, and a sentence for its sender."""

    status: int
    code: str
    message: str


def accept(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> Accepted | Refused:
    """Decide about a push. Costs what reading the body costs, so that it does not belong on an event loop."""
    named = {name.lower(): value for name, value in headers.items()}
    if refused := _barred(body, secret) or _unproven(named, body, secret, now):
        return refused
    accepted = Accepted(
        id=named["webhook-id"],
        at=datetime.fromtimestamp(int(named["webhook-timestamp"]), UTC),
        content_type=named.get("content-type", ""),
        body=body,
    )
    try:
        read_dropped(body, SourceConfig(id="webhook", url=""), content_type=accepted.content_type)
    except Malformed as error:
        return Refused(status=422, code=error.code, message=f"{error}. {error.remedy}".strip())
    return accepted


def signature(secret: str, id_: str, at: datetime, body: bytes) -> str:
    """Give the value of ``webhook-signature`` for a push, for those who write a sender in Python."""
    return _signed(f"{id_}.{int(at.timestamp())}.".encode() + body, _key(secret))


def keep(folder: Path, accepted: Accepted) -> Path:
    """Put a push in the spool, and give its file. The same push twice is one file.

    Raises ``Temporary`` (``webhook.spool-full``, ``webhook.spool``): answer 503, so that the sender tries again.
    """
    name = f"{int(accepted.at.timestamp()):011d}-{digest_of(accepted.id.encode('utf-8', 'surrogateescape'))}.json"
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.exists():
            return path
        if sum(1 for _ in folder.glob("*.json")) >= MOST_WAITING:
            raise Temporary(
                "The spool is full.",
                code="webhook.spool-full",
                remedy="See why the source that reads it does not run.",
            )
        _write(path, _envelope(accepted))
    except OSError as error:
        raise Temporary(
            f"The push cannot be kept: {os.strerror(error.errno or 0).lower()}.",
            code="webhook.spool",
            remedy="Look at the disk and at the rights of the spool folder.",
        ) from error
    return path


def unwrap(envelope: Mapping[str, Any]) -> tuple[bytes, str]:
    """Give body and content type of a push as it lies in the spool. Raises ``ValueError`` where it is none."""
    body = envelope.get("body")
    if envelope.get("omroeper_webhook") != 1 or not isinstance(body, str):
        raise ValueError("it is no push")
    kind = envelope.get("content_type")
    decoded = (
        base64.b64decode(body, validate=True) if envelope.get("base64") is True else body.encode("utf-8", "replace")
    )
    return decoded, kind if isinstance(kind, str) else ""


def _envelope(accepted: Accepted) -> bytes:
    try:
        body, coded = accepted.body.decode("utf-8"), False
    except UnicodeDecodeError:
        body, coded = base64.b64encode(accepted.body).decode("ascii"), True
    envelope = {
        "omroeper_webhook": 1,
        "id": accepted.id,
        "signed": accepted.at.astimezone(UTC).isoformat(),
        "content_type": accepted.content_type,
        "base64": coded,
        "body": body,
    }
    return json.dumps(envelope, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _write(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, whatever happens meanwhile."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _barred(body: bytes, secret: str) -> Refused | None:
    if len(_key(secret)) < _SHORTEST_KEY:
        return Refused(status=503, code="webhook.secret", message="No secret of enough length is configured here.")
    if len(body) > LARGEST:
        return Refused(status=413, code="webhook.too-large", message=f"A push has at most {LARGEST} bytes.")
    return None


def _unproven(named: Mapping[str, str], body: bytes, secret: str, now: datetime) -> Refused | None:
    """Say what is wrong with who signed, and when. Whoever cannot sign hears nothing but that."""
    id_, written = named.get("webhook-id", ""), named.get("webhook-timestamp", "")
    if not _is_signed(
        named.get("webhook-signature", ""), f"{id_}.{written}.".encode("utf-8", "replace") + body, secret
    ):
        return Refused(status=401, code="webhook.signature", message="The signature is missing or wrong.")
    at = _time(written)
    if at is None or abs(at - now) > WINDOW:
        return Refused(
            status=401, code="webhook.time", message="The time of the push is too far from now; check the clock."
        )
    if not id_ or len(id_) > _LONGEST_ID or not id_.isprintable():
        return Refused(status=400, code="webhook.id", message="A push needs an id of at most 200 characters.")
    return None


def _is_signed(header: str, content: bytes, secret: str) -> bool:
    """Compare with each signature of the header: while a secret is being replaced there are two."""
    key = _key(secret)
    right = _signed(content, key).encode()
    return any(hmac.compare_digest(one.encode("utf-8", "replace"), right) for one in header.split(" ")[:10])


def _signed(content: bytes, key: bytes) -> str:
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode("ascii")


def _key(secret: str) -> bytes:
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        return b""


def _time(written: str) -> datetime | None:
    if not (written.isascii() and written.isdigit() and len(written) < 12):  # noqa: PLR2004 - year 5138
        return None
    return datetime.fromtimestamp(int(written), UTC)
