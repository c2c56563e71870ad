"""The demonstration: the real pipeline on a sample day, into built-in accounts. Needs no network, account or configuration."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.app import App, opened, wall_clock
from bot.collecting.collect import Taken
from bot.pages import follow, serve_site, site
from bot.sampleday import SampleDay, served
from bot.schedule import run_once
from bot.settings import Settings, load
from bot.shipped import config_folder
from bot.store.engine import reading
from bot.store.views import PostFilter, delivered, post_rows
from bot.web.serve import PortTaken

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """What is shown: its configuration in ``config/demo``, and what each of its rounds is."""

    configuration: str
    rounds: tuple[str, ...]


DAY = Play(
    configuration="omroeper.toml",
    rounds=(
        "Eerste contact: wat er al staat, wordt onthouden en niet geplaatst. (First contact: remembered, not posted.)",
        "De dag begint: nieuwe berichten. (The day begins: new announcements.)",
        "Een bron verbetert een fout: het bericht wordt gewijzigd, niet herhaald. (A correction becomes an edit.)",
    ),
)

ALARM = Play(
    configuration="alarm.toml",
    rounds=(
        "De bron is stil. (The source is silent.)",
        "Alarm, in twee talen. (Alert, in two languages.)",
        "Een update antwoordt op het eerste bericht, dat zelf zegt dat het is bijgewerkt. (Update.)",
        "Het einde antwoordt ook, en niets verdwijnt. (Cancel: said, never silently deleted.)",
    ),
)


@dataclass(slots=True, kw_only=True)
class Demonstration:
    """A sample day under way."""

    app: App
    play: Play
    day: SampleDay
    tell: Tell

    async def round(self, number: int, stopping: Callable[[], bool]) -> None:
        """Play one round of the day through the real pipeline, and tell what happened, a line per event."""
        self.tell(f"\n── {self.play.rounds[number]}")
        before, began = self._posts(), self.app.now()
        self.day.round = number
        await run_once(self.app, force=True, watch=self._polled, stopping=stopping)
        for id_, post in self._posts().items():
            if before.get(id_) != post:
                self._posted(post, (post["changed"] or began) - began)

    async def pages(self, port: int, stopping: threading.Event) -> None:
        """Show the pages until ``stopping`` is set; at another port where this one is taken."""
        stop = asyncio.Event()
        watching = asyncio.create_task(follow(stopping, stop))
        site_ = site(self.app.settings, self.app.engine, lambda: {"process": True}, title="Omroeper Voorbeeldland")
        try:
            await serve_site(site_, f"127.0.0.1:{port}", stop, self._ready)
        except PortTaken as error:
            self.tell(str(error))
            await serve_site(site_, "127.0.0.1:0", stop, self._ready)
        finally:
            watching.cancel()

    def _ready(self, address: str) -> None:
        self.tell(f"De pagina's (the pages): {address}")

    def _polled(self, taken: Taken) -> None:
        decision = taken.decision
        if taken.failure:
            self.tell(f"  ✗ {taken.source}: {taken.failure}")
        elif decision is None:
            self.tell(f"  = {taken.source}: ongewijzigd (unchanged, 304)")
        else:
            for event in decision.events:
                if event.verdict in {"remembered", "merged", "edit", "held", "dropped"}:
                    self.tell(f"  · {taken.source}: {event.verdict} [{event.rule}]")

    def _posts(self) -> dict[str, Mapping[str, Any]]:
        with reading(self.app.engine) as connection:
            when = delivered(connection)
            rows = reversed(post_rows(connection, PostFilter(limit=None)))
            return {row.id: {**row._mapping, "changed": when.get(row.id)} for row in rows}  # noqa: SLF001 - the public name of a row's columns

    def _posted(self, post: Mapping[str, Any], after: timedelta) -> None:
        first = str(post["text"] or post["title"]).splitlines()[0]
        word = "✎ gewijzigd" if post["seen"] > 1 else "✓ geplaatst"
        self.tell(f"  {word} op {post['account_id']} ({after.total_seconds():.1f} s na de bron): {first}")


@contextmanager
def demonstration(play: Play, environ: Mapping[str, str], tell: Tell) -> Iterator[Demonstration]:
    """Set a demonstration up in a folder of its own, which goes when it ends."""
    with tempfile.TemporaryDirectory(prefix="omroeper-demo-") as folder:
        day = SampleDay(folder=config_folder() / "demo", now=wall_clock())
        with served(day), opened(_settings(play, Path(folder), day, environ), environ) as app:
            yield Demonstration(app=app, play=play, day=day, tell=tell)


def _settings(play: Play, folder: Path, day: SampleDay, environ: Mapping[str, str]) -> Settings:
    template = (day.folder / play.configuration).read_text(encoding="utf-8")
    path = folder / "omroeper.toml"
    filled = template.replace("{feeds}", day.address).replace("{database}", str(folder / "demo.db"))
    path.write_text(filled, encoding="utf-8")
    own = {name: value for name, value in environ.items() if not name.startswith("OMROEPER_")}
    loaded = load(path, own)
    if loaded.settings is None:
        raise RuntimeError("the shipped demonstration has a mistake: " + "; ".join(map(str, loaded.problems)))
    return loaded.settings
