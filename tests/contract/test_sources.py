"""The law of ``adapters/contract.py`` for sources, held up to every kind in the registry; none can escape.

A kind without ``tests/contract/rigs/<kind>.py`` fails every test here. What a rig is stands in ``tests.contract.rigs``.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters import SOURCES, load_source
from adapters.contract import Cursor, Document, Source
from adapters.errors import AdapterError, AuthFailed, Gone, Limited, Malformed, Temporary
from adapters.http import HttpClient
from tests.contract import rigs
from tests.contract.lawful import identities, is_clear, is_lawful, kept
from tests.contract.rigs import MODES, SECRET, Mode, Reply, Rig, Sample, find_rig
from tests.contract.stage import POLICY, Play, Stage, watching

ROOT = Path(__file__).parents[2]
FAILURES: dict[Mode, type[AdapterError]] = {
    "rate-limit": Limited,
    "revoked": AuthFailed,
    "gone": Gone,
    "changed-shape": Malformed,
    "down": Temporary,
}


@pytest.fixture(scope="module", params=SOURCES)
def rig(request: pytest.FixtureRequest) -> Rig:
    """Give the rig of each kind in turn."""
    found = find_rig(request.param)
    assert found, f"write tests/contract/rigs/{request.param}.py: every kind of source is held up to the law"
    return found


@pytest.fixture(scope="module")
def adapter(rig: Rig) -> type[Source]:
    """Give the class of a kind."""
    return load_source(rig.kind)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """Give a server on loopback; a mistake in a script is the rig's, and ends the test."""
    with Stage() as running:
        yield running


@pytest.fixture
async def play(rig: Rig, stage: Stage, tmp_path: Path) -> AsyncIterator[Play]:
    """Give a kind on its stage, asked with the program's own client."""
    stage.mistakes.clear()
    async with HttpClient(POLICY) as http:
        with ThreadPoolExecutor(1) as pool:
            yield Play(rig=rig, stage=stage, http=http, folder=tmp_path, pool=pool)
    assert not stage.mistakes, "the script of the rig failed"


def needs(rig: Rig, *modes: Mode) -> None:
    """Skip what a kind does not have."""
    for mode in modes:
        if mode in rig.lacks:
            pytest.skip(f"{rig.kind} has no mode {mode}: {rig.lacks[mode]}")


# ── what a kind is ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_rig_is_left_over() -> None:
    """Every rig belongs to a kind of the registry, so that a renamed kind takes its rig along."""
    found = {path.stem for path in Path(rigs.__file__).parent.glob("*.py") if path.stem != "__init__"}
    assert found <= set(SOURCES)


def test_the_rig_leaves_no_mode_out(rig: Rig) -> None:
    """A mode is either played or lacking for a reason that is said."""
    assert set(rig.modes) | set(rig.lacks) == set(MODES)
    assert set(rig.modes).isdisjoint(rig.lacks)
    assert all(reason.strip() for reason in (*rig.lacks.values(), *rig.also.values()))
    assert rig.samples
    assert rig.samples[0].shown
    assert ("paging" in rig.lacks) == (rig.paged == 0)


def test_a_class_says_what_it_needs(rig: Rig, adapter: type[Source]) -> None:
    """Options are a frozen dataclass in which everything has a default; the rest is told in the contract's own types."""
    assert is_dataclass(adapter.Options)
    assert adapter.Options.__dataclass_params__.frozen  # type: ignore[attr-defined]  # dataclasses keep it, typeshed does not
    assert adapter.Options() == adapter.Options()
    assert not isinstance(adapter.secrets, str)
    assert all(name.isidentifier() for name in adapter.secrets)
    assert set(rig.secrets) <= set(adapter.secrets)
    assert all(value.startswith(SECRET) for value in rig.secrets.values())
    assert isinstance(adapter.urgent, bool)
    assert isinstance(adapter.mergeable, bool)
    assert getattr(adapter, "digest", "none") in {"none", "daily", "weekly"}
    assert re.fullmatch(r"[1-9][0-9]*[smhd]", getattr(adapter, "every", "60m"))


def test_a_kind_has_its_page(rig: Rig, adapter: type[Source]) -> None:
    """The documentation has a page for it, which names every option and every secret."""
    page = ROOT / "docs" / "adapters" / f"{rig.kind}.md"
    assert page.is_file(), f"write docs/adapters/{rig.kind}.md"
    text = page.read_text(encoding="utf-8")
    for name in (*(one.name for one in fields(adapter.Options)), *adapter.secrets):
        assert f"`{name}" in text, f"docs/adapters/{rig.kind}.md does not say what {name} means"


def test_building_one_touches_nothing(rig: Rig, adapter: type[Source]) -> None:
    """Between building an adapter and its first fetch no socket, file or process is touched, and no loop is needed."""
    http = HttpClient(POLICY)

    async def offload(*_: object) -> None:
        raise AssertionError("building an adapter hands nothing over")

    adapter(rig.config(), http, offload)  # type: ignore[arg-type]  # it is never called; imports happen here
    with watching() as events:
        adapter(rig.config(), http, offload)  # type: ignore[arg-type]
    assert events == []


def test_what_is_built_shows_no_secret(rig: Rig, adapter: type[Source]) -> None:
    """Neither the configuration nor the adapter shows a secret in its repr."""
    config = rig.config()
    made = adapter(config, HttpClient(POLICY), None)  # type: ignore[arg-type]  # it is not used
    assert SECRET not in f"{config!r} {made!r} {config.options!r}"


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_reading_gives_what_the_document_shows(rig: Rig, adapter: type[Source]) -> None:
    """Every item of every sample comes out, in document order, with native id and address as published."""
    for sample in rig.samples:
        batch = adapter.read(sample.document, rig.config())
        is_lawful(batch)
        assert tuple(identities(batch.items)) == sample.shown, sample.name
        assert not batch.broken, sample.name


def test_reading_is_pure(rig: Rig, adapter: type[Source]) -> None:
    """The same bytes give the same batch, digests included, and neither network nor files are touched."""
    for sample in rig.samples:
        first = adapter.read(sample.document, rig.config())
        with watching() as events:
            assert adapter.read(sample.document, rig.config()) == first
        assert events == []


def test_a_digest_tells_one_entry(rig: Rig, adapter: type[Source]) -> None:
    """A change inside one entry changes its digest, and the digest of no other."""
    old, new = rig.telltale
    document = rig.samples[0].document
    assert document.body.count(old) == 1, "the telltale stands in one entry once"
    before = [item.digest for item in adapter.read(document, rig.config()).items]
    changed = Document(
        body=document.body.replace(old, new),
        url=document.url,
        content_type=document.content_type,
        charset=document.charset,
    )
    after = [item.digest for item in adapter.read(changed, rig.config()).items]
    assert len(after) == len(before)
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1


def test_what_is_of_another_kind_is_malformed(rig: Rig, adapter: type[Source]) -> None:
    """Reading what is no document of this kind raises ``Malformed``, with a clear sentence."""
    for stranger in rig.strangers:
        assert not adapter.recognises(stranger.document), stranger.name
        with pytest.raises(Malformed) as caught:
            adapter.read(stranger.document, rig.config())
        is_clear(caught.value)


def test_its_own_documents_are_recognised(rig: Rig, adapter: type[Source]) -> None:
    """Every sample is recognised, by this kind before any other, and by no other that has no reason to."""
    for sample in rig.samples:
        takers = [kind for kind in SOURCES if load_source(kind).recognises(sample.document)]
        assert set(takers) <= {rig.kind, *rig.also}, sample.name
        assert adapter.recognises(sample.document) == (not rig.unrecognised), sample.name
        assert rig.unrecognised or takers[0] == rig.kind, f"{sample.name} is taken for {takers[0]}"


def shaken(sample: Sample, cuts: list[tuple[float, float, bytes]]) -> Document:
    """Give a sample with pieces of it replaced."""
    body = sample.document.body
    for start, length, piece in cuts:
        at = int(start * len(body))
        body = body[:at] + piece + body[at + int(length * 40) :]
    return Document(body=body, url=sample.document.url, content_type=sample.document.content_type)


PIECES = st.sampled_from(
    [b"", b"\x00", b"\xff\xfe", b"<", b"]]>", b"&x;", b'"', b"{", b"[", b"null", b"-1", b"\\ud800"]
)
CUTS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.floats(0, 1), PIECES | st.binary(max_size=6)), max_size=6
)
NOISE = st.builds(
    Document,
    body=st.binary(max_size=200),
    url=st.text(max_size=20),
    content_type=st.text(max_size=20),
    charset=st.none() | st.text(max_size=20),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=NOISE, cuts=CUTS)
def test_nothing_surprises_it(
    rig: Rig, adapter: type[Source], noise: Document, cuts: list[tuple[float, float, bytes]]
) -> None:
    """Noise and damaged documents are recognised or not, and read lawfully or refused as ``Malformed``; nothing else."""
    for document in (noise, *(shaken(sample, cuts) for sample in rig.samples)):
        assert adapter.recognises(document) in {True, False}
        try:
            batch = adapter.read(document, rig.config())
        except Malformed as error:
            is_clear(error)
        else:
            is_lawful(batch)


# ── fetching ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_fetch_gives_items_and_a_cursor(rig: Rig, play: Play) -> None:
    """First contact shows what is there; parsing is handed over; nobody but the source is asked."""
    needs(rig, "success")
    play.begin("success")
    with watching() as events:
        batch = await play.fetch({})
    is_lawful(batch)
    assert batch.items
    assert not batch.not_modified
    assert play.offloaded, "what costs more than a millisecond is handed to offload"
    assert len(play.stage.requests) <= rig.most_requests
    assert bool(play.stage.requests) == rig.asks
    port = int(play.stage.base.rpartition(":")[2])
    asked = [args[1] for event, args in events if event == "socket.connect"]
    assert all(address[:2] == ("127.0.0.1", port) for address in asked), "only the source itself is asked"


@pytest.mark.parametrize("mode", ["success", "empty", "paging"])
async def test_first_contact_ends(rig: Rig, play: Play, mode: Mode) -> None:
    """Within a few fetches a batch is whole: before that nothing of a source is ever published."""
    needs(rig, mode)
    cursor: Cursor = {}
    for _ in range(20):
        play.begin(mode)
        batch = await play.fetch(cursor)
        if batch.whole:
            return
        cursor = kept(batch.cursor)
    pytest.fail("no batch was whole")


async def test_the_same_cursor_finds_the_same_items(rig: Rig, play: Play) -> None:
    """After a crash the same cursor is used again, and nothing is lost: neither at first contact nor later."""
    needs(rig, "success")
    play.begin("success")
    first = await play.fetch({})
    play.begin("success")
    assert (await play.fetch({})).items == first.items
    needs(rig, "news")
    play.begin("news")
    news = await play.fetch(kept(first.cursor))
    play.begin("news")
    assert (await play.fetch(kept(first.cursor))).items == news.items


async def test_what_is_known_is_not_shown_again(rig: Rig, play: Play) -> None:
    """Asked again with its cursor, a place where nothing happened shows no items, and the cursor still holds."""
    needs(rig, "success")
    play.begin("success")
    cursor = kept((await play.fetch({})).cursor)
    for _ in range(2):
        play.begin("success")
        again = await play.fetch(cursor)
        is_lawful(again)
        assert again.items == ()
        cursor = kept(again.cursor)


async def test_a_cursor_is_enough_to_go_on(rig: Rig, play: Play) -> None:
    """With the cursor alone an adapter made anew finds what is new, and only that."""
    needs(rig, "success", "news")
    play.begin("success")
    before = await play.fetch({})
    play.begin("news")
    after = await play.fetch(kept(before.cursor))
    is_lawful(after)
    assert after.items
    assert {item.digest for item in after.items}.isdisjoint({item.digest for item in before.items})
    play.begin("news")
    assert (await play.fetch(kept(after.cursor))).items == ()


async def test_news_comes_after_silence_and_trouble(rig: Rig, play: Play) -> None:
    """Neither an empty answer nor a failure in between makes a cursor forget what it knew."""
    needs(rig, "success", "news")
    play.begin("success")
    before = await play.fetch({})
    cursor = kept(before.cursor)
    if "empty" in rig.modes:
        play.begin("empty")
        cursor = kept((await play.fetch(cursor)).cursor)
    for mode in FAILURES.keys() & rig.modes.keys():
        play.begin(mode)
        with pytest.raises(AdapterError):
            await play.fetch(cursor)
    play.begin("news")
    shown = {*identities((await play.fetch(cursor)).items)}
    play.begin("news")
    assert {*identities((await play.fetch(kept(before.cursor))).items)} <= shown


async def test_a_place_with_nothing_to_show_is_no_error(rig: Rig, play: Play) -> None:
    """An empty place gives an empty batch and a cursor, not an error."""
    needs(rig, "empty")
    play.begin("empty")
    batch = await play.fetch({})
    is_lawful(batch)
    assert batch.items == ()


async def test_pages_are_followed_within_bounds(rig: Rig, play: Play) -> None:
    """Everything comes, once, in as many fetches as it takes, and none of them makes more requests than it may."""
    needs(rig, "paging")
    cursor: Cursor = {}
    shown: list[tuple[str | None, str | None]] = []
    for _ in range(20):
        play.begin("paging")
        batch = await play.fetch(cursor)
        is_lawful(batch)
        assert len(play.stage.requests) <= rig.most_requests
        shown += identities(batch.items)
        cursor = kept(batch.cursor)
        if not batch.items:
            break
    assert len(shown) == len(set(shown)) == rig.paged


@pytest.mark.parametrize("mode", FAILURES)
async def test_failures_have_their_names(rig: Rig, play: Play, mode: Mode, caplog: pytest.LogCaptureFixture) -> None:
    """Each way to fail is its own error of the tree, clear and without secrets, and the cursor survives it."""
    needs(rig, "success", mode)
    caplog.set_level(logging.DEBUG)
    play.begin("success")
    cursor = kept((await play.fetch({})).cursor)
    for known in ({}, cursor):
        play.begin(mode)
        with pytest.raises(FAILURES[mode]) as caught:
            await play.fetch(known)
        is_clear(caught.value)
        assert caught.value.remedy, "the operator is told what to do"
        if isinstance(caught.value, Limited):
            assert wait(caught.value) > 0
    assert isinstance(caught.value, Limited) == (mode == "rate-limit")
    assert SECRET not in caplog.text
    play.begin("success")
    assert (await play.fetch(cursor)).items == ()


def wait(error: Limited) -> float:
    """Give the seconds for which a source asked to be left alone."""
    if error.until is None:
        assert error.retry_after is not None, "a pause has an end"
        return error.retry_after
    assert error.until.utcoffset() == timedelta(0)
    return (error.until - datetime.now(UTC)).total_seconds()


async def test_a_dropped_connection_is_temporary(rig: Rig, play: Play) -> None:
    """A place that hangs up without an answer is tried again later."""
    needs(rig, "down")
    if not rig.asks:
        pytest.skip(f"{rig.kind} asks nobody")
    play.stage.play([Reply(drop=True)])
    with pytest.raises(Temporary) as caught:
        await play.fetch({})
    is_clear(caught.value)
