"""A small world of bodies that do not exist, in a real database: what the pages are tested on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Engine, Insert, String, Table, insert, select, update

from adapters.contract import Media
from bot.ids import new_id
from bot.model import Content
from bot.store.codec import pack_content
from bot.store.engine import open_engine, writing
from bot.store.migrate import migrate
from bot.store.tables import (
    account,
    agency,
    announcement,
    delivery,
    event,
    item,
    polled,
    publication,
    relation,
    setting,
    source,
    version,
)
from bot.store.types import EPOCH, Moment
from bot.web.site import Site, SiteAccount, SiteAgency

NOW = datetime(2026, 11, 3, 14, 0, tzinfo=UTC)
"""A winter afternoon: 15.00 uur in Amsterdam."""

AGENCIES = {
    "stad": SiteAgency(name="Gemeente Voorbeeldstad", url="https://www.voorbeeldstad.example/"),
    "haven": SiteAgency(name="Havendienst Voorbeeldstad", parent="stad"),
    "regio": SiteAgency(name="Veiligheidsregio Voorbeeldland", url="https://voorbeeldland.example/"),
}
ACCOUNTS = {
    "stadsnieuws": SiteAccount(kind="mastodon", server="https://sociaal.example"),
    "proef": SiteAccount(kind="local"),
    "voorbeeldland": SiteAccount(kind="mastodon", server="https://sociaal.example", official=("regio",)),
}
SOURCES = {"stad-nieuws": "stad", "stad-sociaal": "stad", "haven-nieuws": "haven", "regio-alarm": "regio"}


def whole(table: Table, **values: Any) -> Insert:
    """Give an insert with something in every column that must not be empty, so that new columns harm no test."""
    needed = {one.name: _nothing(one) for one in table.c if not one.nullable and one.name != "no"}
    return insert(table).values({**needed, **values})


def _nothing(column: Column[Any]) -> Any:
    if isinstance(column.type, Moment):
        return EPOCH
    return False if isinstance(column.type, Boolean) else "" if isinstance(column.type, String) else 0


@dataclass(slots=True, kw_only=True)
class World:
    """A database that is filled by plain inserts. ``clock`` moves on by itself, so that no two rows share a moment."""

    engine: Engine
    clock: datetime = NOW - timedelta(days=2)
    accounts: dict[str, int] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)
    count: int = 0

    def site(self, **changes: Any) -> Site:
        """Give a site over this world."""
        standard: dict[str, Any] = {
            "engine": self.engine,
            "title": "Omroeper Voorbeeldland",
            "operator": "redactie@voorbeeldland.example",
            "agencies": AGENCIES,
            "accounts": ACCOUNTS,
            "alert_sources": frozenset({"regio-alarm"}),
            "now": lambda: NOW,
            "alive": lambda: {"scheduler": True},
            "version": "0.1.0",
        }
        return Site(**{**standard, **changes})

    def tell(
        self,
        title: str,
        text: str | tuple[str, ...],
        *,
        on: tuple[str, ...] = ("proef",),
        by: str = "stad-nieuws",
        content: Mapping[str, Any] | None = None,
        announcing: Mapping[str, Any] | None = None,
        posting: Mapping[str, Any] | None = None,
        sent: datetime | None = None,
        language: str = "nl",
    ) -> str:
        """Put an announcement out: an item, its announcement, and a post on each account. Gives the announcement's id."""
        self.clock += timedelta(minutes=7)
        self.count += 1
        sent = sent or self.clock
        body = Content(title=title, language=language, published=sent - timedelta(minutes=3), **(content or {}))
        told = new_id(self.clock)
        number = self.add_item(told, by, title=title, url=body.url, content=pack_content(body), seen=sent)
        row = {"id": told, "kind": "news", "agency": SOURCES[by], "language": language, "lead": number}
        with writing(self.engine) as connection:
            connection.execute(whole(announcement, **{**row, **(announcing or {})}))
            connection.execute(update(item).where(item.c.no == number).values(announcement=told))
        for place in on:
            self.post(told, place, text, **{"by": by, "sent": sent, "language": language, **(posting or {})})
        return told

    def add_item(self, told: str, by: str, *, title: str, seen: datetime, **values: Any) -> int:
        """Add a copy of an announcement; its announcement is tied to it by ``tie`` or ``tell``."""
        self.count += 1
        row = {"source": self.sources[by], "key": f"{told}-{self.count}", "state": "known"}
        row |= {"title": title, "first_seen": seen, **values}
        with writing(self.engine) as connection:
            found = connection.execute(whole(item, **row).returning(item.c.no)).scalar_one()
        return int(found)

    def post(
        self,
        told: str,
        place: str,
        text: str | tuple[str, ...],
        *,
        by: str,
        sent: datetime | None,
        language: str,
        **more: Any,
    ) -> str:
        """Put a post of an announcement on an account; ``visibility``, ``spoiler_text`` and columns as given."""
        made = new_id(sent or self.clock)
        self.count += 1
        texts = (text,) if isinstance(text, str) else text
        frozen = {
            "version": 1,
            "rung": 0,
            "language": language,
            "visibility": more.pop("visibility", "public"),
            "spoiler_text": more.pop("spoiler_text", ""),
            "sensitive": False,
            "link": None,
        }
        row = {
            "id": made,
            "announcement": told,
            "account": self.accounts[place],
            "source": self.sources[by],
            "position": self.count,
            "operation": "publish",
            "state": "sent",
            "wanted": 1,
            "seen": 1,
            "text": "\n\n".join(texts),
            "parts": [{"text": one, "remote_id": "1", "done": True} for one in texts],
            "post": frozen,
            "remote_id": f"r{self.count}",
            "url": None if place == "proef" else f"https://sociaal.example/@{place}/{self.count}",
            "created": sent or self.clock,
            "queued": sent or self.clock,
            "sent": sent,
        }
        with writing(self.engine) as connection:
            connection.execute(whole(publication, **{**row, **more}))
        return made

    def copy(self, told: str, by: str, *, title: str, url: str | None, seen: datetime) -> int:
        """Let another source show the same announcement."""
        return self.add_item(told, by, title=title, url=url, seen=seen, announcement=told)

    def tie(self, one: str, other: str, kind: str) -> None:
        """Relate two announcements."""
        with writing(self.engine) as connection:
            connection.execute(whole(relation, from_id=one, to_id=other, kind=kind, at=self.clock))

    def happen(self, told: str, stage: str, verdict: str, rule: str, **more: Any) -> None:
        """Append an event."""
        self.clock += timedelta(minutes=1)
        place, by = more.pop("place", None), more.pop("by", "stad-nieuws")
        row = {"at": self.clock, "actor": "omroeper", "stage": stage, "verdict": verdict, "rule": rule}
        row |= {"announcement": told, "source": self.sources[by], "account": self.accounts.get(place or "")}
        with writing(self.engine) as connection:
            connection.execute(whole(event, **{**row, **more}))

    def edit(self, told: str, at: datetime) -> None:
        """Let the posts of an announcement have been edited at a moment, after its source changed."""
        with writing(self.engine) as connection:
            rows = connection.execute(publication.select().where(publication.c.announcement == told)).all()
            lead = connection.scalar(select(announcement.c.lead).where(announcement.c.id == told))
            for row in rows:
                done = {"id": new_id(at), "publication": row.id, "account": row.account, "state": "done", "ended": at}
                connection.execute(whole(delivery, **done))
            connection.execute(whole(version, item=lead, version=2, at=at))

    def change(self, told: str, **values: Any) -> None:
        """Change the publications of an announcement."""
        with writing(self.engine) as connection:
            connection.execute(update(publication).where(publication.c.announcement == told).values(**values))

    def lead_moves(self, old: str, new: str) -> None:
        """Let the item that led one announcement tell another from now on, as after a late correction."""
        with writing(self.engine) as connection:
            connection.execute(update(item).where(item.c.announcement == old).values(announcement=new))

    def erase(self, told: str) -> None:
        """Erase what an announcement said, and leave its rows."""
        with writing(self.engine) as connection:
            connection.execute(update(item).where(item.c.announcement == told).values(title="", content=None))
        self.change(told, text=None, parts=None)

    def set(self, key: str, value: Any) -> None:
        """Write a fact about the installation."""
        with writing(self.engine) as connection:
            connection.execute(insert(setting).values(key=key, value=value))

    def unset(self, key: str) -> None:
        """Forget a fact about the installation."""
        with writing(self.engine) as connection:
            connection.execute(setting.delete().where(setting.c.key == key))

    def tear_down(self) -> None:
        """Let the database become unreadable under the feet of whoever uses it."""
        self.engine.dispose()
        path = Path(str(self.engine.url.database))
        for one in path.parent.glob(f"{path.name}*"):
            one.unlink()
        path.write_bytes(b"no database any more" * 100)

    def add_source(self, connection: Connection, name: str, **values: Any) -> None:
        """Make a source that was seen well now."""
        row = whole(source, id=name, **values).returning(source.c.no)
        self.sources[name] = connection.execute(row).scalar_one()
        connection.execute(insert(polled).values(source=self.sources[name], last_ok=NOW))

    def source_is(self, name: str, **values: Any) -> None:
        """Change a source."""
        times = {key: values.pop(key) for key in polled.c.keys() & values.keys()}
        with writing(self.engine) as connection:
            if values:
                connection.execute(update(source).where(source.c.id == name).values(**values))
            if times:
                connection.execute(update(polled).where(polled.c.source == self.sources[name]).values(**times))


def make_world(folder: Path) -> World:
    """Make a world with agencies, accounts and sources, and nothing told yet."""
    engine = open_engine(f"sqlite:///{folder / 'world.db'}")
    migrate(engine, NOW)
    return people(engine)


def people(engine: Engine) -> World:
    """Make a world in a database that has its schema and nothing else."""
    world = World(engine=engine)
    with writing(engine) as connection:
        for name, one in AGENCIES.items():
            connection.execute(whole(agency, id=name, name=one.name, parent=one.parent))
        for name, place in ACCOUNTS.items():
            acct = f"{name}@local" if place.kind == "local" else f"{name}@sociaal.example"
            row = whole(account, id=name, kind=place.kind, server=place.server or "", state="ok", remote_acct=acct)
            world.accounts[name] = connection.execute(row.returning(account.c.no)).scalar_one()
        for name, of in SOURCES.items():
            world.add_source(connection, name, agency=of, state="ok", title=f"Nieuws van {name}")
    return world


def fill(world: World) -> dict[str, str]:
    """Fill a world with a few days of announcements, one of each sort. Gives their ids by a short name."""
    told: dict[str, str] = {}
    told["old"] = world.tell(
        "Afvalkalender 2027 staat klaar",
        "Afvalkalender 2027 staat klaar\n\nU vindt de kalender op https://www.voorbeeldstad.example/afval (ook als pdf).\n\n"
        "Gemeente Voorbeeldstad (spiegel, geen officieel account)\nhttps://www.voorbeeldstad.example/nieuws/afval",
        content={"url": "https://www.voorbeeldstad.example/nieuws/afval"},
    )
    told["long"] = world.tell(
        "Inloopavond over de herinrichting van het Marktplein",
        "Inloopavond over de herinrichting van het Marktplein\n\n"
        + "\n\n".join(
            f"Alinea {n}. Het plein krijgt meer bomen, bredere stoepen en een nieuwe plek voor de weekmarkt. Bewoners en "
            "ondernemers kunnen de schetsen bekijken en hun ideeën achterlaten. Aanmelden hoeft niet; koffie is er wel."
            for n in range(1, 9)
        ),
        content={
            "url": "https://www.voorbeeldstad.example/nieuws/marktplein",
            "media": (
                Media(
                    url="https://www.voorbeeldstad.example/beeld/plein.jpg",
                    mime="image/jpeg",
                    alt="Schets van het Marktplein met twee rijen platanen en een fontein.",
                    credit="Bureau Voorbeeld",
                    length=120_000,
                ),
                Media(url="https://www.voorbeeldstad.example/plan.pdf", mime="application/pdf"),
            ),
        },
        on=("stadsnieuws", "proef"),
    )
    told["english"] = world.tell(
        "Swimming pool closed until Friday",
        "Swimming pool closed until Friday\n\nThe pool at the Havenstraat is closed for repairs.\n\n"
        "Gemeente Voorbeeldstad (mirror, not an official account)\nhttps://www.voorbeeldstad.example/en/news/pool",
        content={"url": "https://www.voorbeeldstad.example/en/news/pool"},
        language="en",
    )
    told["thread"] = world.tell(
        "Nieuwe regels voor ligplaatsen",
        ("Nieuwe regels voor ligplaatsen\n\nVanaf januari gelden andere regels. (1/2)", "Lees ook de bijlage. (2/2)"),
        by="haven-nieuws",
        posting={"spoiler_text": "Lang bericht"},
    )
    told["alert"] = world.tell(
        "Veel rook door brand aan de Industrieweg",
        "Veel rook door brand aan de Industrieweg in Voorbeeldstad. Ga naar binnen. Sluit ramen en deuren. Zet "
        "ventilatie uit.\n\nGeldig tot 16.00 uur.\n\nVeiligheidsregio Voorbeeldland\nhttps://voorbeeldland.example/brand",
        on=("voorbeeldland",),
        by="regio-alarm",
        content={"url": "https://voorbeeldland.example/brand"},
        announcing={"kind": "alert", "expires": NOW + timedelta(hours=1)},
        sent=NOW - timedelta(hours=2),
    )
    told["update"] = world.tell(
        "Brand Industrieweg onder controle",
        "Brand Industrieweg onder controle. U hoeft niet meer binnen te blijven.",
        on=("voorbeeldland",),
        by="regio-alarm",
        announcing={"kind": "alert", "notice": "cancelled", "ended": NOW - timedelta(minutes=20)},
        sent=NOW - timedelta(minutes=25),
    )
    world.tie(told["update"], told["alert"], "updates")
    told["corrected"] = world.tell(
        "Dorpsstraat maandag dicht voor werk aan het riool",
        "Dorpsstraat maandag dicht voor werk aan het riool\n\nVan 8.00 tot 17.00 uur kunt u er niet door met de auto. "
        "Fietsers kunnen erlangs.\n\nGemeente Voorbeeldstad (spiegel, geen officieel account)\n"
        "https://www.voorbeeldstad.example/nieuws/dorpsstraat",
        on=("stadsnieuws", "proef"),
        content={"url": "https://www.voorbeeldstad.example/nieuws/dorpsstraat"},
        sent=NOW - timedelta(hours=4),
    )
    world.edit(told["corrected"], NOW - timedelta(hours=3))
    world.copy(
        told["corrected"],
        "stad-sociaal",
        title="Dorpsstraat dicht",
        url="https://sociaal.example/@stad/99",
        seen=NOW - timedelta(hours=3, minutes=30),
    )
    world.happen(told["corrected"], "decide", "queued", "new", place="stadsnieuws")
    world.happen(told["corrected"], "deliver", "waits", "server.down", place="stadsnieuws", detail={"error": "geheim"})
    world.happen(told["corrected"], "deliver", "waits", "server.down", place="stadsnieuws")
    world.happen(told["corrected"], "deliver", "sent", "publish", place="stadsnieuws")
    world.happen(told["corrected"], "match", "merged", "link", by="stad-sociaal")
    world.happen(told["corrected"], "decide", "edit", "correction")
    world.happen(told["corrected"], "deliver", "sent", "edit", place="stadsnieuws")
    told["short"] = world.tell(
        "", "Het strandje bij de plas is weer open. Veel zwemplezier!", by="stad-sociaal", sent=NOW - timedelta(hours=1)
    )
    return told
