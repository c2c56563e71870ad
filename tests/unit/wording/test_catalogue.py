"""Whose words a post gets, what is wrong with a folder of wording, and that the shipped wording is right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.remedies import REMEDIES
from bot.wording import TemplateError, check_wording, wording
from bot.wording.files import read_folder, shipped
from bot.wording.vocabulary import PHRASES, SPEAKS_FOR, TEXTS

ROOT = Path(__file__).parents[3]
WELL = 'news = """\n{title}\n\nEigen woorden: {text}\n{agency}{?mirror} ({mirror}){/mirror}\n{link}\n"""\n'


def said(folder: Path | None, kind: str = "news", language: str = "nl", account: str = "", source: str = "") -> str:
    """Fill in the template of a kind."""
    values = {"title": "T", "text": "x", "agency": "A", "link": "L", "headline": "H"}
    return wording(folder).text(kind, language, account=account, source=source).render(values)


def write(folder: Path, text: str, name: str = "nl.toml") -> Path:
    """Write a file of wording."""
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_shipped_wording_is_right_and_whole() -> None:
    """Both languages have every phrase and every kind of post, or another that speaks for it, without a mistake."""
    assert check_wording(shipped()) == ()
    book = read_folder(shipped()).book
    assert book.languages() == {"nl", "en"}
    for page in book.pages.values():
        assert set(page.phrases) == set(PHRASES)
        assert {kind for kind in TEXTS if kind not in page.texts} <= set(SPEAKS_FOR)


def test_own_words_come_first_and_the_rest_stays(tmp_path: Path) -> None:
    """A folder of one's own needs to hold only what is different; it also speaks for corrections."""
    write(tmp_path, WELL)
    assert "Eigen woorden" in said(tmp_path)
    assert "Eigen woorden" in said(tmp_path, "correction")
    assert "Eigen woorden" not in said(tmp_path, language="en")
    assert said(tmp_path, "alert") == said(None, "alert")


def test_source_before_account_before_all(tmp_path: Path) -> None:
    """Words for one source are stronger than words for one account, and both than words for all."""
    account = WELL.replace("Eigen", "Voor dit account: eigen")
    source = WELL.replace("Eigen", "Voor deze bron: eigen")
    write(tmp_path, f"{WELL}\n[account.politie]\n{account}\n[source.nieuws]\n{source}")
    assert "Eigen woorden" in said(tmp_path)
    assert "Voor dit account" in said(tmp_path, account="politie", source="anders")
    assert "Voor deze bron" in said(tmp_path, account="politie", source="nieuws")


def test_language_of_the_words_around_a_text(tmp_path: Path) -> None:
    """The text's own language where there are words in it, else the account's, else English."""
    assert wording(None).language("en", "nl") == "en"
    assert wording(None).language("fr", "nl") == "nl"
    assert wording(None).language("fr", "de") == "en"
    write(tmp_path, WELL, "fr.toml")
    assert wording(tmp_path).language("fr", "nl") == "fr"


def test_mended_file_counts_at_once(tmp_path: Path) -> None:
    """A template is read again when its file changed, so that nothing needs to be started anew."""
    write(tmp_path, WELL.replace("{title}", "{titel}"))
    with pytest.raises(TemplateError, match=r"nl\.toml:2: \{titel\}"):
        said(tmp_path)
    write(tmp_path, WELL + "# verbeterd\n")
    assert "Eigen woorden" in said(tmp_path)


def test_broken_template_holds_only_what_needs_it(tmp_path: Path) -> None:
    """A mistake in one template says nothing about others; a file that cannot be read as TOML says so for its language."""
    write(tmp_path, 'alert = "{nee}"\n' + WELL)
    assert "Eigen woorden" in said(tmp_path)
    with pytest.raises(TemplateError, match=r"nl\.toml:1"):
        said(tmp_path, "alert")
    write(tmp_path, 'news = """{title}\n')
    with pytest.raises(TemplateError, match=r"nl\.toml:1"):
        said(tmp_path, "digest")
    assert said(tmp_path, language="en")


MISTAKES: tuple[tuple[str, str, int | None], ...] = (
    ('news = """\n{title}\n{txt}\n{link}{mirror}\n"""', "wording.unknown-name", 3),
    ("news = '''\n{title} {link} {mirror}\n{?date}'''", "wording.not-closed", 3),
    ('\nnews = "{title {link}{mirror}"', "wording.brace", 2),
    ('nieuws = "{title}"', "wording.unknown-kind", 1),
    ('[phrases]\nspiegel = "x"', "wording.unknown-kind", 2),
    ('news = "{link}{mirror}"', "wording.says-nothing", 1),
    ('news = "{title}{mirror}"', "wording.no-link", 1),
    ('news = "{title}{link}"', "wording.no-mirror", 1),
    ('news = "Van @politie: {title}{link}{mirror}"', "wording.mention", 1),
    ("news = 3", "value.type", 1),
    ("[account]\npolitie = 3", "value.type", 2),
    ('[account.nergens]\nnews = "{title}{link}{mirror}"', "wording.unknown-scope", None),
    ("news = [", "toml.syntax", 1),
    ('news = "{title}{link}{mirror}{/title}"', "wording.not-open", 1),
    (f'news = "{"{?title}" * 9}{{title}}{{link}}{{mirror}}{"{/title}" * 9}"', "wording.too-deep", 1),
)
"""A mistake each: the file, the code that names it, and its line."""


def test_template_that_says_nothing_is_never_used(tmp_path: Path) -> None:
    """A template without title and text would post empty frames: it counts as broken; one without a link is only warned of."""
    write(tmp_path, 'news = ""')
    with pytest.raises(TemplateError, match=r"nl\.toml:1: news shows neither"):
        said(tmp_path)
    write(tmp_path, 'news = "{title}"')
    assert said(tmp_path) == "T"


@pytest.mark.parametrize(("text", "code", "line"), MISTAKES)
def test_check_names_file_line_and_code(tmp_path: Path, text: str, code: str, line: int | None) -> None:
    """``check`` says every mistake with the line it stands on, in both languages."""
    write(tmp_path, text)
    for language in ("nl", "en"):
        found = check_wording(tmp_path, language, accounts={"politie"}, sources={"nieuws"})
        assert [(one.code, one.line) for one in found] == [(code, line)]
        assert str(tmp_path / "nl.toml") == found[0].file
        assert found[0].remedy


def test_file_that_is_no_language_or_no_text(tmp_path: Path) -> None:
    """A file with another name, or another encoding, is named."""
    write(tmp_path, WELL, "nederlands.toml")
    (tmp_path / "en.toml").write_bytes(b'news = "\xff"\n')
    assert {one.code for one in check_wording(tmp_path)} == {"wording.language", "file.encoding"}


def test_every_code_of_wording_has_a_mistake() -> None:
    """No code is there without a mistake that gives it."""
    tried = {code for _, code, _ in MISTAKES} | {"wording.language"}
    assert {code for code in REMEDIES if code.startswith("wording.")} <= tried


def test_documentation_lists_every_name() -> None:
    """``docs/wording.md`` explains every kind, every phrase and every value, and none that is gone."""
    page = (ROOT / "docs" / "wording.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([^`{}]+)` \|", page, re.MULTILINE))
    assert documented == set(TEXTS) | set(PHRASES)
    values = set(re.findall(r"^\| `\{([^`{}]+)\}` \|", page, re.MULTILINE))
    assert values == frozenset().union(*TEXTS.values())
