"""One attempt against one server: what is asked of the publisher, and what its answer, or its silence, means.

Every error of the adapters becomes a verdict here; nothing is decided by an error's text, which servers localise.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, Protocol

from adapters.contract import Attached, Post, Receipt, RemotePost
from adapters.errors import AdapterError, AuthFailed, Gone, Limited, Refused, Temporary, Unknown
from bot.delivery.reconcile import links_of
from bot.model import Claim, Fingerprint
from bot.redact import named
from bot.text import digest

Verdict = Literal[
    "done",  # the server accepted, and what it shows is ours
    "not-ours",  # it accepted, and showed somebody else's post
    "unknown",  # nobody knows whether it happened
    "limited",  # it asked for a pause
    "down",  # it is out of reach, and nothing happened
    "not-yet",  # it is not done with a picture
    "stopped",  # it does not accept the account
    "refused",  # it does not accept this text
    "media-refused",  # it does not accept these pictures
    "parent-gone",  # the post to answer is not there, or may not be answered
    "gone",  # the post is not there any more: removed there by hand
    "changed-there",  # somebody changed the post on the server
    "failed",  # anything else that will not go away by itself
    "released",  # it never left: somebody stopped it before
]

SURPRISE = "adapter.surprise"
"""The code of an error that no adapter should raise: a mistake of ours, met after the request may have left."""

SURPRISE_SETTLES = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one attempt. ``pictures_lost`` is why it left without its pictures, None where it did not."""

    claim: Claim
    verdict: Verdict
    receipt: Receipt | None = None
    error: AdapterError | None = None
    pictures_lost: AdapterError | None = None


class Server(Protocol):
    """The part of a publisher that changes what is on an account, and what is needed to do so with care."""

    def publish(self, post: Post, key: str) -> Receipt:
        """Publish."""

    def edit(self, remote_id: str, post: Post) -> Receipt:
        """Edit."""

    def delete(self, remote_id: str) -> None:
        """Delete."""

    def boost(self, target: str) -> Receipt:
        """Boost."""

    def unboost(self, remote_id: str) -> None:
        """Take a boost back."""

    def post(self, remote_id: str) -> RemotePost | None:
        """Show one post."""

    def history(self, remote_id: str) -> tuple[str, ...]:
        """Every text that a post has had."""


def deliver(
    server: Server, claim: Claim, media: tuple[Attached, ...], *, known: Collection[str] | None = None
) -> Outcome:
    """Make one attempt. ``known`` are the digests of what we put into the post that is edited, None where it may be anything."""
    try:
        return _attempt(server, claim, media, known)
    except AdapterError as error:
        return Outcome(claim=claim, verdict=verdict_of(error), error=error)
    except Exception as error:  # noqa: BLE001 - the item boundary: the request may have left, so that nobody knows
        return Outcome(claim=claim, verdict="unknown", error=surprise(error))


def verdict_of(error: AdapterError) -> Verdict:
    """Say what an adapter's error means for an attempt."""
    if isinstance(error, Gone):
        # "" on a publish: what this key published was deleted since, so it stays away
        return _MISSING.get(error.about, "failed")
    if isinstance(error, Refused) and error.about in _REFUSALS:
        return _REFUSALS[error.about]
    if isinstance(error, Temporary) and error.code.endswith(".media-processing"):
        return "not-yet"
    return next(verdict for kind, verdict in _MEANINGS if isinstance(error, kind))


def surprise(error: Exception) -> Unknown:
    """Give an error that no adapter should raise as one that decides nothing."""
    return Unknown(named(error), code=SURPRISE, settles_after=SURPRISE_SETTLES)


def shows_ours(post: RemotePost | None, fingerprint: Fingerprint) -> bool:
    """Whether an accepted post is what was sent: it has our text or our link. A server that shows nothing is believed."""
    if post is None:
        return True
    return digest(post.text) == fingerprint.digest or (
        fingerprint.link is not None and fingerprint.link in links_of(post)
    )


def _attempt(server: Server, claim: Claim, media: tuple[Attached, ...], known: Collection[str] | None) -> Outcome:
    part = claim.frozen.parts[claim.part] if claim.frozen.parts else None
    remote_id = part.remote_id if part else claim.wanted.remote_id
    if claim.operation == "boost":
        return Outcome(claim=claim, verdict="done", receipt=server.boost(claim.wanted.content.boost or ""))
    if claim.operation in {"delete", "unboost"}:
        if remote_id:
            (server.delete if claim.operation == "delete" else server.unboost)(remote_id)
        return Outcome(claim=claim, verdict="done")
    if claim.operation == "edit" and remote_id:
        if known is not None and _changed_there(server, remote_id, {*known, claim.fingerprint.digest}):
            return Outcome(claim=claim, verdict="changed-there")
        return Outcome(claim=claim, verdict="done", receipt=server.edit(remote_id, _post(claim, media)))
    receipt = server.publish(_post(claim, media), claim.key)
    return Outcome(claim=claim, verdict="done" if _is_ours(server, receipt, claim) else "not-ours", receipt=receipt)


def _post(claim: Claim, media: tuple[Attached, ...]) -> Post:
    frozen = claim.frozen
    first = claim.part == 0
    return Post(
        text=frozen.parts[claim.part].text,
        language=frozen.language,
        # continuations stay out of the local timeline, which a long text would flood
        visibility="unlisted" if not first and frozen.visibility == "public" else frozen.visibility,
        spoiler_text=frozen.spoiler_text,
        sensitive=frozen.sensitive,
        media=media if first else (),
        in_reply_to=claim.fingerprint.in_reply_to,
    )


def _is_ours(server: Server, receipt: Receipt, claim: Claim) -> bool:
    if shows_ours(receipt.post, claim.fingerprint):
        return True
    # a server that renders a text differently still knows what it was made of
    return any(digest(text) == claim.fingerprint.digest for text in server.history(receipt.remote_id))


def _changed_there(server: Server, remote_id: str, ours: Collection[str]) -> bool:
    """Whether a post says what we never wrote. Raises ``Gone`` where it is not there."""
    there = server.post(remote_id)
    if there is None:
        raise Gone("The post is not there any more.", code="post-gone")
    if digest(there.text) in ours:
        return False
    texts = server.history(remote_id)
    return bool(texts) and digest(texts[0]) not in ours


_MISSING: dict[str, Verdict] = {"parent": "parent-gone", "quote": "parent-gone", "media": "media-refused", "": "gone"}

_REFUSALS: dict[str, Verdict] = {"parent": "parent-gone", "media": "media-refused"}

_MEANINGS: tuple[tuple[type[AdapterError], Verdict], ...] = (
    # the first that fits: what is special stands before what is general
    (Unknown, "unknown"),
    (Limited, "limited"),
    (Temporary, "down"),
    (AuthFailed, "stopped"),
    (Refused, "refused"),
    (AdapterError, "failed"),
)
