"""The built-in account: it accepts everything, gives a receipt and stores nothing.

Its pages are the publications that were sent, so that nothing needs to be kept twice, and nothing is ever unknown: the id
of a post is made of its key, and the same key gives the same id.
"""

from __future__ import annotations

from hashlib import blake2b

from adapters.contract import AccountConfig, Attached, Identity, Limits, Picture, Post, Profile, Receipt, RemotePost

LIMITS = Limits(
    family="local",
    max_characters=5000,
    url_length=None,
    max_media=16,
    alt_length=10_000,
    features=frozenset({"edit", "delete", "idempotency", "quote", "allowed_mentions", "language", "boost"}),
)


class LocalPublisher:
    """An account that lives on our own pages."""

    def __init__(self, config: AccountConfig) -> None:
        self._account = config.id

    def identity(self) -> Identity:
        """Who it is: its own id, at ``local``."""
        return Identity(acct=f"{self._account}@local", remote_id=self._account, application="Omroeper")

    def limits(self) -> Limits:
        """What the pages can show."""
        return LIMITS

    def profile(self) -> Profile:
        """Have none: the pages say who it is."""
        return Profile()

    def set_profile(self, profile: Profile) -> Profile:  # noqa: ARG002 - the contract's name
        """Have none."""
        return Profile()

    def publish(self, post: Post, key: str) -> Receipt:
        """Accept a post. The same key gives the same id."""
        return _receipt(self._digest("post", key), post)

    def edit(self, remote_id: str, post: Post) -> Receipt:
        """Accept another text."""
        return _receipt(remote_id, post)

    def delete(self, remote_id: str) -> None:
        """Accept that a post goes."""

    def boost(self, target: str) -> Receipt:
        """Accept a boost."""
        return Receipt(remote_id=self._digest("boost", target), url=None)

    def unboost(self, remote_id: str) -> None:
        """Accept that a boost goes."""

    def upload(self, picture: Picture) -> Attached:
        """Accept a picture; the same picture gets the same id."""
        return Attached(remote_id=_digest(picture.body), alt=picture.alt)

    def ready(self, media_id: str) -> bool:  # noqa: ARG002 - the contract's name
        """Say yes: nothing is processed here."""
        return True

    def timeline(self, before: str | None = None) -> tuple[RemotePost, ...]:  # noqa: ARG002 - the contract's name
        """Show nothing: nothing is kept, and nothing can be there that was not sent."""
        return ()

    def post(self, remote_id: str) -> RemotePost | None:  # noqa: ARG002 - the contract's name
        """Show nothing."""
        return None

    def history(self, remote_id: str) -> tuple[str, ...]:  # noqa: ARG002 - the contract's name
        """Show nothing."""
        return ()

    def close(self) -> None:
        """Have nothing to give back."""

    def _digest(self, kind: str, key: str) -> str:
        return _digest(f"{kind}\0{self._account}\0{key}".encode())


def _digest(value: bytes) -> str:
    return blake2b(value, digest_size=12).hexdigest()


def _receipt(remote_id: str, post: Post) -> Receipt:
    """Say what would be shown: exactly what was sent."""
    shown = RemotePost(
        remote_id=remote_id,
        url=None,
        text=post.text,
        application="Omroeper",
        in_reply_to=post.in_reply_to,
        visibility=post.visibility,
        language=post.language,
        media=post.media,
    )
    return Receipt(remote_id=remote_id, url=None, post=shown)
