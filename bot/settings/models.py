"""What an operator can set: one frozen model per table of the configuration.

Every field has its line in ``docs/configuration.md``. Values are ready for use: durations are ``timedelta``, paths are
absolute, and defaults that depend on the kind of a source or on another table are filled in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt
from pydantic.json_schema import SkipJsonSchema
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot import durations
from bot.policy import PLATFORMS, Line, Policy
from bot.secrets import Origin
from bot.settings import values as v

_TABLE = ConfigDict(extra="forbid", frozen=True)

Count = Annotated[StrictInt, Field(ge=0)]
Positive = Annotated[StrictInt, Field(ge=1)]
Visibility = Literal["public", "unlisted", "private"]
Alt = Literal["omit", "text", "hold"]


def _duration(text: str) -> timedelta:
    return durations.parse(text)


class Installation(BaseModel):
    """``[omroeper]``: the installation as a whole."""

    model_config = _TABLE

    database: v.Database = Field(default="sqlite:///omroeper.db", repr=False, description="Where memory is kept.")
    operator: v.Operator = Field(
        default="", description="How administrators of sources reach you; part of the User-Agent."
    )
    language: Literal["nl", "en"] = Field(default="nl", description="Language of pages, notices and messages.")
    wording: v.FilePath | None = Field(default=None, description="Folder with wording of your own.")
    retain: v.Duration = Field(default=_duration("90d"), description="How long the raw entry of every item is kept.")


class Network(BaseModel):
    """``[network]``: how the outside world is asked. ``model_fields_set`` tells what the operator set."""

    model_config = _TABLE

    allow_private: tuple[v.Network, ...] = Field(
        default=(), description="Private ranges where configured sources and accounts may live."
    )
    per_host: Positive = Field(default=1, description="Connections to one host at a time.")
    host_gap: v.Duration = Field(default=_duration("1s"), description="Pause between two requests to one host.")
    timeout: v.PositiveDuration = Field(default=_duration("30s"), description="The longest that one request may take.")
    proxy: v.Proxy | None = Field(default=None, repr=False, description="HTTP proxy; the environment's are never used.")
    concurrency: Annotated[StrictInt, Field(ge=1, le=1000)] = Field(
        default=64, description="Requests under way at a time."
    )
    user_agent_url: v.Url | None = Field(
        default=None, description="Page about this installation, named in the User-Agent."
    )


class Web(BaseModel):
    """``[web]``: the pages."""

    model_config = _TABLE

    listen: v.Listen = Field(default="127.0.0.1:8080", description='Address of the pages; "" for none.')
    public_url: v.HttpsUrl | None = Field(
        default=None, description="The https address under which citizens see the pages."
    )
    desk_password_env: v.Variable | None = Field(
        default=None, description="Environment variable that holds the hash of the desk's password."
    )
    desk_password_file: v.FilePath | None = Field(
        default=None, description="File that holds the hash of the desk's password."
    )
    desk_operators_file: v.FilePath | None = Field(
        default=None, description="File with a line per operator of the desk: name:hash."
    )
    websub: StrictBool = Field(
        default=True, description="Whether hubs of feeds may say that there is news; needs public_url."
    )
    spool: v.FilePath | None = Field(default=None, description="Folder where pushes wait until they are read.")

    id: ClassVar[str] = ""
    """There is one of these tables: it has no name of its own (``bot.secrets.Owner``)."""

    @cached_property
    def secrets(self) -> Mapping[str, Origin]:
        """Where the hashes of the desk are; empty where there is no desk."""
        found = {
            "desk_password": Origin(env=self.desk_password_env, file=self.desk_password_file, shape="hash"),
            "desk_operators": Origin(file=self.desk_operators_file, shape="operators"),
        }
        return {name: origin for name, origin in found.items() if origin.env or origin.file}


class Agency(BaseModel):
    """``[[agency]]``: a public body. ``domains`` are ASCII host names and addresses, without ports."""

    model_config = _TABLE

    id: v.Id = Field(description="Stable name inside this configuration.")
    name: v.Filled = Field(description="Official name.")
    domains: tuple[v.Domain, ...] = Field(default=(), description="Host names that it owns, and addresses.")
    tooi: v.Url | None = Field(default=None, description="Its URI in the register of government organisations.")
    parent: v.Id | None = Field(default=None, description="The agency that it is part of.")
    native_account: v.Handle | None = Field(default=None, description="Its own account on the fediverse.")
    language: v.Language | None = Field(
        default=None, description="Language of what it announces where nothing else says."
    )


class Account(BaseModel):
    """``[[account]]``: a place where we publish. ``language`` is the installation's where none is set."""

    model_config = _TABLE

    id: v.Id = Field(description="Stable name inside this configuration.")
    kind: Literal["mastodon", "local"] = Field(description="mastodon, or local for the built-in account.")
    server: v.Server | None = Field(default=None, description="The server: scheme and host.")
    token_env: v.Variable | None = Field(default=None, description="Environment variable that holds the token.")
    token_file: v.FilePath | None = Field(default=None, description="File that holds the token.")
    official: tuple[str, ...] = Field(default=(), description="Agencies whose own account this is.")
    takes: tuple[v.Taken, ...] = Field(
        default=(), description="Sources that it takes: ids of sources and agencies, with * for any part."
    )
    posts_per_3h: Count = Field(
        default=300, description="Posts and edits that the server allows in 3 hours; 0 = no limit."
    )
    posts_per_hour: Positive | None = Field(default=None, description="Your own limit per hour.")
    posts_per_day: Positive | None = Field(default=None, description="Your own limit per day.")
    spacing: v.Duration = Field(default=_duration("0s"), description="The least time between two posts.")
    quiet_hours: v.QuietHours | None = Field(default=None, description="Daily window without posts; alerts ignore it.")
    time_zone: v.TimeZone = Field(default="Europe/Amsterdam", description="Zone of quiet_hours and of times in posts.")
    visibility: Visibility = Field(default="public", description="Who sees the posts.")
    language: v.Language = Field(default="nl", description="Language of posts where no item, feed or source says one.")
    stale: v.Duration = Field(default=_duration("48h"), description="What has waited longer is held.")
    tags: tuple[v.Tag, ...] = Field(default=(), description="Hashtags under every post.")
    max_tags: Count = Field(default=3, description="The most hashtags under one post.")
    thread: v.Parts = Field(
        default=0,
        description="Whether a text that does not fit becomes a thread, and of how many parts.",
        json_schema_extra={"default": False},
    )
    alt: Alt = Field(default="omit", description="What becomes of a picture without description.")
    timeout: v.PositiveDuration = Field(default=_duration("10s"), description="The longest that one request may take.")

    @cached_property
    def secrets(self) -> Mapping[str, Origin]:
        """Where the token is; empty for the built-in account."""
        if self.kind == "local":
            return {}
        return {"token": Origin(env=self.token_env, file=self.token_file)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Nature:
    """What a kind of source is, whatever an operator says: one for all sources of a kind.

    ``urgent``: it shows alerts. ``platform``: it tells the same in other words. ``hosts``: where such sources live, whoever
    announces there.
    """

    urgent: bool = False
    platform: bool = False
    hosts: tuple[str, ...] = ()


class SourceSettings(BaseModel):
    """``[[source]]``: a place where an agency announces.

    Keys that are no field here belong to the adapter of its ``kind``: they are checked against its ``Options`` and
    stand in ``options``; ``nature`` is the adapter's too. None in ``language``, ``visibility``, ``stale`` and ``alt`` leaves the
    choice to feed and account.
    """

    model_config = _TABLE

    id: v.Id = Field(description="Stable name inside this configuration.")
    agency: v.Id = Field(description="The agency that announces here.")
    kind: v.Filled = Field(description="The adapter that reads it.")
    url: str = Field(default="", description="Its address; for kind folder a path.")
    to: tuple[str, ...] = Field(default=(), description="Accounts that it goes to.")
    enabled: StrictBool = Field(default=True, description="Whether it is read.")
    every: v.PositiveDuration = Field(default=_duration("60m"), description="How often it is read; alerts: 60s.")
    first_run: Count = Field(default=0, description="How many of the newest items first contact publishes.")
    burst: Count = Field(default=20, description="A batch that crosses this number within an hour is held; 0 = never.")
    alert_burst: Count = Field(default=0, description="The same for alerts; 0 = never.")
    identity: v.Identity = Field(default="auto", description="What makes two items the same.")
    merge: v.Merge = Field(default="link", description="How it is recognised elsewhere; platforms: text.")
    settle: v.Duration = Field(
        default=_duration("0s"), description="How long an item waits for a better copy elsewhere."
    )
    language: v.Language | None = Field(default=None, description="Language of its items where they say none.")
    languages: tuple[v.Language, ...] = Field(default=(), description="Languages that occur in a mixed source.")
    detect: StrictBool = Field(default=False, description="Whether the language is guessed from the text.")
    time_zone: v.TimeZone = Field(default="Europe/Amsterdam", description="Zone of times that name none.")
    edit_window: v.Duration = Field(default=_duration("48h"), description="How long a correction edits the post.")
    withdrawal: v.Withdrawal = Field(
        default="hold", description="What a withdrawal does to the post; personal: delete."
    )
    personal: StrictBool = Field(default=False, description="Whether it has personal data.")
    retain: v.Duration = Field(default=_duration("90d"), description="How long the raw entry is kept; personal: 0s.")
    media: v.MediaFrom = Field(default="none", description="Where pictures come from; true is feed, false none.")
    licence: v.Filled | None = Field(default=None, description="What allows its pictures to be shown.")
    alt: Alt | None = Field(default=None, description="What becomes of a picture without description.")
    digest: Literal["none", "daily", "weekly"] = Field(
        default="none", description="Whether items are gathered in one post; some kinds: daily."
    )
    include: tuple[v.Pattern, ...] = Field(default=(), description="Only items with one of these words.")
    exclude: tuple[v.Pattern, ...] = Field(default=(), description="No items with one of these words.")
    tags: tuple[v.Tag, ...] = Field(default=(), description="Hashtags under its posts.")
    category_tags: dict[str, v.Tag] = Field(default={}, description="Hashtags for categories of the source.")
    allow_tags: StrictBool = Field(default=False, description="Whether hashtags in its text stay hashtags.")
    warning: v.Warnings = Field(
        default=(), description="Content warning, for all or by pattern.", json_schema_extra={"default": {}}
    )
    visibility: Visibility | None = Field(default=None, description="Who sees its posts.")
    stale: v.Duration | None = Field(default=None, description="What has waited longer is held.")
    own: StrictBool = Field(default=False, description="Whether you own it, so that its full text may be shown.")
    status: Literal["confirmed", "unconfirmed", "dead"] | None = Field(
        default=None, description="What is known about it."
    )
    proof: str = Field(default="", description="How that is known.")
    token_env: v.Variable | None = Field(default=None, description="Environment variable that holds its token.")
    token_file: v.FilePath | None = Field(default=None, description="File that holds its token.")

    options: SkipJsonSchema[Any] = None
    secrets: SkipJsonSchema[Mapping[str, Origin]] = {}
    # One object for what depends on the kind alone: with more than 42 fields a model takes twice the memory, which is 8 MiB
    # with 10,000 sources.
    nature: SkipJsonSchema[Nature] = Nature()

    @property
    def urgent(self) -> bool:
        """Whether it shows alerts."""
        return self.nature.urgent

    @property
    def platform(self) -> bool:
        """Whether it tells the same in other words."""
        return self.nature.platform

    @property
    def hosts(self) -> tuple[str, ...]:
        """Where such sources live, whoever announces there."""
        return self.nature.hosts

    @property
    def shows_pictures(self) -> bool:
        """Whether its pictures go along: that is asked for, and something allows it."""
        return self.media != "none" and bool(self.licence)


DERIVED = frozenset({"options", "secrets", "nature"})
"""Fields of ``SourceSettings`` that are never written in a configuration."""


class PolicyLine(BaseModel):
    """Where we stand on one platform, and who says so."""

    model_config = _TABLE

    stance: Literal["primary", "allowed", "own", "link", "forbidden"] = Field(description="What is done there.")
    reason: v.Filled = Field(description="Why.")
    owner: v.Filled = Field(description="Who decided it.")
    date: dt.date = Field(description="When.")
    review: dt.date = Field(description="When it is to be looked at again.")
    walled: StrictBool = Field(default=False, description="Whether readers must log in there.")


class PolicyTable(BaseModel):
    """``[[policy]]``: lines of the policy per platform, for everybody, or for one agency and those below it."""

    model_config = _TABLE

    agency: v.Id | None = Field(default=None, description="The agency that it is for; everybody where none is named.")
    mastodon: PolicyLine | None = None
    bluesky: PolicyLine | None = None
    youtube: PolicyLine | None = None
    x: PolicyLine | None = None
    facebook: PolicyLine | None = None
    instagram: PolicyLine | None = None
    threads: PolicyLine | None = None
    tiktok: PolicyLine | None = None
    linkedin: PolicyLine | None = None
    whatsapp: PolicyLine | None = None
    telegram: PolicyLine | None = None
    snapchat: PolicyLine | None = None

    places: SkipJsonSchema[Mapping[str, str]] = {}

    @property
    def lines(self) -> tuple[Line, ...]:
        """Give the lines as the policy knows them."""
        found = ((name, getattr(self, name)) for name in PLATFORMS)
        return tuple(
            Line(platform=name, agency=self.agency, place=self.places.get(name, ""), **line.model_dump())
            for name, line in found
            if line is not None
        )


class Settings(BaseSettings):
    """A whole configuration. ``path`` is the file that it started from.

    It never looks at the environment by itself: ``load`` does, and names the variable when its value is wrong.
    """

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="OMROEPER_", env_nested_delimiter="__", arbitrary_types_allowed=True
    )

    omroeper: Installation = Installation()
    network: Network = Network()
    web: Web = Web()
    agency: tuple[Agency, ...] = ()
    account: tuple[Account, ...] = ()
    source: tuple[SourceSettings, ...] = ()
    policy: tuple[PolicyTable, ...] = ()
    path: SkipJsonSchema[Path] = Path("omroeper.toml")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  # the signature is pydantic-settings' own
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take nothing but what is handed over."""
        return (init_settings,)

    def agencies(self) -> Mapping[str, Agency]:
        """Give every agency by its id."""
        return self._agencies

    def accounts(self) -> Mapping[str, Account]:
        """Give every account by its id."""
        return self._accounts

    def enabled(self) -> list[SourceSettings]:
        """Give the sources that are switched on."""
        return [source for source in self.source if source.enabled]

    def sources(self) -> Mapping[str, SourceSettings]:
        """Give every source by its id, those that are switched off too."""
        return self._sources

    @cached_property
    def platform_policy(self) -> Policy:
        """What is said about platforms: the configuration's own lines before the shipped ones."""
        parents = {agency.id: agency.parent for agency in self.agency}
        return Policy(lines=tuple(line for table in self.policy for line in table.lines), parents=parents)

    @cached_property
    def _agencies(self) -> dict[str, Agency]:
        return {agency.id: agency for agency in self.agency}

    @cached_property
    def _accounts(self) -> dict[str, Account]:
        return {account.id: account for account in self.account}

    @cached_property
    def _sources(self) -> dict[str, SourceSettings]:
        return {source.id: source for source in self.source}
