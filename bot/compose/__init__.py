"""The exact words of a post, within a server's own limits. Pure: the same draft gives the same words at any time.

What happened first, then the text cut well, when it matters, who says it, and the link, which always survives.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from adapters.contract import Alert, Limits, Media
from bot.compose import alert, editing, gathered
from bot.compose.draft import Draft, draft_of
from bot.compose.fitting import Frame, fit, thread
from bot.compose.measure import post_length
from bot.compose.moments import Calendar
from bot.compose.pictures import pictures_for
from bot.compose.tags import tags_for
from bot.compose.voice import Voice
from bot.destination import destination
from bot.filters import Subject, matches
from bot.model import Composed, Content
from bot.policy import without_links
from bot.text import neutralise
from bot.wording.catalogue import Wording

__all__ = ["CannotCompose", "Draft", "Voice", "compose", "draft_of", "pictures_of", "post_length"]

OLD = timedelta(hours=24)
"""How old an announcement must be for its post to say of which day it is: servers show when a post appeared."""

SOON = timedelta(minutes=10)
"""How soon after a post appeared a correction goes without saying: hardly anybody read the first words."""

ALERT_PARTS = 4
"""The most parts of an alert: what people must do is never cut off."""

UNTAGGED, PLAIN = 1, 2
"""Steps of the ladder for a text that a server refuses: without our tags; with nothing that could be refused."""


class CannotCompose(Exception):
    """There is nothing to say, or the server takes so little that not even link and label fit. A person must look at it."""


def compose(draft: Draft, voice: Voice, limits: Limits, wording: Wording) -> Composed:
    """Compose a post, or the parts of a thread. No part is longer than the server takes, as it counts.

    Raises ``CannotCompose``, and ``TemplateError`` where the wording that it should have cannot be used.
    """
    return _Composer(draft, voice, limits, wording).composed()


def pictures_of(
    content: Content, media: Iterable[Media], voice: Voice, limits: Limits, wording: Wording
) -> tuple[Media, ...]:
    """Give the pictures that go along with a post, each with its description. ``media``: what there is to choose from.

    Raises ``TemplateError``.
    """

    def sentence() -> str:
        around = wording.language(content.language or voice.language, voice.around)
        template = wording.phrase("picture", around, account=voice.account, source=voice.source)
        return template.render({"title": (content.title or voice.agency).rstrip(".… ")})

    return pictures_for(media, voice, limits, sentence)


@dataclass(frozen=True, slots=True)
class _Composer:
    """One draft on its way to words."""

    draft: Draft
    voice: Voice
    limits: Limits
    wording: Wording

    def composed(self) -> Composed:
        spoiler = self._warning()
        return Composed(
            parts=self._parts(spoiler),
            language=self._language,
            visibility=self.voice.visibility,
            spoiler_text=spoiler,
            sensitive=bool(spoiler),
            media=self._media(),
            link=self._link(),
        )

    # ── the words ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _parts(self, spoiler: str) -> tuple[str, ...]:
        kind = self._kind()
        values = self._values(kind)
        if not any(values.get(name) for name in ("title", "text", "link", "headline")):
            raise CannotCompose("There is nothing to say: the item has no title, no text and no address.")
        root = self._frame(kind, spoiler)
        if self.draft.kind == "digest":
            found = self._digest(root, values)
        else:
            found = self._whole(root, values) or self._thread(root, values, spoiler)
        if found:
            return found
        post = fit(root, values, head="headline" if values.get("headline") else "title")
        if post is None or not post:
            raise CannotCompose(
                f"Link and label do not fit in the {self.limits.max_characters} characters that the server takes."
            )
        return (post,)

    def _whole(self, root: Frame, values: dict[str, str]) -> tuple[str, ...] | None:
        post = root.render(values)
        return (post,) if post and root.fits(post) else None

    def _thread(self, root: Frame, values: dict[str, str], spoiler: str) -> tuple[str, ...] | None:
        most = max(self.voice.thread, ALERT_PARTS) if self._is_alert else self.voice.thread
        if most < 2:  # noqa: PLR2004 - a thread has two parts
            return None
        bare = self._whole(root, {**values, "tags": ""})  # better without hashtags than in two posts
        return bare or thread(root, self._frame("continuation", spoiler), values, most)

    def _digest(self, root: Frame, values: dict[str, str]) -> tuple[str, ...] | None:
        most = self.voice.thread or gathered.PARTS
        return gathered.Digest(frame=root, values=values, more=self._more, most=most).parts()

    def _frame(self, kind: str, spoiler: str) -> Frame:
        template = self.wording.text(kind, self._around, account=self.voice.account, source=self.voice.source)
        return Frame(template=template, limits=self.limits, spoiler_text=spoiler, plain=self.draft.rung >= PLAIN)

    def _kind(self) -> str:
        draft = self.draft
        if draft.kind == "digest":
            return "digest"
        if draft.notice == "withdrawn":
            return "withdrawn"
        if draft.content.alert is not None:
            return alert.kind_of(draft.content.alert, draft.notice)
        return "correction" if draft.corrected else "news"

    # ── what is filled in ────────────────────────────────────────────────────────────────────────────────────────────

    def _values(self, kind: str) -> dict[str, str]:
        content = self.draft.content
        link = self._link()
        title, text = self._story(link)
        values = {
            "title": title,
            "text": text,
            "link": link or "",
            "agency": neutralise(self.voice.agency),
            "category": neutralise(content.categories[0]) if content.categories else "",
            "date": self._date(),
            "changed": self._changed(),
        }
        if not self.voice.official:
            values |= {"mirror": self._phrase("mirror"), "mirror-in-brief": self._phrase("mirror-in-brief")}
        if kind == "digest":
            values["count"] = str(len(gathered.entries_of(text)))
        if content.alert is not None and kind != "withdrawn":
            values |= alert.values_of(self.draft, title, self.voice, self._around)
        values["tags"] = "" if self.draft.rung >= UNTAGGED else tags_for(content.categories, self.voice, text)
        return values

    def _link(self) -> str | None:
        """Give where the post leads."""
        return destination(self.voice.policy, self.voice.body, self.draft.content, alert=self._is_alert)

    def _lawful(self, text: str, link: str | None) -> str:
        """Give a text without the addresses that the policy does not let a post lead to."""
        voice = self.voice
        return without_links(voice.policy, voice.body, text, link, behind_walls=not self._is_alert)

    def _story(self, link: str | None) -> tuple[str, str]:
        content = self.draft.content
        if self.draft.kind == "digest":
            return self._harmless(content.title), self._harmless(content.text)
        text = editing.without_own_link(self._lawful(editing.with_safe_addresses(content.text), link), link)
        title, text = editing.story(self._lawful(content.title, link), text, self.voice.agency)
        if content.alert is not None:
            title, text = (title, text) if title else editing.first_sentence(text)
            text = "\n\n".join(filter(None, (self._lawful(self._instruction(content.alert), link), text)))
        return self._harmless(title), self._harmless(text)

    def _instruction(self, said: Alert) -> str:
        """Give what people should do, which comes before everything else that an alert tells."""
        return editing.tidy(editing.with_safe_addresses(alert.instruction(said, self.draft.notice)))

    def _harmless(self, text: str) -> str:
        allow = self.voice.allow_tags and self.draft.rung < PLAIN and not self._is_alert
        handle = self._phrase("handle", name="{name}", platform=self.voice.handles) if self.voice.handles else ""
        return neutralise(text, allow_tags=allow, handle=handle)

    def _date(self) -> str:
        published, created = self.draft.content.published, self.draft.created
        if published is None or created is None or created - published <= OLD:
            return ""
        calendar = self._calendar()
        day = calendar.day(calendar.local(published).date(), calendar.local(created).date())
        return self._phrase("date", day=day)

    def _changed(self) -> str:
        corrected, sent = self.draft.corrected, self.draft.sent
        if corrected is None or sent is None or corrected - sent <= SOON:
            return ""
        calendar = self._calendar()
        day, first = calendar.local(corrected).date(), calendar.local(sent).date()
        time = calendar.time(corrected)
        if day == first:
            return self._phrase("changed-at", time=time)
        return self._phrase("changed-on", day=calendar.day(day, first), time=time)

    def _more(self, count: int) -> str:
        return self._phrase("one-more") if count == 1 else self._phrase("more", count=str(count))

    def _warning(self) -> str:
        """Give the content warning: the first whose pattern finds its words. Never on an alert, which it would hide."""
        content = self.draft.content
        if self._is_alert:
            return ""
        subject = Subject(title=content.title, text=content.text, categories=content.categories, url=content.url or "")
        return next((one.text for one in self.voice.warnings if matches(one.pattern, subject)), "")

    def _media(self) -> tuple[Media, ...]:
        if self.draft.rung >= PLAIN or self.draft.kind == "digest" or self._is_alert:
            return ()  # an alert waits for no picture
        content = self.draft.content
        return pictures_of(content, content.media, self.voice, self.limits, self.wording)

    # ── language ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _is_alert(self) -> bool:
        return self.draft.content.alert is not None

    @property
    def _language(self) -> str:
        return self.draft.content.language or self.voice.language

    @property
    def _around(self) -> str:
        return self.wording.language(self._language, self.voice.around)

    def _phrase(self, key: str, /, **values: str) -> str:
        template = self.wording.phrase(key, self._around, account=self.voice.account, source=self.voice.source)
        return template.render(values)

    def _calendar(self) -> Calendar:
        return Calendar(self._phrase, ZoneInfo(self.voice.time_zone))
