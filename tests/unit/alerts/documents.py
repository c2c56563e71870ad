"""CAP about bodies that do not exist, and the shortest ways to have it read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from adapters import load_source
from adapters.cap import CapOptions, CapSource
from adapters.contract import Alert, Batch, Document, Item, SourceConfig
from adapters.errors import Malformed

HERE = Path(__file__).parent
NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
SENT = "2026-11-23T08:00:00+01:00"
SENDER = "alarm@vrv.example"
CONFIG = SourceConfig(id="proef", url="https://cap.vrv.example/index", options=CapOptions())


def info(
    language: str | None = "nl", event: str = "Brand", inside: str = "", *, headline: str = "Brand in de haven"
) -> str:
    """Write an info block."""
    named = f"<language>{language}</language>" if language else ""
    return f"<info>{named}<event>{event}</event><headline>{headline}</headline>{inside}</info>"


def alert(
    *blocks: str,
    number: int = 1,
    kind: str = "Alert",
    references: str | None = None,
    sent: str = SENT,
    head: str = "<status>Actual</status><scope>Public</scope>",
    namespace: str = NAMESPACE,
    extra: str = "",
) -> str:
    """Write a message."""
    about = f"<references>{references}</references>" if references is not None else ""
    declared = f' xmlns="{namespace}"' if namespace else ""
    return (
        f"<alert{declared}><identifier>vrv-{number}</identifier><sender>{SENDER}</sender><sent>{sent}</sent>{head}"
        f"<msgType>{kind}</msgType>{about}{extra}{''.join(blocks)}</alert>"
    )


def stem(number: int = 1, sent: str = SENT) -> str:
    """Give the identity of a message."""
    return f"{SENDER},vrv-{number},{sent}"


def together(*messages: str) -> str:
    """Put messages into one envelope."""
    return f'<alerts xmlns="https://vrv.example/lijst">{"".join(messages)}</alerts>'


def atom(*entries: str, declarations: str = f'xmlns:cap="{NAMESPACE}"') -> str:
    """Write an index."""
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" {declarations}><id>urn:vrv</id><title>Veiligheidsregio Voorbeeldland'
        f"</title><updated>{SENT}</updated>{''.join(entries)}</feed>"
    )


def read(text: str | bytes, config: SourceConfig = CONFIG, *, url: str = "") -> Batch:
    """Read a document."""
    return CapSource.read(Document(body=text.encode() if isinstance(text, str) else text, url=url), config)


def outcome(kind: str, document: Document) -> Batch | Malformed:
    """Give what reading a document comes to; anything but a batch and ``Malformed`` is raised."""
    try:
        return load_source(kind).read(document, CONFIG)
    except Malformed as error:
        return error


def only(text: str) -> Item:
    """Read the one item of a document that has no other."""
    (found,) = read(text).items
    return found


def of(item: Item) -> Alert:
    """Give what makes an item an alert."""
    assert item.alert
    return item.alert


def ids(batch: Batch) -> Sequence[str | None]:
    """Give the ids of what was read."""
    return [item.native_id for item in batch.items]


def codes(batch: Batch) -> set[str]:
    """Give the codes of what is wrong with a document."""
    return {problem.partition(":")[0] for problem in batch.problems}


def reasons(batch: Batch) -> list[str]:
    """Give why things could not be read."""
    return [broken.reason for broken in batch.broken]
