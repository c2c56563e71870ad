"""The types of single values in a configuration: each reads what stands in TOML, or names its mistake by code.

An error raised here has one of our codes (``bot.remedies``) as its pydantic type; ``bot.settings.validation`` puts the
wrong value and the place beside it. No error repeats the value, since pydantic already carries it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache, partial
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, LiteralString, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from bot import durations, filters, hosts

T = TypeVar("T")


def wrong(code: LiteralString, **values: Any) -> PydanticCustomError:
    """Make the error that names a code of ``bot.remedies``, with what its message needs beside value and place."""
    return PydanticCustomError(code, code, values)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "not a text")
    return value


def _reader(read: Callable[[str], T], code: LiteralString, ready: tuple[type[T], ...] = ()) -> PlainValidator:
    """Make a validator of a function that takes text and raises ``ValueError``; a ``ready`` value is taken as it is."""

    def validate(value: object) -> T:
        if isinstance(value, ready):
            return value
        text = _text(value)
        try:
            return read(text)
        except PydanticCustomError:  # itself a ValueError: the reader knew better what is wrong
            raise
        except ValueError:
            raise wrong(code) from None

    return PlainValidator(validate)


# ── texts ────────────────────────────────────────────────────────────────────────────────────────────────────────────

_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_TAKEN = re.compile(r"[a-z0-9*][a-z0-9*-]*")
_MEDIA = ("none", "feed", "page")
_HANDLE = re.compile(r"@?[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*@[A-Za-z0-9.-]+(?::[0-9]{1,5})?")
_MAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+")


def _filled(text: str) -> str:
    if not text.strip():
        raise ValueError(text)
    return text


def _positive_duration(text: str) -> timedelta:
    length = durations.parse(text)
    if not length:
        raise wrong("value.range", bound="≥ 1s")
    return length


def _matching(expression: re.Pattern[str], text: str) -> str:
    if not expression.fullmatch(text):
        raise ValueError(text)
    return text


def is_variable(text: str) -> bool:
    """Whether a text can be the name of an environment variable."""
    return _VARIABLE.fullmatch(text) is not None


def _tag(text: str) -> str:
    """Read a hashtag, with or without its sign, by the server's own rule: letters, marks, digits, at least a letter."""
    tag = text.removeprefix("#")
    kinds = {unicodedata.category(letter)[0] for letter in tag if letter not in "_·"}
    if "L" not in kinds or not kinds <= {"L", "M", "N"}:
        raise ValueError(text)
    return tag


def _handle(text: str) -> str:
    return _matching(_HANDLE, text).removeprefix("@")


def _operator(text: str) -> str:
    if text and not _MAIL.fullmatch(text):
        url(text)
    return text


@cache
def _time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, OSError) as error:  # a name that is a folder of the database is an OSError in 3.11
        raise ValueError(text) from error
    return text


# ── addresses ────────────────────────────────────────────────────────────────────────────────────────────────────────

_NOT_IN_URL = re.compile(r"[\s\x00-\x1f\x7f<>\"\\]")


def url(text: str) -> str:
    """Read an http or https address; user name and password do not belong in it."""
    if _NOT_IN_URL.search(text):
        raise ValueError(text)
    parts = urlsplit(text)
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname or parts.port == 0:
        raise ValueError(text)
    if "@" in parts.netloc:
        raise wrong("url.credentials")
    return text


def _https(text: str) -> str:
    if not url(text).lower().startswith("https://"):
        raise wrong("url.https")
    return text.rstrip("/")


def _origin(text: str) -> str:
    parts = urlsplit(url(text))
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise wrong("url.origin")
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}"


def _proxy(text: str) -> str:
    """Read the address of a proxy; it may hold a password, which the caller allows in the environment alone."""
    parts = urlsplit(text)
    if _NOT_IN_URL.search(text) or parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
        raise ValueError(text)
    return text


_LABELS = re.compile(r"[a-z0-9_]+(?:-+[a-z0-9_]+)*(?:\.[a-z0-9_]+(?:-+[a-z0-9_]+)*)*")


def _domain(text: str) -> str:
    """Read a host name or address; a port behind it is tolerated and dropped."""
    if text.count(":") == 1 or text.startswith("["):
        text = _host_and_port(text)[0]
    host = hosts.ascii_host(text)
    if hosts.literal(host) is None and not _LABELS.fullmatch(host):
        raise ValueError(text)
    return host


def _host_and_port(text: str) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if parts.hostname is None or parts.port is None or parts.netloc != text or "@" in text:
        raise ValueError(text)
    return parts.hostname, parts.port


def _listen(text: str) -> str:
    if text:
        _host_and_port(text)
    return text


# ── secrets and files ────────────────────────────────────────────────────────────────────────────────────────────────


def _path(value: object) -> Path:
    if isinstance(value, Path):
        return value
    return Path(_filled(_text(value)))


def _database(text: str) -> str:
    """Read the address of a database; a SQLite database must be a file, since one in memory remembers nothing."""
    parts = urlsplit(text)
    if parts.scheme == "sqlite":
        if not text.startswith("sqlite:///") or text.removeprefix("sqlite:///") in {"", ":memory:"}:
            raise ValueError(text)
    elif parts.scheme not in {"postgresql", "postgresql+psycopg"} or not parts.path.strip("/"):
        raise ValueError(text)
    return text


# ── patterns ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _warnings(value: object) -> tuple[filters.ContentWarning, ...]:
    """Read the content warnings: one text for everything, or a table of pattern and text."""
    if isinstance(value, str):
        value = {"*": value}
    if not isinstance(value, Mapping):
        raise PydanticCustomError("dict_type", "not a table")
    found: list[filters.ContentWarning] = []
    for written, text in value.items():
        if not _text(text).strip():
            raise wrong("value.empty")
        try:
            found.append(filters.ContentWarning(pattern=filters.parse(written), text=text))
        except ValueError:
            raise wrong("value.pattern") from None
    return tuple(found)


def _parts(value: object) -> int:
    """Read how many parts a text may become: false is 0, true is 10, a number is itself."""
    if isinstance(value, bool):
        return 10 if value else 0
    if not isinstance(value, int):
        raise PydanticCustomError("int_type", "not a number")
    if not 2 <= value <= 50:  # noqa: PLR2004  # a thread has two parts at least; fifty are a book
        raise wrong("value.range", bound="2–50")
    return value


def _media_from(value: object) -> str:
    """Read where pictures come from: true is the feed, false is nowhere."""
    if isinstance(value, bool):
        return "feed" if value else "none"
    if value not in _MEDIA:
        raise PydanticCustomError("literal_error", "none of them", {"expected": ", ".join(map(repr, _MEDIA))})
    return str(value)


# ── the types ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _schema(**schema: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", **schema})


def _one_of(*choices: str) -> Any:
    """Make the type of a text that is one of a few: plain text to whoever uses it (``bot.model.SourcePolicy``)."""

    def validate(value: object) -> str:
        if value not in choices:
            raise PydanticCustomError("literal_error", "none of them", {"expected": ", ".join(map(repr, choices))})
        return str(value)

    return PlainValidator(validate, json_schema_input_type=Literal[choices])


Filled = Annotated[str, _reader(_filled, "value.empty"), _schema(minLength=1)]
Id = Annotated[str, _reader(partial(_matching, _ID), "value.id"), _schema(pattern=f"^{_ID.pattern}$")]
Taken = Annotated[
    str,
    _reader(partial(_matching, _TAKEN), "value.taken"),
    _schema(pattern=f"^{_TAKEN.pattern}$", examples=["politie", "rivm-*"]),
]
MediaFrom = Annotated[
    str,
    PlainValidator(_media_from),
    WithJsonSchema({"anyOf": [{"enum": list(_MEDIA)}, {"type": "boolean"}]}),
]
Duration = Annotated[
    timedelta,
    _reader(durations.parse, "value.duration", (timedelta,)),
    PlainSerializer(durations.spell, return_type=str),
    _schema(pattern="^[0-9]{1,9}[smhd]$", examples=["30s", "15m", "6h", "2d"]),
]
PositiveDuration = Annotated[
    timedelta, _reader(_positive_duration, "value.duration", (timedelta,)), _schema(pattern="^0*[1-9][0-9]*[smhd]$")
]
QuietHours = Annotated[
    durations.QuietHours,
    _reader(durations.parse_quiet_hours, "value.hours", (durations.QuietHours,)),
    _schema(pattern="^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$", examples=["22:00-07:00"]),
]
TimeZone = Annotated[str, _reader(_time_zone, "value.time-zone"), _schema(examples=["Europe/Amsterdam"])]
Language = Annotated[
    str,
    _reader(partial(_matching, _LANGUAGE), "value.language"),
    _schema(pattern=f"^{_LANGUAGE.pattern}$", examples=["nl", "en", "fy"]),
]
Network = Annotated[
    IPv4Network | IPv6Network,
    _reader(partial(ip_network, strict=False), "value.network", (IPv4Network, IPv6Network)),
    PlainSerializer(str, return_type=str),
    _schema(examples=["127.0.0.1", "10.0.0.0/8", "fd00::/8"]),
]
Domain = Annotated[str, _reader(_domain, "value.domain"), _schema(examples=["voorbeeldstad.example"])]
Listen = Annotated[str, _reader(_listen, "value.listen"), _schema(examples=["127.0.0.1:8080", "[::1]:8080", ""])]
Handle = Annotated[str, _reader(_handle, "value.handle"), _schema(examples=["voorbeeldstad@social.example"])]
Tag = Annotated[str, _reader(_tag, "value.tag"), _schema(examples=["Voorbeeldstad"])]
Operator = Annotated[str, _reader(_operator, "value.operator"), _schema(examples=["redactie@voorbeeldstad.example"])]
Database = Annotated[
    str, _reader(_database, "value.database"), _schema(pattern="^(sqlite:///|postgresql(\\+psycopg)?://)")
]
Url = Annotated[str, _reader(url, "url.invalid"), _schema(pattern="^[Hh][Tt][Tt][Pp][Ss]?://")]
HttpsUrl = Annotated[str, _reader(_https, "url.invalid"), _schema(pattern="^[Hh][Tt][Tt][Pp][Ss]://")]
Server = Annotated[str, _reader(_origin, "url.invalid"), _schema(examples=["https://mastodon.example"])]
Proxy = Annotated[str, _reader(_proxy, "url.invalid"), _schema(examples=["http://proxy.example:3128"])]
Variable = Annotated[
    str,
    _reader(partial(_matching, _VARIABLE), "secret.name"),
    _schema(pattern=f"^{_VARIABLE.pattern}$", examples=["OMROEPER_POLITIE_TOKEN"]),
]
FilePath = Annotated[Path, PlainValidator(_path), PlainSerializer(str, return_type=str), _schema(minLength=1)]
Pattern = Annotated[
    filters.Pattern,
    _reader(filters.parse, "value.pattern", (filters.Pattern,)),
    PlainSerializer(str, return_type=str),
    _schema(minLength=1, maxLength=filters.LONGEST_PATTERN, examples=["vermist", "water*", "title:gezocht"]),
]
Warnings = Annotated[
    tuple[filters.ContentWarning, ...],
    PlainValidator(_warnings),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]}),
]
Parts = Annotated[
    int,
    PlainValidator(_parts),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"type": "integer", "minimum": 2, "maximum": 50}]}),
]

Identity = Annotated[str, _one_of("auto", "guid", "link", "guid+date", "title")]
Merge = Annotated[str, _one_of("link", "text", "never")]
Withdrawal = Annotated[str, _one_of("hold", "delete", "edit", "ignore")]

MASTODON_LANGUAGES = frozenset(
    # app/helpers/languages_helper.rb, SUPPORTED_LOCALES: ISO 639-1, some of 639-3, and regional forms of Chinese.
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en "  # noqa: SIM905  # two hundred quoted codes would be harder to read
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka "
    "kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng "
    "nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sn so sq sr ss st su sv "
    "sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu "
    "ast chr ckb cnr csb gsw jbo kab ldn lfn moh nds pdc sco sma smj szl tok vai xal zba zgh".split()
)
"""Languages that a Mastodon server labels posts with; a region behind them is dropped by the server."""
