"""Every item that was captured from a real source, put into words: nothing that a careful editor would have caught."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import regex

from bot.compose import post_length
from bot.policy import platform_of
from bot.settings import Settings
from bot.text import entities, neutralise
from tests.golden.compose.press import SERVERS, Proof, configuration, documents, proofs

ENTITY = re.compile(
    r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|amp|lt|gt|quot|apos|nbsp|[lr][sd]quo|hellip|eacute|euml|[nm]dash);", re.IGNORECASE
)
TAG = re.compile(
    r"</?(?:p|a|br|div|span|img|b|i|em|strong|ul|ol|li|table|tr|td|h\d|script|style|iframe)\b[^>\n]{0,300}>",
    re.IGNORECASE,
)
INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u180e\u200b\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
TRACKING = re.compile(r"[?&](?:utm_\w+|fbclid|gclid|at_medium)=", re.IGNORECASE)
SPACES = re.compile(r"  |[ \t]\n|\n{3,}|^\s|\s$")
NUMBER_AT_END = re.compile(r"\d[\d.,:]*\d?\Z")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A mirror and an account of its own."""
    return configuration(tmp_path_factory.mktemp("press"))


def defects(proof: Proof) -> Iterator[str]:
    """Say what is wrong with the posts of one item."""
    composed, content = proof.composed, proof.content
    if composed is None:
        if content.title or content.text or content.url:
            yield f"held: {proof.refusal}"
        return
    if not re.fullmatch("[a-z]{2,3}", composed.language):
        yield f"language {composed.language!r}"
    link = composed.link
    if content.url and platform_of(content.url) is None and (link is None or link not in composed.parts[0].split()):
        yield f"link lost: {link}"
    yield from (f"picture without description: {one.url}" for one in composed.media if not one.alt)
    for part in composed.parts:
        yield from _defects_of(part, composed.spoiler_text, proof)


def _defects_of(part: str, spoiler: str, proof: Proof) -> Iterator[str]:
    if post_length(part, spoiler, proof.limits) > proof.limits.max_characters:
        yield "too long"
    found = entities(part)
    ours = {"Voorbeeldstad"}
    yield from (f"mentions {one.value}" for one in found if one.kind == "mention")
    yield from (f"tags {one.value}" for one in found if one.kind == "hashtag" and one.value not in ours)
    for name, pattern in (("entity", ENTITY), ("tag", TAG), ("invisible", INVISIBLE), ("tracking", TRACKING)):
        yield from (f"{name} {one[0]!r}" for one in pattern.finditer(part))
    if SPACES.search(part):
        yield "spaces"
    if neutralise(part, allow_tags=True) != part:
        yield "not neutral"
    yield from _badly_cut(part, proof)


def _badly_cut(part: str, proof: Proof) -> Iterator[str]:
    """Find a text that was cut inside a word, a number or an address."""
    whole = " ".join(neutralise(f"{proof.content.title} {proof.content.text}").split())
    for line in part.split("\n"):
        kept = " ".join(line.removesuffix("…").split())
        if not line.endswith("…") or not kept or line.removesuffix("…").endswith(" ") or f"{kept}…" in whole:
            continue
        at = whole.find(kept)
        following = whole[at + len(kept) :]
        if at >= 0 and regex.match(r"[\p{L}\p{N}]", following) and regex.search(r"[\p{Latin}\p{N}]\Z", kept):
            yield f"cut inside a word: {line[-40:]!r} | {following[:20]!r}"
        if at >= 0 and NUMBER_AT_END.search(kept) and re.match(r"[.,:]?\d", following):
            yield f"cut inside a number: {line[-40:]!r}"


def test_no_captured_item_makes_a_bad_post(captures: Path, settings: Settings) -> None:
    """Every item of every captured document, as a mirror and as its own account, on four kinds of server."""
    found, posts = [], 0
    for path in documents(captures / "feeds"):
        for proof in proofs(path, settings, SERVERS):
            posts += 1
            found += [f"{path.name} {proof.account} {proof.server}: {one}" for one in defects(proof)]
    assert found == []
    assert posts > 1000
