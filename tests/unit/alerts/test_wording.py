"""What a post about an alert says beside the alert's own words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.contract import Alert, Area
from bot.alerts import (
    Notice,
    is_ended,
    is_extreme,
    is_stale,
    is_told,
    prefix,
    region,
    sent_line,
    standing_line,
    until_line,
)

SENT = datetime(2026, 11, 23, 13, 3, tzinfo=UTC)
NL = Alert(event="NL-Alert", sent=SENT)
CAP = Alert(event="Orange wind warning", sent=SENT)


@pytest.mark.parametrize(
    ("alert", "notice", "dutch", "english"),
    [
        (NL, None, "NL-Alert", "NL-Alert"),
        (replace(NL, message="update"), None, "Update: NL-Alert", "Update: NL-Alert"),
        (replace(NL, message="cancel"), None, "NL-Alert beëindigd", "NL-Alert has ended"),
        (replace(NL, ended=SENT), None, "NL-Alert beëindigd", "NL-Alert has ended"),
        (replace(NL, status="test"), None, "TEST – NL-Alert", "TEST – NL-Alert"),
        (
            replace(NL, status="exercise", message="cancel"),
            None,
            "OEFENING – NL-Alert beëindigd",
            "EXERCISE – NL-Alert has ended",
        ),
        (NL, "updated", "NL-Alert: er is een nieuwer bericht", "NL-Alert: there is a newer message"),
        (NL, "cancelled", "NL-Alert beëindigd", "NL-Alert has ended"),
        (NL, "expired", "NL-Alert geldt niet meer", "NL-Alert is no longer in force"),
        (NL, "withdrawn", "NL-Alert ingetrokken", "NL-Alert withdrawn"),
        (CAP, None, "Waarschuwing", "Warning"),
        (replace(CAP, message="cancel"), None, "Waarschuwing beëindigd", "Warning has ended"),
        (
            replace(CAP, message="error"),
            None,
            "Waarschuwing: fout in een eerder bericht",
            "Warning: error in an earlier message",
        ),
        (Alert(event="AMBER Alert", message="cancel"), None, "AMBER Alert beëindigd", "AMBER Alert has ended"),
    ],
)
def test_the_label_says_what_it_is(alert: Alert, notice: Notice | None, dutch: str, english: str) -> None:
    """Alert, update, end, test and what has become of a post are told apart in the first words, in both languages."""
    assert (prefix(alert, notice, "nl"), prefix(alert, notice, "en")) == (dutch, english)
    assert prefix(alert, notice, "fr") == english
    assert prefix(alert, notice, "nl-NL") == dutch


@pytest.mark.parametrize(
    ("names", "dutch", "english"),
    [
        ((), "", ""),
        (("Voorbeeldstad",), "Voorbeeldstad", "Voorbeeldstad"),
        (("Noord", "Zuid", "Noord", " "), "Noord, Zuid", "Noord, Zuid"),
        (("A", "B", "C", "D"), "A, B, C en nog 1 gebied", "A, B, C and 1 more area"),
        (("A; B;  C\n c", "D", "E"), "A, B, C c en nog 2 gebieden", "A, B, C c and 2 more areas"),
    ],
)
def test_a_region_is_told_in_a_few_names(names: tuple[str, ...], dutch: str, english: str) -> None:
    """Areas are named once, lists in one name are taken apart, and the rest is counted."""
    alert = Alert(areas=tuple(Area(name=name) for name in names))
    assert (region(alert, "nl"), region(alert, "en")) == (dutch, english)


def test_times_are_dutch_and_in_words() -> None:
    """When it was sent and until when it holds are told as people in the Netherlands read clocks, summer time included."""
    assert sent_line(NL, "nl") == "Verzonden op maandag 23 november 2026 om 14.03 uur."
    assert sent_line(NL, "en") == "Sent on Monday 23 November 2026 at 14:03, Dutch time."
    summer = replace(NL, expires=datetime(2026, 7, 1, 22, 5, tzinfo=UTC))
    assert until_line(summer, "nl") == "Geldt tot donderdag 2 juli, 00.05 uur."
    assert until_line(summer, "en") == "In force until Thursday 2 July, 00:05, Dutch time."
    assert sent_line(Alert(), "nl") == until_line(Alert(), "en") == ""


def test_an_alert_that_is_first_seen_late_is_stale() -> None:
    """Fifteen minutes are what polling and a short outage explain; what says no time is not late."""
    assert not is_stale(NL, SENT + timedelta(minutes=15))
    assert is_stale(NL, SENT + timedelta(minutes=15, seconds=1))
    assert not is_stale(Alert(), SENT)


@pytest.mark.parametrize(
    ("urgency", "severity", "certainty", "extreme"),
    [
        ("immediate", "extreme", "observed", True),
        ("expected", "severe", "likely", True),
        ("future", "extreme", "observed", False),
        ("immediate", "moderate", "observed", False),
        ("immediate", "extreme", "possible", False),
        ("unknown", "unknown", "unknown", False),
    ],
)
def test_the_priority_lane_is_for_few(urgency: str, severity: str, certainty: str, extreme: bool) -> None:
    """Soon, grave and likely, all three, make an alert that overtakes everything."""
    assert is_extreme(Alert(urgency=urgency, severity=severity, certainty=certainty)) == extreme


def test_only_what_is_meant_for_everybody_is_told() -> None:
    """Tests, exercises, drafts, closed circles, acknowledgements and errors are never told as real."""
    assert is_told(NL)
    assert is_told(replace(NL, message="cancel"))
    others = (
        replace(NL, status="test"),
        replace(NL, status="exercise"),
        replace(NL, status="system"),
        replace(NL, status="draft"),
        replace(NL, scope="restricted"),
        replace(NL, scope="private"),
        replace(NL, message="ack"),
        replace(NL, message="error"),
    )
    assert not any(map(is_told, others))


def test_an_end_is_an_end_however_it_is_told() -> None:
    """A cancel ends, and so does an end that the service marked."""
    assert [is_ended(one) for one in (NL, replace(NL, message="cancel"), replace(NL, ended=SENT))] == [
        False,
        True,
        True,
    ]


def test_every_post_says_that_it_is_a_copy() -> None:
    """The standing line names the official channel of each service, or the agency, in both languages."""
    assert standing_line(NL, "Rijksoverheid", "nl") == (
        "Dit is een kopie, niet NL-Alert zelf. Officieel: NL-Alert op uw telefoon, nl-alert.nl, crisis.nl en de rampenzender."
    )
    assert "not NL-Alert itself" in standing_line(NL, "Rijksoverheid", "en")
    amber = Alert(event="AMBER Alert")
    assert (
        standing_line(amber, "Politie", "nl")
        == "Dit is een kopie, niet de AMBER Alert zelf. Officieel: Burgernet en politie.nl."
    )
    assert standing_line(CAP, "Weerdienst Voorbeeldland", "nl") == (
        "Dit is een kopie. Officieel: Weerdienst Voorbeeldland. Bij gevaar: luister naar de rampenzender."
    )
    assert all(len(standing_line(one, "X", language)) < 150 for one in (NL, CAP, amber) for language in ("nl", "en"))
