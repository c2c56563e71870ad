"""How the server families differ, as data: everything that is not here is the same for all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One family's habits.

    ``invalid`` is the status of a broken rule; ``counts`` is how it measures a text (``mastodon``: grapheme clusters,
    addresses for ``url_length``; ``code-points``: everything in full, whatever it advertises); ``pages`` says whether
    error pages of 404 and 500 are HTML, ``slashes`` whether an address may end in one; ``headers`` is the spelling of the rate headers, None where it sends none.
    """

    name: str
    version: str
    source_url: str
    ids: Literal["snowflake", "ulid"] = "snowflake"
    max_characters: int = 500
    url_length: int = 23
    max_media: int = 4
    alt_length: int | None = 10_000
    api_version: int | None = None
    invalid: int = 422
    counts: Literal["mastodon", "code-points"] = "mastodon"
    honours_keys: bool = True
    since_id: bool = True
    shows_source: bool = False
    keeps_language: bool = True
    has_history: bool = True
    names_application: bool = True
    edits_may_be_empty: bool = False
    checks_parent: bool = True
    pages: bool = False
    plain_bad_token: bool = False
    headers: str | None = "X-RateLimit-"
    break_tag: str = "<br />"
    wraps_boosts: bool = True
    slashes: bool = True
    processes_video_later: bool = True
    profile: dict[str, int] = field(default_factory=dict)


MASTODON = Dialect(
    name="mastodon",
    version="4.6.4",
    source_url="https://github.com/mastodon/mastodon",
    api_version=10,
    profile={
        "max_display_name_length": 40,
        "max_note_length": 500,
        "max_profile_fields": 4,
        "profile_field_name_limit": 255,
        "profile_field_value_limit": 255,
        "max_avatar_description_length": 150,
    },
)

GOTOSOCIAL = Dialect(
    name="gotosocial",
    version="0.20.0 1e4f6e5",
    source_url="https://codeberg.org/superseriousbusiness/gotosocial",
    ids="ulid",
    max_characters=5000,
    url_length=25,
    max_media=6,
    alt_length=1500,
    invalid=400,
    counts="code-points",
    honours_keys=False,
    since_id=False,
    shows_source=True,
    headers="X-Ratelimit-",
    break_tag="<br>",
    processes_video_later=False,
)

TAKAHE = Dialect(
    name="takahe",
    version="takahe/0.11.0",
    source_url="https://github.com/jointakahe/takahe",
    alt_length=None,
    invalid=400,
    counts="code-points",
    honours_keys=False,
    keeps_language=False,
    has_history=False,
    names_application=False,
    edits_may_be_empty=True,
    checks_parent=False,
    pages=True,
    plain_bad_token=True,
    headers=None,
    break_tag="<br>",
    wraps_boosts=False,
    slashes=False,
    processes_video_later=False,
)

DIALECTS = {dialect.name: dialect for dialect in (MASTODON, GOTOSOCIAL, TAKAHE)}
