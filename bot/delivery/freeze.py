"""What exactly leaves: the words of a publication, frozen before the first attempt, and the key and fingerprint of each part. Pure.

A correction is laid over the posts that are there: same words are done, other words are an edit, more are published, fewer
are deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import blake2b

from adapters.contract import Media
from bot.model import Claim, Composed, Fingerprint, Frozen, Part, Wanted
from bot.text import canonical_link, digest

STALE = 0
"""The version of a frozen post that has to be composed again, over the posts that are there."""


def freeze(wanted: Wanted, compose: Callable[[], Composed]) -> Frozen:
    """Give the texts of a publication: as frozen before, or composed now where nothing of it is there or it must change."""
    frozen = wanted.frozen
    if wanted.operation in {"delete", "unboost"}:
        parts = tuple(replace(one, text="", done=_is_away(one)) for one in frozen.parts) if frozen else ()
        return replace(frozen, parts=parts) if frozen else _nothing(wanted)
    if wanted.operation == "boost":
        return _nothing(wanted)
    if frozen is not None and _stands(frozen, wanted):
        return frozen
    composed = compose()
    texts = composed.parts if wanted.mended is None else (wanted.mended,)
    fresh = Frozen(
        parts=(),
        version=wanted.wanted,
        rung=wanted.rung,
        language=composed.language,
        visibility=composed.visibility,
        spoiler_text=composed.spoiler_text,
        sensitive=composed.sensitive,
        link=canonical_link(composed.link) if composed.link else None,
        pictures="" if wanted.bare else _pictures(composed.media),
    )
    return replace(fresh, parts=carry_over(frozen, fresh, texts))


def carry_over(old: Frozen | None, new: Frozen, texts: Sequence[str]) -> tuple[Part, ...]:
    """Lay new texts over the posts that are there."""
    before = old.parts if old else ()
    same_frame = old is not None and _frame(old) == _frame(new)
    same_pictures = old is not None and old.pictures == new.pictures
    parts = []
    for place, text in enumerate(texts):
        there = before[place] if place < len(before) and not _is_away(before[place]) else None
        shown = there is not None and there.done and there.text == text and same_frame
        done = shown and (place > 0 or same_pictures)
        parts.append(Part(text=text, remote_id=there.remote_id if there else None, done=done))
    parts += [Part(text="", remote_id=one.remote_id) for one in before[len(texts) :] if not _is_away(one)]
    return tuple(parts)


def as_claim(delivery: str, wanted: Wanted, frozen: Frozen, part: int, *, acct: str, anchor: str | None) -> Claim:
    """Say what the next attempt at a publication is: which part of it, by which verb, with which key and fingerprint."""
    one = frozen.parts[part] if frozen.parts else Part(text="")
    operation = one.operation if frozen.parts and wanted.operation in {"publish", "edit"} else wanted.operation
    if wanted.content.boost and operation == "delete":
        operation = "unboost"
    previous = frozen.parts[part - 1].remote_id if part else wanted.answers
    return Claim(
        delivery=delivery,
        wanted=wanted,
        frozen=frozen,
        part=part,
        operation=operation,
        key=idempotency_key(acct, wanted, frozen.language, part),
        fingerprint=Fingerprint(
            link=frozen.link if part == 0 else None,
            digest=digest(one.text),
            in_reply_to=None if wanted.alone or operation != "publish" else previous,
        ),
        anchor=anchor,
    )


def idempotency_key(acct: str, wanted: Wanted, language: str, part: int) -> str:
    """The key of a post: what it is, never where it is kept, so that a restored or second database makes the same."""
    what = (acct, wanted.identity, "publish", str(part), language, str(wanted.generation), str(wanted.aliases))
    return blake2b("\x1f".join(what).encode(), digest_size=20, person=b"omroeper-key").hexdigest()


def _stands(frozen: Frozen, wanted: Wanted) -> bool:
    """Whether frozen words are still what has to be sent. A thread that was begun is ended first, and then corrected."""
    if frozen.version == STALE:
        return False
    begun = any(one.remote_id for one in frozen.parts)
    refused = frozen.rung != wanted.rung
    if begun and wanted.operation == "publish" and not refused:
        return True
    return frozen.version == wanted.wanted and not refused


def _is_away(part: Part) -> bool:
    """Whether a part is not on the account: it never was, or it was deleted already."""
    return not part.remote_id or (part.done and not part.text)


def _frame(frozen: Frozen) -> tuple[str, str, bool]:
    return (frozen.language, frozen.spoiler_text, frozen.sensitive)


def _pictures(media: Sequence[Media]) -> str:
    if not media:
        return ""
    told = "\x1f".join(f"{one.url}\x1e{one.alt or ''}" for one in media)
    return blake2b(told.encode(), digest_size=12).hexdigest()


def _nothing(wanted: Wanted) -> Frozen:
    return Frozen(parts=(), version=wanted.wanted, rung=0, language="", visibility="public")
