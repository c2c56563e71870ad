"""What each publisher of the registry is tried against: real servers on the loopback, every family, two implementations."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

from adapters import load_publisher
from adapters.contract import AccountConfig, Publisher
from tests.standin.mastodon import Standin


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A server that runs, as one rig found it."""

    config: AccountConfig
    kind: str

    def publisher(self, **changes: object) -> Publisher:
        """Give a publisher for our account there, or for one that is configured otherwise."""
        return load_publisher(self.kind)(replace(self.config, **changes))  # type: ignore[arg-type]  # the names are AccountConfig's


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """One way to try a publisher. ``lacks`` names what this server, not our adapter, does not do; each with its reason."""

    kind: str
    name: str
    start: Callable[[], AbstractContextManager[AccountConfig]]
    lacks: frozenset[str] = frozenset()

    @contextmanager
    def running(self) -> Iterator[Place]:
        """Run the server for as long as the block lasts."""
        with self.start() as config:
            yield Place(config=config, kind=self.kind)


def standin(family: str) -> Callable[[], AbstractContextManager[AccountConfig]]:
    """Give a starter of our stand-in, without rate limits: the whole suite runs on one server."""

    @contextmanager
    def start() -> Iterator[AccountConfig]:
        with Standin(family, windows={}) as server:
            yield server.config()

    return start


@contextmanager
def mastodon_mock() -> Iterator[AccountConfig]:
    """Run mastodon-mock, which nobody here wrote: a second opinion."""
    from mastodon_mock.testing.server import MockServer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own; they would end its threads, since ours are errors
        with MockServer() as server:
            token = server.client().access_token
            yield AccountConfig(id="mock", server=server.base_url, token=token, timeout=5.0)


@contextmanager
def built_in() -> Iterator[AccountConfig]:
    """There is nothing to run for the built-in account."""
    yield AccountConfig(id="voorbeeldstad")


RIGS = (
    Rig(kind="mastodon", name="mastodon", start=standin("mastodon")),
    Rig(kind="mastodon", name="gotosocial", start=standin("gotosocial")),
    Rig(
        kind="mastodon",
        name="takahe",
        start=standin("takahe"),
        lacks=frozenset(
            {
                "parents",  # it publishes a reply to nothing as a root
                "versions",  # it keeps no history
                "own boosts",  # a boost shows as the boosted post itself
            }
        ),
    ),
    Rig(
        kind="mastodon",
        name="mastodon-mock",
        start=mastodon_mock,
        lacks=frozenset(
            {
                "parents",  # it answers 200 to a reply to nothing
                "media edits",  # an edit leaves media and language alone
                "look-ups",  # its search knows no addresses
            }
        ),
    ),
    Rig(
        kind="local",
        name="built-in",
        start=built_in,
        lacks=frozenset(
            {
                "memory",  # it stores nothing, so that it has no timeline and knows nothing that is gone
                "tokens",  # it has no credential
                "network",
            }
        ),
    ),
)
