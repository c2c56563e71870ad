"""Every mistake is named by its code, at its line, and a secret in the wrong place is never repeated."""

from __future__ import annotations

import json
import string
from pathlib import Path

import pytest

from bot.problems import Problem, as_json
from bot.remedies import REMEDIES
from bot.settings import load
from tests.unit.config.cases import CASES, Case
from tests.unit.config.conftest import BASE, Configure

FILES = {"config.missing", "file.unreadable", "file.encoding", "include.missing", "include.nothing", "key.twice"}
SECRETS = {
    "secret.missing",
    "secret.unset",
    "secret.empty",
    "secret.malformed",
    "secret.file-unreadable",
    "secret.file-mode",
    "desk.hash",
    "desk.operators",
}
ENVIRONMENT = {"env.unknown", "env.not-scalar"}
"""Codes of test_files.py, test_secrets.py and test_environment.py."""
ONLINE = {code for code in REMEDIES if code.startswith("online.")}
"""Codes of tests/unit/test_online.py."""
WORDING = {code for code in REMEDIES if code.startswith("wording.")}
"""Codes of tests/unit/wording/test_catalogue.py."""


def names(problems: tuple[Problem, ...]) -> set[str]:
    """Give the codes."""
    return {problem.code for problem in problems}


def test_the_configuration_without_problems_has_none(configure: Configure) -> None:
    """A correct configuration is not even warned about: a warning that is always there is read by nobody."""
    assert configure().problems == ()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}:{case.new.splitlines()[-1][:30]}")
def test_mistake_is_named_at_its_line(case: Case, configure: Configure) -> None:
    """Each kind of mistake gives its own code at the line to mend, and no false alarm beside it."""
    loaded = configure(case.text)
    found = [problem for problem in loaded.problems if problem.code == case.code]
    assert [(problem.line, problem.severity) for problem in found] == [(case.line, REMEDIES[case.code].severity)]
    assert names(loaded.problems) - {case.code} <= set(case.also)
    assert (loaded.settings is None) == any(problem.severity == "error" for problem in loaded.problems)


@pytest.mark.parametrize("case", [case for case in CASES if "hush-hush" in case.new], ids=lambda case: case.code)
def test_secret_in_the_wrong_place_is_not_repeated(case: Case, configure: Configure) -> None:
    """A token or password that someone pasted into the file appears in no message, remedy or JSON."""
    loaded = configure(case.text)
    assert loaded.problems
    assert "hush" not in json.dumps(as_json(loaded.problems)) + repr(loaded.problems) + str(loaded.problems[0])


def test_every_code_has_a_case() -> None:
    """No code is there without a mistake that gives it, and no mistake goes without a test."""
    assert {case.code for case in CASES} | FILES | SECRETS | ENVIRONMENT | ONLINE | WORDING == set(REMEDIES)


@pytest.mark.parametrize("code", REMEDIES)
def test_both_languages_say_the_same(code: str) -> None:
    """Dutch and English carry the same facts: a value in one language's words is in the other's too."""
    remedy = REMEDIES[code]
    fields = [
        {name for _, name, _, _ in string.Formatter().parse(" ".join(words)) if name}
        for words in (remedy.en, remedy.nl)
    ]
    assert fields[0] == fields[1]


def test_all_mistakes_are_named_at_once(configure: Configure) -> None:
    """Mistakes of every sort, syntax included, are all named in one go, in the order of the file."""
    text = (
        BASE.replace('operator = "redactie@voorbeeldstad.example"', "operator = 1")
        .replace('server = "https://mastodon.example"', 'server = "mastodon"')
        .replace('to = ["stad"]', 'to = ["dorp"]\nevery = 15m\nfirst_run = "x"\nfoo = 1')
    )
    problems = configure(text).problems
    assert [problem.code for problem in problems] == [
        "value.type",
        "url.invalid",
        "account.unknown",
        "toml.syntax",
        "value.type",
        "key.unknown",
    ]
    lines = [problem.line for problem in problems]
    assert lines == sorted(lines, key=lambda line: line or 0)


def test_line_that_cannot_be_read_excuses_what_misses_it(configure: Configure) -> None:
    """An address without quotes is one mistake, not two: nobody is told that the key is missing as well."""
    text = BASE.replace('url = "https://www.voorbeeldstad.example/nieuws/rss"', "url = https://x.example/rss")
    assert [problem.code for problem in configure(text).problems] == ["toml.syntax"]


def test_line_that_cannot_be_read_excuses_its_own_table_only(configure: Configure) -> None:
    """Beside a source whose address cannot be read, one that has none is still told so."""
    text = BASE.replace('url = "https://www.voorbeeldstad.example/nieuws/rss"', "url = https://x.example/rss")
    text += '[[source]]\nid = "b"\nagency = "voorbeeldstad"\nkind = "feed"\nto = ["stad"]\n'
    found = [(problem.code, problem.line) for problem in configure(text).problems]
    assert found == [("toml.syntax", 20), ("key.missing", 22)]


def test_lost_table_excuses_references_to_it(configure: Configure) -> None:
    """A source is not told that its account is unknown when the account's own header is what is wrong."""
    problems = configure(BASE.replace("[[account]]", "[[account]")).problems
    assert [problem.code for problem in problems] == ["toml.syntax"]


def test_text_that_never_ends_spares_other_tables(configure: Configure) -> None:
    """A long text that is not closed costs its own table; mistakes in the others are still named."""
    text = BASE.replace('language = "en"', 'language = """en').replace('kind = "feed"', 'kind = "fed"')
    problems = configure(text).problems
    assert [(problem.code, problem.line) for problem in problems] == [("toml.syntax", 3), ("source.kind-unknown", 19)]


def test_remedy_guesses_what_was_meant(configure: Configure) -> None:
    """A misspelt key, account or kind is answered with the name that was probably meant."""
    text = BASE.replace('to = ["stad"]', 'to = ["stat"]\nevry = "30m"').replace('kind = "feed"', 'kind = "fead"')
    remedies = {problem.code: problem.remedy for problem in configure(text).problems}
    assert '"stad"' in remedies["account.unknown"]
    assert '"feed"' in remedies["source.kind-unknown"]
    text = BASE.replace('to = ["stad"]', 'to = ["stad"]\nevry = "30m"')
    assert '"every"' in configure(text).problems[0].remedy


def test_twins_name_each_other(configure: Configure) -> None:
    """An id that is used twice, also across files, names the place of the first."""
    loaded = configure('include = ["more.toml"]\n' + BASE, more='[[account]]\nid = "stad"\nkind = "local"\n')
    (problem,) = loaded.problems
    assert (problem.code, Path(problem.file or "").name, problem.line) == ("id.twice", "more.toml", 2)
    assert "omroeper.toml:12" in problem.message


def test_problems_speak_the_language_of_the_installation(configure: Configure, tmp_path: Path) -> None:
    """Operators read Dutch where their installation is Dutch, and the environment's language where nothing is said."""
    wrong = BASE.replace('kind = "feed"', 'kind = "fed"')
    assert "There is no kind" in configure(wrong).problems[0].message
    assert "bestaat niet" in configure(wrong.replace('"en"', '"nl"')).problems[0].message
    assert "bestaat niet" in configure(wrong.replace('language = "en"\n', "")).problems[0].message
    missing = tmp_path / "nowhere.toml"
    assert "There is no" in load(missing, {}).problems[0].message
    assert "geen" in load(missing, {"LANG": "nl_NL.UTF-8"}).problems[0].message


def test_json_has_the_fields_of_the_contract(configure: Configure) -> None:
    """Programs that read ``check --json`` find exactly the promised fields, and null where there is no line."""
    (problem,) = as_json(configure(BASE + "enabled = false\n").problems)
    assert list(problem) == ["file", "line", "severity", "code", "message", "remedy"]
    assert problem["line"] is None
    assert problem["severity"] == "warning"


def test_run_needs_an_operator(configure: Configure) -> None:
    """``check`` only warns about a missing operator, ``run`` stops for it."""
    loaded = configure(BASE.replace('operator = "redactie@voorbeeldstad.example"', 'operator = ""'))
    assert loaded.settings
    assert [(problem.code, problem.severity) for problem in loaded.problems] == [("operator.missing", "warning")]
    assert [(problem.code, problem.severity) for problem in loaded.needed_for_run] == [("operator.missing", "error")]
    assert configure().needed_for_run == ()


def test_hostile_value_cannot_break_the_terminal(configure: Configure) -> None:
    """A wrong value is shown on one short line, and no name or value can command a terminal."""
    (problem,) = configure(BASE.replace('"https://mastodon.example"', '"\\u001b[2J\\n' + "x" * 500 + '"')).problems
    assert len(problem.message) < 200
    problems = [problem, *configure(BASE.replace('id = "nieuws"', 'id = "\\u001b[2J"\n"\\u001b]0;" = 1')).problems]
    assert len(problems) == 3
    assert all((one.message + one.remedy).isprintable() for one in problems)
