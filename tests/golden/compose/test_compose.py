"""What is announced, and the exact posts that it becomes: both languages, mirror and own account, three servers.

``NAME.json`` is what is said, ``NAME.posts.txt`` every post of it. After a wanted change,
``python -m tests.golden.compose.test_compose`` writes the posts anew; read the difference before you keep it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from adapters.contract import Limits
from bot.compose import CannotCompose, Draft, Voice, compose, post_length
from bot.filters import ContentWarning, parse
from bot.model import Composed, Content
from bot.policy import Line, Policy
from bot.wording import wording

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("*.json"))
SERVERS = {
    "mastodon 500": Limits(family="mastodon"),
    "gotosocial 5000": Limits(family="gotosocial", max_characters=5000, url_length=None),
    "takahe 500": Limits(family="takahe", url_length=None),
    "small 100": Limits(family="mastodon", max_characters=100),
}
CONTENT = TypeAdapter(Content)


def draft(case: dict[str, Any], language: str) -> Draft:
    """Read what is said in one language."""
    said = case.get("draft", {})
    content = CONTENT.validate_python({**case["content"][language], "language": language})
    return Draft(
        content=content,
        kind=said.get("kind") or ("alert" if content.alert else "news"),
        notice=said.get("notice"),
        created=moment(said, "created"),
        sent=moment(said, "sent"),
        changed=moment(said, "changed"),
    )


def moment(said: dict[str, str], name: str) -> datetime | None:
    """Read a time, where one is said."""
    return datetime.fromisoformat(said[name]) if name in said else None


def voice(case: dict[str, Any], *, official: bool) -> Voice:
    """Read in whose voice it is said."""
    said = dict(case.get("voice", {}))
    warnings = tuple(ContentWarning(pattern=parse(one), text=text) for one, text in said.pop("warnings", {}).items())
    for name in ("tags", "account_tags"):
        said[name] = tuple(said.get(name, ()))
    said["refused"] = frozenset(said.get("refused", ()))
    lines = tuple(line(platform, stance) for platform, stance in case.get("policy", {}).items())
    policy = Policy(lines=lines)
    return Voice(agency="Gemeente Voorbeeldstad", official=official, warnings=warnings, policy=policy, **said)


def line(platform: str, stance: str) -> Line:
    """Write a line of the policy."""
    day = date(2026, 11, 23)
    return Line(
        platform=platform,
        stance="forbidden" if stance == "forbidden" else "own",
        walled=stance == "walled",
        reason="proef",
        owner="proef",
        date=day,
        review=day,
    )


def posts(path: Path) -> Iterator[tuple[str, Limits, Composed | None]]:
    """Compose a case in every way: its name, the server, and what came of it."""
    case = json.loads(path.read_text(encoding="utf-8"))
    words = wording(None)
    for language in case["content"]:
        for server, limits in SERVERS.items():
            for official in (False, True):
                if official and server != "mastodon 500":
                    continue
                name = f"{language}, {'own account' if official else 'mirror'}, {server}"
                try:
                    composed = compose(draft(case, language), voice(case, official=official), limits, words)
                except CannotCompose:
                    composed = None
                yield name, limits, composed


def shown(path: Path) -> str:
    """Write every post of a case down, for people to read."""
    sheets = []
    for name, limits, composed in posts(path):
        if composed is None:
            sheets.append(f"=== {name}: held, for nothing fits\n")
            continue
        warning = f", warning: {composed.spoiler_text}" if composed.spoiler_text else ""
        for place, part in enumerate(composed.parts, start=1):
            number = f", part {place} of {len(composed.parts)}" if len(composed.parts) > 1 else ""
            length = post_length(part, composed.spoiler_text, limits)
            sheets.append(f"=== {name}{number}: {length}{warning}\n{part}\n")
        sheets += [f"[{one.alt}] {one.url}\n" for one in composed.media]
    return "\n".join(sheets)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_post_is_worded_as_agreed(path: Path) -> None:
    """Every word of every post stays as it was agreed, part by part, with its length."""
    assert shown(path) == path.with_suffix(".posts.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_an_agreed_post_keeps_the_rules(path: Path) -> None:
    """No agreed post is too long, has no language, or lost its link; a digest has a link for every entry it shows."""
    for _name, limits, composed in posts(path):
        if composed is None:
            continue
        assert composed.language
        assert all(post_length(part, composed.spoiler_text, limits) <= limits.max_characters for part in composed.parts)
        if composed.link and "withdrawn" not in path.stem:
            assert composed.link in composed.parts[0].split()


def test_the_review_shows_posts_as_they_come_out() -> None:
    """Every example of ``docs/wording-review.md`` is, post by post, one of the agreed ones."""
    page = (HERE.parents[2] / "docs" / "wording-review.md").read_text(encoding="utf-8")
    sheets = [
        re.split(r"^===.*\n", path.with_suffix(".posts.txt").read_text("utf-8"), flags=re.MULTILINE) for path in CASES
    ]
    agreed = ["\n\n".join(part.strip("\n") for part in case) for case in sheets]
    examples = re.findall(r"^```text\n(.*?)\n```$", page, re.MULTILINE | re.DOTALL)
    assert len(examples) > 15
    assert [one for one in examples if not any(one in case for case in agreed)] == []


if __name__ == "__main__":
    for one in CASES:
        one.with_suffix(".posts.txt").write_text(shown(one), encoding="utf-8")
