"""Pushes: who may push, what is kept, and that each is read once and lost never."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract import Batch, Document, SourceConfig
from adapters.errors import Permanent, Temporary
from adapters.pushed.spool import LARGEST, MOST_WAITING, Accepted, Refused, accept, keep, signature
from adapters.pushed.webhook import WebhookSource
from tests.unit.platforms.conftest import offload
from tests.unit.platforms.replies import announcement, announcements, body

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"v" * 32).decode()
PUSH = body(announcements(announcement(1)))


def headers(content: bytes, secret: str = SECRET, *, at: datetime = NOW, id_: str = "msg_1") -> dict[str, str]:
    """Sign a push as a sender would."""
    return {
        "Webhook-Id": id_,
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": signature(secret, id_, at, content),
        "Content-Type": "application/json",
    }


def pushed(number: int, content: bytes | None = None) -> Accepted:
    """A push that was accepted."""
    content = body(announcements(announcement(number))) if content is None else content
    return Accepted(
        id=f"msg_{number}", at=NOW + timedelta(seconds=number), content_type="application/json", body=content
    )


async def fetch(spool: Path, cursor: Mapping[str, Any] | None = None) -> Batch:
    """Fetch once."""
    source = WebhookSource(SourceConfig(id="proef", url=str(spool)), None, offload)  # type: ignore[arg-type]  # it asks nobody
    return await source.fetch(cursor or {})


def files(folder: Path) -> list[str]:
    """Give what lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


def ids(batch: Batch) -> list[str | None]:
    """Give the ids of what is new."""
    return [item.native_id for item in batch.items]


# ── who may push ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_signed_push_is_accepted() -> None:
    """With either way of writing a secret, and with the old signature beside the new one while a secret is replaced."""
    for secret in (SECRET, "zomaar-een-lang-geheim"):
        found = accept(headers(PUSH, secret), PUSH, secret, NOW)
        assert isinstance(found, Accepted)
        assert (found.id, found.at, found.body) == ("msg_1", NOW, PUSH)
    both = headers(PUSH) | {"Webhook-Signature": f"v1,b3Vk {headers(PUSH)['Webhook-Signature']}"}
    assert isinstance(accept(both, PUSH, SECRET, NOW), Accepted)


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The example of the specification's own libraries: senders need nothing of ours."""
    secret, id_ = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    at, content = datetime.fromtimestamp(1614265330, UTC), b'{"test": 2432232314}'
    assert signature(secret, id_, at, content) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


CHANGED: list[tuple[str, dict[str, str], bytes, datetime, int]] = [
    ("webhook.signature", {}, PUSH + b" ", NOW, 401),
    ("webhook.signature", {"Webhook-Id": "msg_2"}, PUSH, NOW, 401),
    ("webhook.signature", {"Webhook-Timestamp": "1795420801"}, PUSH, NOW, 401),
    ("webhook.signature", {"Webhook-Signature": ""}, PUSH, NOW, 401),
    ("webhook.signature", {"Webhook-Signature": "v1,é"}, PUSH, NOW, 401),
    ("webhook.time", {}, PUSH, NOW + timedelta(minutes=6), 401),
    ("webhook.time", {}, PUSH, NOW - timedelta(minutes=6), 401),
    ("webhook.too-large", {}, b"x" * (LARGEST + 1), NOW, 413),
]


@pytest.mark.parametrize(("code", "changes", "content", "now", "status"), CHANGED)
def test_what_was_tampered_with_is_refused(
    code: str, changes: dict[str, str], content: bytes, now: datetime, status: int
) -> None:
    """Body, id and time are all signed; an old push is a replay."""
    found = accept(headers(PUSH) | changes, content, SECRET, now)
    assert found == Refused(status=status, code=code, message=getattr(found, "message", ""))


def test_without_a_secret_nothing_is_accepted() -> None:
    """An empty, broken or short secret opens no door, not even to those who sign with the same."""
    for secret in ("", "kort", "whsec_", "whsec_a29ydA==", "whsec_geen base64!"):
        found = accept(headers(PUSH, secret), PUSH, secret, NOW)
        assert isinstance(found, Refused)
        assert (found.status, found.code) == (503, "webhook.secret")


def test_what_cannot_be_read_is_refused_at_the_door() -> None:
    """Whoever pushes nonsense hears it at once, with the reason, and not a day later from a reader."""
    content = b'{"berichten": "nee"}'
    found = accept(headers(content), content, SECRET, NOW)
    assert isinstance(found, Refused)
    assert (found.status, found.code) == (422, "dropped.unknown")
    note = b"Weg dicht\n\nTot vrijdag."
    plain = headers(note) | {"Content-Type": "text/plain; charset=utf-8"}
    assert isinstance(accept(plain, note, SECRET, NOW), Accepted)


@settings(max_examples=60)
@given(
    st.dictionaries(st.text(max_size=20), st.text(max_size=40), max_size=5),
    st.binary(max_size=60),
    st.text(max_size=20),
)
def test_noise_is_refused_and_nothing_else(named: dict[str, str], content: bytes, secret: str) -> None:
    """Whatever a stranger sends, the answer is a refusal, never an error."""
    assert isinstance(accept(named, content, secret, NOW), Refused)


# ── the spool ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_push_is_kept_whole_and_once(tmp_path: Path) -> None:
    """The same push twice is one file; no draft is left behind, and only the service may read it."""
    spool = tmp_path / "nieuw" / "spool"
    first, second = keep(spool, pushed(1)), keep(spool, pushed(1))
    assert first == second
    assert [path.name for path in spool.iterdir()] == [first.name]
    assert (spool.stat().st_mode & 0o777, first.stat().st_mode & 0o777) == (0o700, 0o600)


def test_bytes_that_are_no_text_are_kept_too(tmp_path: Path) -> None:
    """A feed in an old encoding comes back byte for byte."""
    rss = '<?xml version="1.0" encoding="iso-8859-1"?><rss><channel><item><title>Één</title></item></channel></rss>'
    path = keep(tmp_path, pushed(1, rss.encode("latin-1")))
    assert json.loads(path.read_bytes())["base64"] is True
    batch = WebhookSource.read(Document(body=path.read_bytes()), SourceConfig(id="proef", url=""))
    assert batch.items[0].title
    assert batch.items[0].title.value == "Één"


def test_a_full_spool_asks_the_sender_to_wait(tmp_path: Path) -> None:
    """When nobody reads, the disk does not fill up in silence."""
    for number in range(MOST_WAITING):
        (tmp_path / f"{number}-a.json").touch()
    with pytest.raises(Temporary) as caught:
        keep(tmp_path, pushed(1))
    assert caught.value.code == "webhook.spool-full"


def test_a_spool_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The sender tries again; the operator looks at the disk."""
    (tmp_path / "spool").write_text("geen map")
    with pytest.raises(Temporary) as caught:
        keep(tmp_path / "spool", pushed(1))
    assert caught.value.code == "webhook.spool"


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_push_goes_when_its_cursor_comes_back(tmp_path: Path) -> None:
    """Until memory has it for sure the file stays: a crash in between finds it again."""
    keep(tmp_path, pushed(1))
    first = await fetch(tmp_path)
    assert ids(await fetch(tmp_path)) == ids(first) == ["vbs-1"]
    keep(tmp_path, pushed(2))
    second = await fetch(tmp_path, first.cursor)
    assert (ids(second), second.whole) == (["vbs-2"], False)
    third = await fetch(tmp_path, second.cursor)
    assert (ids(third), third.whole) == ([], True)
    assert files(tmp_path) == []


async def test_the_oldest_come_first_and_none_is_forgotten(tmp_path: Path) -> None:
    """More than one fetch reads at once is read in as many as it takes, in the order of signing."""
    for number in range(450, 0, -1):
        keep(tmp_path, pushed(number))
    cursor: Mapping[str, Any] = {}
    shown: list[str | None] = []
    for _ in range(4):
        batch = await fetch(tmp_path, cursor)
        shown += ids(batch)
        cursor = batch.cursor
    assert shown == [f"vbs-{number}" for number in range(1, 451)]
    assert files(tmp_path) == []


async def test_a_push_that_comes_again_says_nothing_new(tmp_path: Path) -> None:
    """A sender that never heard our answer pushes again; the announcement is known."""
    keep(tmp_path, pushed(1))
    first = await fetch(tmp_path)
    keep(tmp_path, Accepted(id="msg_1", at=NOW + timedelta(minutes=2), content_type="", body=pushed(1).body))
    again = await fetch(tmp_path, first.cursor)
    assert (ids(again), len(again.unchanged)) == ([], 1)


async def test_a_spoiled_file_is_broken_beside_the_others(tmp_path: Path) -> None:
    """What a disk did to a file is shown, and the rest is announced."""
    keep(tmp_path, pushed(2))
    (tmp_path / "00000000001-ab.json").write_bytes(b'{"omroeper_webhook": 1')
    (tmp_path / "aantekening.json").write_bytes(b"van iemand anders")
    batch = await fetch(tmp_path)
    assert (ids(batch), len(batch.broken)) == (["vbs-2"], 1)
    await fetch(tmp_path, batch.cursor)
    assert files(tmp_path) == ["aantekening.json"]


async def test_a_cursor_cannot_name_other_files(tmp_path: Path) -> None:
    """What is deleted is a push in the spool, whatever a damaged memory says."""
    spool, other = tmp_path / "spool", tmp_path / "12-ab.json"
    spool.mkdir()
    other.touch()
    await fetch(spool, {"rule": 1, "done": ["../12-ab.json", os.fspath(other)], "seen": []})
    assert other.exists()


async def test_without_a_spool_the_service_is_named() -> None:
    """A source that nobody gave a folder says who does."""
    source = WebhookSource(SourceConfig(id="proef", url=""), None, offload)  # type: ignore[arg-type]  # it asks nobody
    with pytest.raises(Permanent, match="no spool folder"):
        await source.fetch({})
