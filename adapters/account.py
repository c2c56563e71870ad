"""Whose account a source reads: the id that the platform registered it under, not a handle that can be sold on."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from adapters.errors import AuthFailed, Permanent

_OPTED_OUT = frozenset({"#nobot", "#nobots", "#nobridge", "#noindex"})
"""What account holders write about themselves to be left alone by programs (a custom on the fediverse, and of bridges)."""


def name_in(url: str) -> str:
    """Give the name that ends the address of an account: ``stad`` in ``https://x.com/stad``. Raises ``Permanent``."""
    try:
        parts = [unquote(part) for part in urlsplit(url).path.split("/") if part]
    except ValueError:
        parts = []
    name = parts[-1].removeprefix("@") if parts else ""
    if not name or not name.isprintable() or set(name) & set("/?#& "):
        raise Permanent(
            f"{url[:300]} is not the address of an account.",
            code="account.no-name",
            remedy="Write the address of the account's own page.",
        )
    return name


def origin_of(url: str) -> str:
    """Give scheme and host of an address: ``https://social.example``."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def changed(url: str, pinned: str, found: str) -> AuthFailed:
    """Give the error for an account that is not the one that was registered here."""
    return AuthFailed(
        f"{url[:300]} now belongs to account {found[:100]}; this source was registered with {pinned[:100]}.",
        code="account.changed",
        remedy="Ask the body whether that is meant. If it is, set `account` to the new id; if not, retire the source.",
    )


def opted_out(url: str, why: str) -> Permanent:
    """Give the error for an account that asks programs to leave it alone."""
    return Permanent(
        f"{url[:300]} asks not to be copied or indexed ({why}), and is left alone.",
        code="account.opted-out",
        remedy="Ask the body; `own = true` says that the account is yours.",
    )


def asks_to_be_left_alone(text: str) -> str | None:
    """Give the tag in an account's description by which it opts out, None where there is none."""
    found = {word.strip(".,;:!()").lower() for word in text.split()}
    return min(_OPTED_OUT & found, default=None)
