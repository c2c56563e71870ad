"""How an account should present itself: whose announcements it carries, that it is a program, who runs it, and whether it is a mirror.

Pure: from settings and wording to a profile within the server's limits, and to what is different from the one that is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from adapters.contract import Profile, ProfileLimits
from bot.settings import Account, Agency, Settings
from bot.text import cut
from bot.wording import Wording

_MOST_NAMES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One part of a profile that is not as it should be: its name, what it says, and what it should say."""

    name: str
    now: str
    wanted: str


def wanted_profile(settings: Settings, account: Account, wording: Wording, there: Profile) -> Profile:
    """Give the profile that an account should have. What its server does not know, and what cannot be told, stays."""
    teller = _Teller(settings, account, wording, there.limits)
    name = teller.name() or there.name
    avatar = there.avatar_alt
    if there.limits.avatar_alt and not avatar:
        avatar = cut(teller.say("profile-avatar", name=name), there.limits.avatar_alt)
    return Profile(
        name=name,
        note=cut(teller.note(), there.limits.note),
        fields=tuple(teller.fields()),
        bot=True,
        discoverable=True,
        language=account.language.partition("-")[0],
        quotes="public" if there.quotes else None,
        avatar_alt=avatar,
        limits=there.limits,
    )


def differences(there: Profile, wanted: Profile) -> list[Difference]:
    """Say what would become different, in the order of a profile."""
    pairs = (
        ("name", there.name, wanted.name),
        ("note", there.note, wanted.note),
        ("fields", _as_lines(there), _as_lines(wanted)),
        ("bot", there.bot, wanted.bot),
        ("discoverable", there.discoverable, wanted.discoverable),
        ("language", there.language, wanted.language),
        ("quotes", there.quotes, wanted.quotes),
        ("avatar_alt", there.avatar_alt, wanted.avatar_alt),
    )
    return [
        Difference(name=name, now=_shown(now), wanted=_shown(then))
        for name, now, then in pairs
        if then is not None and _plainly(now) != _plainly(then)
    ]


@dataclass(frozen=True, slots=True)
class _Teller:
    """Says things about one account."""

    settings: Settings
    account: Account
    wording: Wording
    limits: ProfileLimits

    def say(self, phrase: str, /, **values: str) -> str:
        """Give a phrase, filled in."""
        language = self.wording.language(self.account.language, self.settings.omroeper.language)
        return self.wording.phrase(phrase, language, account=self.account.id).render(values)

    def agencies(self) -> list[Agency]:
        """Give the agencies whose announcements it carries, in the order of the configuration."""
        told = [one.agency for one in self.settings.source if one.enabled and self.account.id in one.to]
        ids = dict.fromkeys((*self.account.official, *told))
        return [self.settings.agencies()[one] for one in ids if one in self.settings.agencies()]

    def name(self) -> str:
        """Give the display name: of the one agency; "" where it carries several, which only a person can name."""
        agencies = self.agencies()
        if len(agencies) != 1:
            return ""
        values = {"agency": agencies[0].name, "mirror": self.mirror()}
        names = (self.say(one, **values) for one in ("profile-name", "profile-short-name"))
        fitting = next((one for one in names if len(one) <= self.limits.name), "")
        if fitting:
            return fitting
        room = self.limits.name - len(self.say("profile-name", **{**values, "agency": "x"})) + 1
        return self.say("profile-name", **{**values, "agency": cut(agencies[0].name, room, url_length=None)})

    def note(self) -> str:
        """Give the bio."""
        return self.say(
            "profile-note",
            agencies=self.names(),
            mirror=self.mirror(),
            operator=self.settings.omroeper.operator,
            alerts="x" if self._has_alerts() else "",
            page=self.settings.web.public_url or "",
        )

    def fields(self) -> Iterator[tuple[str, str]]:
        """Give the fields: source, status, operator, pages; as many as the server takes."""
        home = next((one.domains[0] for one in self.agencies() if one.domains), "")
        found = (
            ("profile-source", f"https://{home}" if home else ""),
            ("profile-status", self.say("status-mirror" if self.mirror() else "status-official")),
            ("profile-operator", self.settings.omroeper.operator),
            ("profile-page", self.settings.web.public_url or ""),
        )
        filled = [(self.say(label), value) for label, value in found if value]
        for label, value in filled[: self.limits.fields]:
            yield label[: self.limits.field], value[: self.limits.field]

    def names(self) -> str:
        """Give the names of the agencies in a sentence."""
        names = [one.name for one in self.agencies()]
        if len(names) > _MOST_NAMES:
            return f"{', '.join(names[:_MOST_NAMES])} (+{len(names) - _MOST_NAMES})"
        *first, last = names or [""]
        return f"{', '.join(first)} {self.say('and')} {last}" if first else last

    def mirror(self) -> str:
        """Give the mirror's label, "" where every announcement is of an agency whose own account this is."""
        own = all(one.id in self.account.official for one in self.agencies())
        return "" if own else self.say("status-mirror")

    def _has_alerts(self) -> bool:
        return any(one.urgent and self.account.id in one.to for one in self.settings.source if one.enabled)


def _as_lines(profile: Profile) -> str:
    return "\n".join(f"{name}: {value}" for name, value in profile.fields)


def _plainly(value: object) -> object:
    """Leave out what servers change by themselves: white space, and the slash behind a host."""
    if not isinstance(value, str):
        return value
    return " ".join(word.rstrip("/") if urlsplit(word).scheme else word for word in value.split())


def _shown(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)
