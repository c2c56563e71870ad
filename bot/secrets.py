"""Credentials: where an account or source keeps them, and how they are read from environment or files.

The configuration only says where a secret is. What is read travels as ``Secret``, which shows itself to nobody: not in
``repr``, not in a format string, not in a pickle, not in JSON.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal, NoReturn, Protocol

from bot.passwords import read_hash, read_operators
from bot.problems import NOWHERE, Place, Problem, in_order, say
from bot.remedies import Language

LARGEST = 65_536
"""Bytes of a secret file: a bigger one is some other file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where one secret is: in the environment variable ``env`` or in ``file`` (absolute); nowhere where both are None.

    ``shape`` is what stands there: one line, the hash of a password, or lines of ``name:hash``.
    """

    env: str | None = None
    file: Path | None = None
    shape: Literal["line", "hash", "operators"] = "line"

    def __str__(self) -> str:
        return str(self.file or self.env)


class Secret:
    """A secret that only ``reveal`` shows."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Give the secret itself: for the request that needs it, and nothing else."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")


class Owner(Protocol):
    """Whoever has credentials: an account or a source of ``bot.settings``."""

    @property
    def id(self) -> str:
        """Its name in the configuration; "" for a table that comes once."""

    @property
    def secrets(self) -> Mapping[str, Origin]:
        """Where each secret that it needs is, by name."""


class Configured(Protocol):
    """A configuration with places, as ``bot.settings.Loaded`` is one."""

    @property
    def language(self) -> Language:
        """The language of its problems."""

    def owners(self) -> Iterator[tuple[str, Owner]]:
        """Give every owner with the name of its table."""

    def place(self, table: str, id_: str, key: str = "") -> Place:
        """Give the place of an owner, or of one of its keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What was found for one owner. ``secrets`` has every name that could be read; ``problems`` say about the rest."""

    secrets: Mapping[str, Secret] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def revealed(self) -> dict[str, str]:
        """Give the bare values per name, as ``adapters.contract.SourceConfig.secrets`` takes them."""
        return {name: secret.reveal() for name, secret in self.secrets.items()}


def secrets_for(
    owner: Owner,
    environ: Mapping[str, str],
    *,
    language: Language = "en",
    place: Callable[[str], Place] = lambda _: NOWHERE,
    subject: str = "",
) -> Credentials:
    """Read every secret of an account or source.

    ``place`` gives the place of a key (``token_env``) for the problems, ``subject`` is what their messages start with.
    """
    secrets: dict[str, Secret] = {}
    problems: list[Problem] = []
    for name, origin in owner.secrets.items():
        read = _read(name, origin, environ)
        problems += [
            say(found.code, language, place(found.key), subject=subject, name=name, **found.values)
            for found in read.complaints
        ]
        if read.secret:
            secrets[name] = read.secret
    return Credentials(secrets=secrets, problems=tuple(problems))


def check_secrets(configured: Configured, environ: Mapping[str, str]) -> tuple[Problem, ...]:
    """Read every secret that a configuration names and say what is wrong, each at the line that names it."""
    problems: list[Problem] = []
    for table, owner in configured.owners():
        place = partial(configured.place, table, owner.id)
        subject = f"[[{table}]] {owner.id}" if owner.id else f"[{table}]"
        problems += secrets_for(owner, environ, language=configured.language, place=place, subject=subject).problems
    return in_order(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Complaint:
    """A code, the key it is about, and what its message needs; never the secret."""

    code: str
    key: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    secret: Secret | None = None
    complaints: tuple[_Complaint, ...] = ()


def _read(name: str, origin: Origin, environ: Mapping[str, str]) -> _Read:
    if origin.file:
        return _from_file(name, origin.file, origin.shape)
    if origin.env:
        return _from_environment(name, origin.env, environ, origin.shape)
    return _Read(complaints=(_Complaint(code="secret.missing", key=""),))


def _from_environment(name: str, variable: str, environ: Mapping[str, str], shape: str) -> _Read:
    key = f"{name}_env"
    if variable not in environ:
        return _Read(complaints=(_Complaint(code="secret.unset", key=key, values={"variable": variable}),))
    return _checked(name, key, variable, environ[variable], shape)


def _from_file(name: str, path: Path, shape: str) -> _Read:
    key = f"{name}_file"
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe would hold us up for ever
            return _unreadable(key, path, "not a file")
        with path.open("rb") as file:
            body = file.read(LARGEST + 1)
        text = body.decode("utf-8") if len(body) <= LARGEST else "\0"
    except UnicodeDecodeError:
        text = "\0"
    except OSError as error:
        return _unreadable(key, path, error.strerror or type(error).__name__)
    read = _checked(name, key, str(path), text, shape)
    if status.st_mode & stat.S_IRWXO:
        values = {"origin": str(path), "mode": stat.filemode(status.st_mode)}
        complaint = _Complaint(code="secret.file-mode", key=key, values=values)
        return _Read(secret=read.secret, complaints=(*read.complaints, complaint))
    return read


def _unreadable(key: str, path: Path, reason: str) -> _Read:
    values = {"origin": str(path), "reason": reason}
    return _Read(complaints=(_Complaint(code="secret.file-unreadable", key=key, values=values),))


def _checked(name: str, key: str, origin: str, text: str, shape: str) -> _Read:
    value = text.strip()
    if not value:
        return _Read(complaints=(_Complaint(code="secret.empty", key=key, values={"origin": origin}),))
    if shape in _READERS:
        return _hashed(key, origin, value, shape)
    # A token travels in a header: anything else than printable ASCII would break it there, far from its cause.
    if not value.isprintable() or (name == "token" and (" " in value or not value.isascii())):
        return _Read(complaints=(_Complaint(code="secret.malformed", key=key, values={"origin": origin}),))
    return _Read(secret=Secret(value))


_READERS: Mapping[str, Callable[[str], object]] = {"hash": read_hash, "operators": read_operators}


def _hashed(key: str, origin: str, value: str, shape: str) -> _Read:
    """Check what has to be hashes: a password that stands there itself would let nobody in, and lie open."""
    try:
        _READERS[shape](value)
    except ValueError:
        return _Read(complaints=(_Complaint(code=f"desk.{shape}", key=key, values={"origin": origin}),))
    return _Read(secret=Secret(value))
