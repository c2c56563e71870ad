"""Which account gets what, and what adapters and shipped files add to settings."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.settings import Loaded
from bot.settings.models import SourceSettings
from tests.unit.config.cases import ALLOWED, FORBIDDEN
from tests.unit.config.conftest import BASE, Configure

FAMILY = """
[[agency]]
id = "wijk"
name = "Wijk Noord"
domains = ["voorbeeldstad.example"]
parent = "voorbeeldstad"

[[source]]
id = "wijk-nieuws"
agency = "wijk"
kind = "feed"
url = "https://www.voorbeeldstad.example/wijk"
status = "confirmed"

[[source]]
id = "wijk-agenda"
agency = "wijk"
kind = "feed"
url = "https://www.voorbeeldstad.example/agenda"
status = "unconfirmed"
enabled = false
"""


def sources(loaded: Loaded) -> dict[str, SourceSettings]:
    """Give the sources by id."""
    assert loaded.settings, loaded.problems
    return dict(loaded.settings.sources())


def taking(*words: str) -> str:
    """Give a configuration whose account takes something."""
    takes = ", ".join(f'"{word}"' for word in words)
    return BASE.replace('token_env = "STAD"', f'token_env = "STAD"\ntakes = [{takes}]') + FAMILY


@pytest.mark.parametrize(
    ("word", "taken"),
    [
        ("wijk-nieuws", {"wijk-nieuws"}),
        ("wijk", {"wijk-nieuws", "wijk-agenda"}),
        ("voorbeeldstad", {"wijk-nieuws", "wijk-agenda"}),
        ("*-nieuws", {"wijk-nieuws"}),
        ("*", {"wijk-nieuws", "wijk-agenda"}),
    ],
)
def test_an_account_takes_by_source_agency_and_family(configure: Configure, word: str, taken: set[str]) -> None:
    """A word is the id of a source, its agency, or one above; what a source says itself stays."""
    loaded = configure(taking(word))
    assert {name for name, source in sources(loaded).items() if source.to and name != "nieuws"} == taken
    assert sources(loaded)["nieuws"].to == ("stad",)
    assert loaded.problems == ()


def test_nothing_is_switched_on_by_being_taken(configure: Configure) -> None:
    """A source that is switched off stays off, also where an account takes it."""
    found = sources(configure(taking("wijk")))
    assert (found["wijk-nieuws"].enabled, found["wijk-agenda"].enabled) == (True, False)


def test_an_offer_that_nobody_takes_is_off(configure: Configure) -> None:
    """A shipped source that no account takes is not read, and nobody is warned about each."""
    loaded = configure(taking("nieuws"))
    assert not sources(loaded)["wijk-nieuws"].enabled
    assert loaded.problems == ()


def test_a_source_of_ones_own_that_goes_nowhere_is_named(configure: Configure) -> None:
    """A source without status is no offer: that it goes nowhere is a mistake worth a warning."""
    loaded = configure(taking("wijk").replace('status = "confirmed"\n', "").replace('"wijk"]', '"wijk-agenda"]'))
    assert [problem.code for problem in loaded.problems] == ["source.nowhere"]


def test_several_accounts_may_take_the_same(configure: Configure) -> None:
    """Accounts add up, each once, in the order of the file, behind those that the source names."""
    text = taking("*") + '\n[[account]]\nid = "proef"\nkind = "local"\ntakes = ["nieuws", "voorbeeldstad"]\n'
    found = sources(configure(text))
    assert found["nieuws"].to == ("stad", "proef")
    assert found["wijk-nieuws"].to == ("stad", "proef")


def test_thousands_of_sources_are_taken_quickly(configure: Configure) -> None:
    """An installation with ten accounts and two thousand sources starts without delay."""
    from time import perf_counter

    many = "".join(
        f'[[source]]\nid = "s-{n}"\nagency = "wijk"\nkind = "feed"\nurl = "https://www.voorbeeldstad.example/{n}"\n'
        for n in range(2000)
    )
    accounts = "".join(f'[[account]]\nid = "a-{n}"\nkind = "local"\ntakes = ["s-*{n}"]\n' for n in range(10))
    started = perf_counter()
    found = sources(configure(taking("wijk") + accounts + many))
    assert found["s-1234"].to == ("stad", "a-4")
    assert perf_counter() - started < 10


def test_a_kind_sets_defaults(configure: Configure) -> None:
    """A kind of which there is much is gathered daily and read rarely, unless the operator says otherwise."""
    text = BASE.replace('kind = "feed"', 'kind = "notices"')
    one = sources(configure(text))["nieuws"]
    assert (one.digest, one.every) == ("daily", timedelta(hours=6))
    other = sources(configure(f'{text}digest = "none"\nevery = "1h"\n'))["nieuws"]
    assert (other.digest, other.every) == ("none", timedelta(hours=1))


@pytest.mark.parametrize(("written", "read"), [("true", "feed"), ("false", "none"), ('"page"', "page")])
def test_media_may_be_true_or_false(configure: Configure, written: str, read: str) -> None:
    """What people write first works: true is the feed, false is nowhere."""
    assert sources(configure(f'{BASE}media = {written}\nlicence = "cc0"\n'))["nieuws"].media == read


def test_pictures_without_licence_are_a_warning(configure: Configure) -> None:
    """An operator who wants pictures gets them, and is told what is missing."""
    loaded = configure(f"{BASE}media = true\n")
    assert [(problem.code, problem.severity) for problem in loaded.problems] == [("source.media-licence", "warning")]
    assert sources(loaded)["nieuws"].media == "feed"


def test_people_are_no_surprise_where_it_is_said(configure: Configure) -> None:
    """An address that shows people is all right where personal says so, and where the source is off."""
    text = BASE.replace('kind = "feed"', 'kind = "notices"').replace("/nieuws/rss", "/gezocht")
    assert [problem.code for problem in configure(text).problems] == ["source.people"]
    assert configure(f"{text}personal = true\n").problems == ()


def test_own_policy_goes_before_the_shipped_one(configure: Configure) -> None:
    """A line of one's own overrules the shipped one for everybody; a body's own line overrules that."""
    tiktok = BASE.replace('kind = "feed"', 'kind = "tiktok"')
    assert [problem.code for problem in configure(tiktok).problems] == ["policy.violation"]
    assert configure(f"{tiktok}[[policy]]\ntiktok = {ALLOWED}\n").problems == ()
    assert configure(f'{tiktok}[[policy]]\nagency = "voorbeeldstad"\ntiktok = {ALLOWED}\n').problems == ()
    text = f'{tiktok}[[policy]]\ntiktok = {ALLOWED}\n[[policy]]\nagency = "voorbeeldstad"\ntiktok = {FORBIDDEN}\n'
    assert [problem.code for problem in configure(text).problems] == ["policy.violation"]


def test_a_violation_names_the_line(configure: Configure) -> None:
    """Whoever is stopped by the policy is told by which line of which file, and why."""
    (problem,) = configure(BASE.replace('kind = "feed"', 'kind = "tiktok"')).problems
    assert "platforms.toml:" in problem.message
    assert "AIVD" in problem.message


def test_a_review_date_passes(configure: Configure, tmp_path: object) -> None:
    """On the day itself a line still holds; the day after ``check`` warns."""
    from pathlib import Path

    from bot.settings import load

    configure(f"{BASE}[[policy]]\nx = {ALLOWED.replace('2099-01-01', '2026-11-23')}\n")
    main = Path(str(tmp_path)) / "omroeper.toml"
    before, after = (load(main, {}, today=date(2026, 11, day)) for day in (23, 24))
    assert [problem.code for problem in before.problems] == []
    assert [problem.code for problem in after.problems] == ["policy.review"]


def test_shipped_files_are_included_by_name(configure: Configure) -> None:
    """``shipped:`` finds the files of the program wherever it is installed; a wrong name is a mistake."""
    loaded = configure('include = ["shipped:geen.toml"]\n' + BASE)
    assert [problem.code for problem in loaded.problems] == ["include.missing"]
