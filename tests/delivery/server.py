"""A model of a server, in the same process: it obeys the publishers' contract, remembers everything, and has bad days."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from adapters.contract import Attached, Budget, Identity, Limits, Picture, Post, Profile, Receipt, RemotePost
from adapters.errors import AuthFailed, Gone, Limited, Refused, Temporary, Unknown

TIMEOUT = 10.0
SETTLES = 2.0
PAGE = 40
KEY_LIFE = timedelta(hours=1)

FAULTS = (
    "drop-before",
    "drop-after",
    "timeout-before",
    "timeout-late",
    "500-before",
    "500-after",
    "503-wait",
    "limited",
    "limited-mute",
    "unreachable",
)
"""What may happen to a request that changes something; ``before`` and ``after`` say whether it was handled."""


class Killed(BaseException):
    """The program dies here, as by SIGKILL: nothing in it gets to do anything more."""


@dataclass(slots=True, kw_only=True)
class Clock:
    """The time, as a test moves it."""

    at: datetime = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """Tell the time."""
        return self.at

    def pass_(self, **length: float) -> None:
        """Let time go by, or jump."""
        self.at += timedelta(**length)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A post as the server keeps it. ``texts`` are its versions; ``by`` is the program that wrote it."""

    id: int
    texts: tuple[str, ...]
    by: str | None
    at: datetime
    post: Post | None = None
    key: str | None = None
    gone: bool = False


@dataclass(slots=True, kw_only=True)
class Server:
    """One server with one account. ``faults`` meet the next changes, ``reading`` the next looks; ``die`` kills the caller."""

    clock: Clock
    honours_keys: bool = True
    application: str | None = "Omroeper"
    acct: str = "omroeper@standin.example"
    max_characters: int = 500
    lowers_visibility: bool = False
    refuses: Callable[[Post], Exception | None] = lambda _: None
    posts: list[Kept] = field(default_factory=list)
    pending: list[tuple[datetime, Post, str | None]] = field(default_factory=list)
    faults: deque[str] = field(default_factory=deque)
    reading: deque[str] = field(default_factory=deque)
    die: Callable[[str], None] = lambda _: None
    budget: Budget | None = None
    asked: list[str] = field(default_factory=list)

    def shown(self) -> list[Kept]:
        """What is on the account now, the oldest first."""
        self._flush()
        return [one for one in self.posts if not one.gone]

    def ours(self) -> list[Kept]:
        """What we ever published, deleted or not, the oldest first."""
        self._flush()
        return [one for one in self.posts if one.by == self.application and one.post is not None]

    def person_posts(self, text: str, by: str | None = "Web") -> Kept:
        """Let a person, or another program, post on the same account."""
        self._flush()
        return self._keep(text, by, None, None)

    def change(self, id_: int, **changes: object) -> None:
        """Let somebody change a post on the server's side: ``text``, or ``gone``."""
        at = next(place for place, one in enumerate(self.posts) if one.id == id_)
        text = changes.pop("text", None)
        kept = replace(self.posts[at], **changes)  # type: ignore[arg-type]  # fields by name
        self.posts[at] = replace(kept, texts=(*kept.texts, str(text))) if text is not None else kept

    def find(self, remote_id: str) -> Kept | None:
        """Find what is there under an id."""
        return next((one for one in self.shown() if str(one.id) == remote_id), None)

    def store(self, post: Post, key: str | None) -> Kept:
        """Take a post in, or give what its key made within the hour."""
        known = next((one for one in self.posts if key and one.key == key), None) if self.honours_keys else None
        if known is not None and self.clock.at - known.at < KEY_LIFE:
            if known.gone:
                raise Gone("deleted since", code="model.deleted-since", status=404)
            return known
        return self._keep(post.text, self.application, post, key)

    def later(self, post: Post, key: str | None) -> None:
        """Let a request be handled only after the client has given up, within its time-out."""
        self.pending.append((self.clock.at + timedelta(seconds=TIMEOUT * 0.8), post, key))

    def _keep(self, text: str, by: str | None, post: Post | None, key: str | None) -> Kept:
        kept = Kept(id=1000 + len(self.posts), texts=(text,), by=by, at=self.clock.at, post=post, key=key)
        self.posts.append(kept)
        return kept

    def _flush(self) -> None:
        due = [one for one in self.pending if one[0] <= self.clock.at]
        self.pending = [one for one in self.pending if one[0] > self.clock.at]
        for _, post, key in due:
            self.store(post, key)


@dataclass(slots=True, kw_only=True)
class Client:
    """A publisher for the model server's account."""

    server: Server

    def identity(self) -> Identity:
        """Who the credential belongs to."""
        self._read("identity")
        return Identity(acct=self.server.acct, remote_id="1", application=self.server.application)

    def limits(self) -> Limits:
        """What the server allows."""
        self._read("limits")
        features = frozenset(
            {"edit", "delete", "boost", "source"} | ({"idempotency"} if self.server.honours_keys else set())
        )
        return Limits(family="mastodon", max_characters=self.server.max_characters, features=features)

    def profile(self) -> Profile:
        """How the account presents itself: never asked by delivering."""
        return Profile()

    def set_profile(self, profile: Profile) -> Profile:
        """Let it present itself so: never asked by delivering."""
        return profile

    def publish(self, post: Post, key: str) -> Receipt:
        """Publish."""
        with_parent = post.in_reply_to
        with self._change("publish") as fault:
            if with_parent and self.server.find(with_parent) is None:
                raise Gone("no parent", code="model.parent-gone", status=404, about="parent")
            if refused := self.server.refuses(post):
                raise refused
            if fault == "timeout-late":
                self.server.later(post, key)
                raise Unknown("timed out", settles_after=TIMEOUT)
            kept = self.server.store(post, key)
            self._lose(fault)
            return self._receipt(kept, post)

    def edit(self, remote_id: str, post: Post) -> Receipt:
        """Edit."""
        with self._change("edit") as fault:
            kept = self.server.find(remote_id)
            if kept is None:
                raise Gone("gone", code="model.gone", status=404)
            if refused := self.server.refuses(post):
                raise refused
            if kept.texts[-1] != post.text:
                self.server.change(kept.id, text=post.text)
            self._lose(fault)
            return self._receipt(self.server.find(remote_id) or kept, post)

    def delete(self, remote_id: str) -> None:
        """Delete."""
        with self._change("delete") as fault:
            kept = self.server.find(remote_id)
            if kept is not None:
                self.server.change(kept.id, gone=True)
            self._lose(fault)

    def boost(self, target: str) -> Receipt:
        """Boost."""
        with self._change("boost") as fault:
            kept = self.server.store(Post(text=f"boost {target}", language="nl"), f"boost {target}")
            self._lose(fault)
            return Receipt(remote_id=str(kept.id), url=None)

    def unboost(self, remote_id: str) -> None:
        """Take a boost back."""
        self.delete(remote_id)

    def upload(self, picture: Picture) -> Attached:
        """Take a picture."""
        return Attached(remote_id=str(len(picture.body)), alt=picture.alt)

    def ready(self, media_id: str) -> bool:
        """Say yes."""
        return bool(media_id)

    def timeline(self, before: str | None = None) -> tuple[RemotePost, ...]:
        """Show a page."""
        self._read("timeline")
        shown = [one for one in reversed(self.server.shown()) if before is None or one.id < int(before)]
        return tuple(_as_remote(one) for one in shown[:PAGE])

    def post(self, remote_id: str) -> RemotePost | None:
        """Show a post."""
        self._read("post")
        kept = self.server.find(remote_id)
        return _as_remote(kept) if kept else None

    def history(self, remote_id: str) -> tuple[str, ...]:
        """Show every text of a post, the present one first."""
        self._read("history")
        kept = self.server.find(remote_id)
        return tuple(reversed(kept.texts)) if kept else ()

    def close(self) -> None:
        """Have nothing to give back."""

    def _read(self, verb: str) -> None:
        self.server.asked.append(verb)
        self.server.die(f"before {verb}")
        if self.server.reading:
            fault = self.server.reading.popleft()
            if fault == "limited":
                raise Limited("slow down", until=self.server.clock.at + timedelta(minutes=5), status=429)
            if fault == "denied":
                raise AuthFailed("who are you", code="model.denied", status=401)
            raise Temporary("down", code="model.down")

    def _change(self, verb: str) -> _Changing:
        self.server.asked.append(verb)
        self.server.die(f"before {verb}")
        self.server._flush()
        fault = self.server.faults.popleft() if self.server.faults else ""
        _refuse(self.server, fault)
        return _Changing(server=self.server, verb=verb, fault=fault)

    def _lose(self, fault: str) -> None:
        if fault == "drop-after":
            raise Unknown("dropped", settles_after=SETTLES)
        if fault == "500-after":
            raise Unknown("failed", settles_after=SETTLES, status=500)

    def _receipt(self, kept: Kept, post: Post) -> Receipt:
        shown = _as_remote(kept)
        visibility = "unlisted" if self.server.lowers_visibility else post.visibility
        url = f"https://standin.example/{kept.id}"
        receipt = replace(shown, visibility=visibility)
        return Receipt(remote_id=str(kept.id), url=url, post=receipt, budget=self.server.budget)


@dataclass(slots=True, kw_only=True)
class _Changing:
    """One change under way: the program may die as it leaves the server."""

    server: Server
    verb: str
    fault: str

    def __enter__(self) -> str:
        return self.fault

    def __exit__(self, *_: object) -> None:
        self.server.die(f"after {self.verb}")


def _refuse(server: Server, fault: str) -> None:
    """Do what a fault does before anything is handled."""
    errors: dict[str, Callable[[], Exception]] = {
        "drop-before": lambda: Unknown("dropped", settles_after=SETTLES),
        "timeout-before": lambda: Unknown("timed out", settles_after=TIMEOUT),
        "500-before": lambda: Unknown("failed", settles_after=SETTLES, status=500),
        "503-wait": lambda: Unknown("busy", settles_after=SETTLES, status=503, retry_after=30),
        "limited": lambda: Limited("slow down", until=server.clock.at + timedelta(minutes=5), status=429),
        "limited-mute": lambda: Limited("slow down", status=429),
        "unreachable": lambda: Temporary("cannot connect", code="model.unreachable"),
        "denied": lambda: AuthFailed("who are you", code="model.denied", status=401),
        "refused": lambda: Refused("too long", code="model.refused", status=422),
        "surprise": lambda: KeyError("id"),
    }
    make = errors.get(fault)
    if make is not None:
        raise make()


def _as_remote(kept: Kept) -> RemotePost:
    text = kept.texts[-1]
    return RemotePost(
        remote_id=str(kept.id),
        url=f"https://standin.example/{kept.id}",
        text=text,
        links=tuple(_links(text)),
        created=kept.at,
        edited=len(kept.texts) > 1,
        application=kept.by,
        in_reply_to=kept.post.in_reply_to if kept.post else None,
        visibility=kept.post.visibility if kept.post else "public",
        language="nl",
    )


def _links(text: str) -> Iterator[str]:
    return (word for word in text.split() if "://" in word)
