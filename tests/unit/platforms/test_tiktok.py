"""TikTok: a login that lasts, and a title with the address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.contract import Document, SourceConfig
from adapters.errors import AuthFailed, Temporary
from adapters.http import HttpClient
from adapters.tiktok.source import TikTokOptions, TikTokSource
from tests.contract.rigs import Reply, Script
from tests.contract.stage import Stage
from tests.unit.platforms.conftest import TOKEN, Place, answered, by_path
from tests.unit.platforms.replies import body, tiktok_error, tiktok_login, tiktok_page, tiktok_video

LOGIN, LIST = "/v2/oauth/token/", "/v2/video/list/"
SECRETS = {"client_key": f"{TOKEN}-s", "client_secret": f"{TOKEN}-g", "refresh_token": f"{TOKEN}-jaar"}


@pytest.fixture
def account(stage: Stage, http: HttpClient) -> Place:
    """Give an account whose owner authorised us."""
    return Place("tiktok", stage, http, "{base}/@voorbeeldstad", lambda base: TikTokOptions(api=base), SECRETS)


def showing(*numbers: int, listing: Reply | None = None, **login: Any) -> Script:
    """Play an account with these videos."""
    page = answered(tiktok_page(*map(tiktok_video, numbers)))
    return by_path({LOGIN: answered(tiktok_login(**login)), LIST: listing or page})


async def test_one_login_serves_until_it_ends(account: Place) -> None:
    """A running program logs in once a day, not at every poll."""
    source = account.source()
    account.stage.play(showing(1))
    await source.fetch({})
    await source.fetch({})
    assert account.asked == [LOGIN, LIST, LIST]
    source._login = source._login.__class__(account="open-voorbeeldstad", token="oud", ends=datetime.now(UTC))
    await source.fetch({})
    assert account.asked[3:] == [LOGIN, LIST]


async def test_a_refused_token_is_not_kept(account: Place) -> None:
    """After a refusal the next fetch logs in anew, so that whoever mends it need not wait for the day to end."""
    source = account.source()
    account.stage.play(showing(listing=answered(tiktok_error("access_token_invalid"), 401)))
    with pytest.raises(AuthFailed):
        await source.fetch({})
    account.stage.play(showing(1))
    assert len((await source.fetch({})).items) == 1
    assert account.asked == [LOGIN, LIST]


async def test_a_login_that_is_refused_stops_the_source(account: Place) -> None:
    """Also where TikTok says so in an answer of 200; the answer is not quoted."""
    refused = {"error": "invalid_grant", "error_description": f"{TOKEN} is expired", "log_id": "1"}
    for status in (200, 400):
        with pytest.raises(AuthFailed) as caught:
            await account.fetch([answered(refused, status)])
        assert caught.value.code == "token.refused"
        assert TOKEN not in str(caught.value)


async def test_what_a_person_must_do_about_the_login_is_told(account: Place) -> None:
    """A login that ends within a week, and a refresh token that was replaced, are problems of every fetch."""
    soon = int(timedelta(days=5).total_seconds())
    problems = (await account.fetch(showing(1, refresh_expires_in=soon, refresh_token=f"{TOKEN}-nieuw"))).problems
    assert [problem.partition(":")[0] for problem in problems] == ["token.expires", "token.replaced"]
    assert TOKEN not in str(problems)


async def test_the_login_of_another_account_is_refused(account: Place) -> None:
    """The account that was there at first contact is the only one that is read, whoever logs in later."""
    await account.fetch(showing(1))
    with pytest.raises(AuthFailed) as caught:
        await account.fetch(showing(1, open_id="open-iemand-anders"))
    assert caught.value.code == "account.changed"


async def test_an_unknown_code_is_judged_by_its_status(account: Place) -> None:
    """Codes that nobody documented are no reason to guess."""
    with pytest.raises(Temporary):
        await account.fetch(showing(listing=answered(tiktok_error("iets_nieuws"), 503)))


def test_a_title_and_the_address_are_all() -> None:
    """No description, no picture: the first line without its row of tags, cut between words."""
    long = tiktok_video(
        2, title="", video_description="Wegens werkzaamheden is de brug over de Voorbeelde dicht " * 4 + "#brug"
    )
    short = tiktok_video(1, title="De brug is open\nmeer tekst", video_description="")
    tags = tiktok_video(3, title="#alleen #tags")
    document = Document(body=body(tiktok_page(tags, long, short)))
    third, second, first = TikTokSource.read(document, SourceConfig(id="proef", url="")).items
    assert [(item.content, item.summary, item.media) for item in (first, second, third)] == [(None, None, ())] * 3
    assert first.title
    assert first.title.value == "De brug is open"
    assert second.title
    assert second.title.value.startswith("Wegens werkzaamheden is de brug")
    assert second.title.value.endswith("Wegens werkzaamheden is…")
    assert third.title
    assert third.title.value == "#alleen #tags"
