"""A source of alerts that is out of reach is an alarm within five minutes, for while it is silent nobody is warned."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.collecting.host import Answer, Host
from tests.unit.collecting.town import HOUR, MINUTE, START, Town

CAP = (
    '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>vrv-1</identifier><sender>alarm@vrv.example</sender>'
    "<sent>2026-11-23T10:59:00+01:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>"
    "<info><language>nl</language><event>Brand</event><urgency>Immediate</urgency><severity>Severe</severity>"
    "<certainty>Observed</certainty>{expires}<headline>Brand in de haven</headline>"
    "<description>Sluit ramen en deuren.</description></info></alert>"
)


def cap(expires: str = "") -> Answer:
    """Give an alert in force."""
    inside = f"<expires>{expires}</expires>" if expires else ""
    return Answer(body=CAP.format(expires=inside).encode(), headers={"Content-Type": "application/cap+xml"})


def follow(town: Town, host: Host) -> None:
    """Follow a source of alerts, asked every minute."""
    host.says["/cap"] = cap()
    town.follow("alarm", f"{host.url}/cap", kind="cap")
    town.round()
    assert town.source("alarm").state == "ok"


def go_on(town: Town, until: timedelta) -> None:
    """Let time pass as a service does: whatever is due is asked when it is due."""
    end = town.moment + until
    while town.moment < end:
        wait = min(max(town.wait("alarm"), timedelta(seconds=1)), end - town.moment)
        town.round(after=wait)


@pytest.mark.parametrize("status", [500, 404, 403, 429])
def test_five_minutes_are_an_alarm(host: Host, town: Town, status: int) -> None:
    """A source of alerts that fails is asked again in time for an alarm five minutes after it was first out of reach; it ends by itself."""
    follow(town, host)
    host.says["/cap"] = Answer(status=status)
    go_on(town, MINUTE * 2)
    first = town.source("alarm").failing_since
    assert "alert.unreachable" not in town.attention()
    while "alert.unreachable" not in town.attention():
        go_on(town, town.wait("alarm"))
    assert timedelta(minutes=5) <= town.moment - first < timedelta(minutes=5, seconds=5)
    alarm = town.attention()["alert.unreachable"]
    assert alarm.grave
    assert f"since {first:%Y-%m-%d %H:%M} UTC" in alarm.message
    go_on(town, HOUR)
    assert [one.verdict for one in town.events("alert.unreachable")] == ["failing"]
    assert town.wait("alarm") <= timedelta(minutes=5.5)
    host.says["/cap"] = cap()
    go_on(town, 6 * MINUTE)
    assert town.attention() == {}
    assert [one.verdict for one in town.events("source.well")] == ["ok"]


def test_a_long_pause_that_the_host_asks_for_is_an_alarm_at_once(host: Host, town: Town) -> None:
    """A host of alerts that asks to be left alone for an hour is obeyed, and whoever is on duty hears at once that nothing can be seen."""
    follow(town, host)
    host.says["/cap"] = Answer(status=503, headers={"Retry-After": "3600"})
    town.round(after=2 * MINUTE)
    assert town.attention()["alert.unreachable"].grave
    assert town.wait("alarm") == HOUR


def test_a_short_pause_is_none(host: Host, town: Town) -> None:
    """Two minutes of rest are granted without a word."""
    follow(town, host)
    host.says["/cap"] = Answer(status=429, headers={"Retry-After": "120"})
    town.round(after=2 * MINUTE)
    assert {code: one.grave for code, one in town.attention().items()} == {"http.limited": False}
    assert town.wait("alarm") == 2 * MINUTE


def test_a_source_of_news_may_be_away_for_longer(host: Host, town: Town) -> None:
    """The same trouble with news is trouble, but not that alarm."""
    host.says["/rss"] = Answer(status=500)
    town.follow("nieuws", f"{host.url}/rss")
    town.rounds(until=2 * HOUR, step=timedelta(minutes=10))
    assert "alert.unreachable" not in town.attention()
    assert town.attention()["http.unavailable"].grave


def test_the_end_of_an_alert_is_said_once(host: Host, town: Town) -> None:
    """When its time is over the post of an alert says so, once, whether or not the source still shows it."""
    host.says["/cap"] = cap("2026-11-23T12:00:00+01:00")
    town.follow("alarm", f"{host.url}/cap", kind="cap")
    town.round()
    (post,) = town.posts()
    assert (post.state, post.seen) == ("sent", 1)
    go_on(town, timedelta(minutes=59))
    assert town.events("alert.expired") == []
    town.moment = START + HOUR + MINUTE
    town.round()
    town.round(after=MINUTE)
    (post,) = town.posts()
    assert (post.state, post.seen, post.operation) == ("sent", 2, "edit")
    assert len(town.events("alert.expired")) == 1
    go_on(town, 10 * MINUTE)
    assert len(town.events("alert.expired")) == 1


def test_an_alert_without_an_end_ends_by_itself(host: Host, town: Town) -> None:
    """An alert that names no end is taken to be over after the time for which alerts hold."""
    follow(town, host)
    host.says["/cap"] = Answer(status=304)
    town.rounds(until=timedelta(hours=23), step=timedelta(hours=6))
    expired = {one.detail["ended"] for one in town.events("alert.expired")}
    town.rounds(until=timedelta(days=3), step=timedelta(hours=12))
    expired = {one.detail["ended"] for one in town.events("alert.expired")}
    assert len(expired) == 1
