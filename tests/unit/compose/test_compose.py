"""What must hold for every post, whatever an item says: never too long, never without its link, never pinging anybody."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract import Alert, Area, Limits, Media, Text
from bot.compose import CannotCompose, Draft, Voice, compose, post_length
from bot.filters import ContentWarning, parse
from bot.model import Composed, Content
from bot.text import clean, entities, neutralise
from bot.wording import vocabulary, wording

WORDS = wording(None)
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LINK = "https://www.example.org/nieuws/1"
NEWS = Content(title="Brug dicht", text="De brug is dicht tot 12 uur.", url=LINK, language="nl", published=NOW)
VOICE = Voice(agency="Gemeente Voorbeeldstad", official=False)

# Every address ends in a space and a letter, so that counting by hand needs no knowledge of what a server cuts off.
PIECES = st.sampled_from(
    [
        "de brug is dicht. ",
        "Let op! ",
        "3 maart ",
        "art. 3 ",
        "€ 3 miljoen ",
        "https://www.example.org/een/lang/adres/met/veel/woorden?en=een&vraag=2#deel x ",
        "https://a.nl x ",
        "@politie ",
        "@politie@social.example ",
        "#WinGratis ",
        "e\u0301e\u0301n ",
        "👩‍👩‍👧 ",
        "🇳🇱🇧🇪 ",
        "中文句子。 ",
        "Ωmega ",
        "\n\n",
        "\n- ",
        "x" * 70 + " ",
        "&amp; <b> ",
    ]
)
TEXTS = st.lists(PIECES, max_size=60).map("".join).map(clean)
LIMITS = st.builds(
    Limits,
    max_characters=st.sampled_from([140, 200, 280, 500, 501, 1000, 5000]),
    url_length=st.sampled_from([23, None]),
)
VOICES = st.builds(
    Voice,
    agency=st.sampled_from(
        ["A", "Gemeente Voorbeeldstad", "Veiligheidsregio @Voorbeeldland #1 " + "en omstreken " * 4]
    ),
    official=st.booleans(),
    tags=st.sampled_from([(), ("Voorbeeldstad", "Verkeer")]),
    thread=st.sampled_from([0, 2, 5, 50]),
    allow_tags=st.booleans(),
    handles=st.sampled_from(["", "X"]),
)
ALERTS = st.sampled_from(
    [
        None,
        Alert(event="NL-Alert", sent=NOW, areas=(Area(name="Voorbeeldstad"),), expires=NOW + timedelta(hours=3)),
        Alert(message="cancel", areas=(Area(name="Voorbeeldland; Voorbeelddelta"),)),
        Alert(instruction=Text(value="Blijf <b>binnen</b>. " * 30, markup=True)),
    ]
)
DRAFTS = st.builds(
    lambda title, text, alert, notice, rung, link, kind: Draft(
        content=Content(title=" ".join(title.split()), text=text, url=link, language="nl", published=NOW, alert=alert),
        kind="alert" if alert else kind,
        notice=notice,
        rung=rung,
        created=NOW,
    ),
    TEXTS,
    TEXTS,
    ALERTS,
    st.sampled_from([None, "updated", "cancelled", "expired", "withdrawn"]),
    st.integers(0, 2),
    st.sampled_from([LINK, None]),
    st.sampled_from(["news", "digest"]),
)


def composed(draft: Draft, voice: Voice = VOICE, limits: Limits | None = None) -> Composed:
    """Compose with the shipped wording."""
    return compose(draft, voice, limits or Limits(), WORDS)


def counted_by_hand(text: str, spoiler: str, limits: Limits) -> int:
    """Count without the code under test: clusters, an address that stands free 23, a remote mention by its local part."""
    if limits.url_length is None:
        return len(spoiler + text)
    text = re.sub(r"(?<!\S)https?://[\w-]+(?:\.[\w-]+)*\.(?:org|nl)(?:[/?#]\S*)?(?!\S)", "x" * 23, text)
    return len(regex.findall(r"\X", spoiler + text))


@settings(max_examples=250)
@given(DRAFTS, VOICES, LIMITS)
def test_no_post_breaks_a_rule(draft: Draft, voice: Voice, limits: Limits) -> None:
    """Within the limit by another count, the link whole, nobody mentioned, no tag but ours, and the same words again."""
    try:
        post = composed(draft, voice, limits)
    except CannotCompose:
        said = re.search(r"\w", draft.content.title + draft.content.text)
        assert said is None or limits.max_characters < 300
        return
    for part in post.parts:
        assert counted_by_hand(part, post.spoiler_text, limits) <= limits.max_characters
        assert not [one for one in entities(part) if one.kind == "mention"]
        assert neutralise(part, allow_tags=True) == part
        assert part == part.strip()
        assert "\n\n\n" not in part
    if draft.content.url and draft.notice != "withdrawn":
        assert LINK in post.parts[0].split()
    tags = {one.value for part in post.parts for one in entities(part) if one.kind == "hashtag"}
    ours = set(voice.tags) if draft.rung == 0 else set[str]()
    assert tags <= ours | ({"WinGratis", "1"} if voice.allow_tags and draft.rung < 2 else set())
    assert composed(draft, voice, limits) == post


@settings(max_examples=60)
@given(TEXTS, st.sampled_from([200, 300, 500]))
def test_a_thread_loses_no_word(text: str, limit: int) -> None:
    """Parts are numbered in order, and together they say what the text says."""
    draft = Draft(content=replace(NEWS, title="Plan", text=text))
    post = composed(draft, replace(VOICE, thread=50), Limits(max_characters=limit))
    whole = composed(draft, VOICE, Limits(max_characters=100_000)).parts[0]
    if len(post.parts) == 1:
        return
    count = len(post.parts)
    told = ""
    for place, part in enumerate(post.parts, start=1):
        assert part.count(f"({place}/{count})") == 1
        told += part.replace(f" ({place}/{count})", "")
    assert sorted("".join(told.split())) == sorted("".join(whole.split()))


def test_what_happened_comes_first_and_the_link_last() -> None:
    """Title, text, who says it and that it is a mirror, link: in this order."""
    (text,) = composed(Draft(content=NEWS)).parts
    title, said, source = text.split("\n\n")
    assert (title, said) == ("Brug dicht", "De brug is dicht tot 12 uur.")
    assert source == f"Bron: Gemeente Voorbeeldstad (spiegel, geen officieel account)\n{LINK}"


def test_own_account_has_no_label() -> None:
    """An account that is the agency's own is no mirror, and does not say so."""
    (text,) = composed(Draft(content=NEWS), replace(VOICE, official=True)).parts
    assert "spiegel" not in text


@pytest.mark.parametrize(
    ("language", "expected"), [("nl", "nl"), ("en", "en"), ("", "fy"), ("de", "de"), ("pap", "pap")]
)
def test_language_is_always_set(language: str, expected: str) -> None:
    """The item's own language, else that of source or account; words around a foreign text are the account's."""
    post = composed(Draft(content=replace(NEWS, language=language)), replace(VOICE, language="fy"))
    assert post.language == expected


def test_content_warning_by_rule_but_never_on_an_alert() -> None:
    """The first pattern that finds its words warns; it counts against the limit; an alert is never hidden behind one."""
    voice = replace(
        VOICE,
        warnings=(
            ContentWarning(pattern=parse("vermist"), text="Vermist"),
            ContentWarning(pattern=parse("brug"), text="Verkeer"),
        ),
    )
    post = composed(Draft(content=replace(NEWS, text="Tekst. " * 200)), voice)
    assert (post.spoiler_text, post.sensitive) == ("Verkeer", True)
    assert 480 < post_length(post.parts[0], "Verkeer", Limits()) <= 500
    alert = composed(Draft(content=replace(NEWS, alert=Alert()), kind="alert"), voice)
    assert (alert.spoiler_text, alert.sensitive) == ("", False)


def test_ladder_of_fallbacks() -> None:
    """A refused text loses our tags first, then everything that could be a tag, and its pictures."""
    voice = replace(VOICE, tags=("Verkeer",), allow_tags=True, pictures=True)
    content = replace(NEWS, text="Zie #Brug.", media=(Media(url="https://a.example/1.jpg", alt="De brug"),))
    steps = [composed(Draft(content=content, rung=rung), voice) for rung in (0, 1, 2)]
    tags = [[one.value for one in entities(step.parts[0]) if one.kind == "hashtag"] for step in steps]
    assert tags == [["Brug", "Verkeer"], ["Brug"], []]
    assert [len(step.media) for step in steps] == [1, 1, 0]


def test_region_stands_in_the_first_characters_of_an_alert() -> None:
    """Whoever sees a notification sees where it is, even where the title names the place late or not at all."""
    for title in ("", "Zeer grote brand", "Brand " * 20 + "in Voorbeeldstad"):
        content = replace(NEWS, title=title, alert=Alert(event="NL-Alert", areas=(Area(name="Voorbeeldstad"),)))
        (text,) = composed(Draft(content=content, kind="alert")).parts
        assert "Voorbeeldstad" in text[:80]


def test_alert_is_never_cut() -> None:
    """What people must do comes first, and what does not fit follows in a thread, whatever the account's setting."""
    alert = Alert(areas=(Area(name="Voorbeeldstad"),), instruction=Text(value="Blijf binnen. Sluit de ramen."))
    content = replace(NEWS, text="Er is veel rook. " * 40, alert=alert)
    post = composed(Draft(content=content, kind="alert"))
    assert len(post.parts) > 1
    assert post.parts[0].split("\n\n")[1].startswith("Blijf binnen.")
    assert sum(part.count("Er is veel rook.") for part in post.parts) == 40
    assert "…" not in "".join(post.parts)


def test_alert_with_much_around_it_is_never_cut_either() -> None:
    """Where headline, times and label leave hardly any room, they give way, and what people must do is told whole."""
    sentence = "Ga weg van de dijk en blijf op een hoge plek tot de brandweer u ophaalt. "
    alert = Alert(
        event="Overstroming",
        sent=NOW - timedelta(days=1),
        expires=NOW + timedelta(hours=3),
        areas=(Area(name="Voorbeeldstad"),),
        instruction=Text(value=(sentence * 4).strip()),
    )
    title = "Overstroming van de rivier in Voorbeeldstad en in alle dorpen tussen de oude en de nieuwe dijk. " * 2
    content = replace(NEWS, title=title.strip(), text="Het water stijgt. " * 20, alert=alert)
    voice = replace(VOICE, agency="Veiligheidsregio Voorbeeldland en Voorbeelddelta", account_tags=("Alarm",))
    post = composed(Draft(content=content, kind="alert", created=NOW), voice)
    assert "…" not in "".join(post.parts)
    assert sum(part.count(sentence.strip()) for part in post.parts) == 4
    assert sum(part.count("Het water stijgt.") for part in post.parts) == 20


def test_place_of_an_alert_is_named_without_an_ellipsis() -> None:
    """A long name of an area is cut in the headline, and the headline reads on."""
    area = "Kustgebied tussen de oude haven van Voorbeeldstad en de nieuwe haven van Voorbeelddelta, tot de dijk"
    content = replace(NEWS, title="Hoog water", text="", alert=Alert(areas=(Area(name=area),)))
    (text,) = composed(Draft(content=content, kind="alert")).parts
    assert "…" not in text
    assert text.startswith("Waarschuwing: Kustgebied tussen de oude haven van Voorbeeldstad")


def test_alert_waits_for_no_picture() -> None:
    """What a preview shows is what goes out: an alert has no pictures, whatever its source shows."""
    media = (Media(url="https://a.example/1.jpg", alt="De brand"),)
    alert = replace(NEWS, media=media, alert=Alert())
    voice = replace(VOICE, pictures=True)
    assert composed(Draft(content=alert, kind="alert"), voice).media == ()
    assert composed(Draft(content=replace(alert, alert=None)), voice).media == media


def test_alert_seen_late_says_when_it_was_sent() -> None:
    """An alert that is first seen long after it was sent does not pretend to be new."""
    content = replace(NEWS, alert=Alert(sent=NOW))
    late = composed(Draft(content=content, kind="alert", created=NOW + timedelta(hours=1)))
    assert "Verzonden op maandag 23 november 2026 om 09.00 uur." in late.parts[0]
    soon = composed(Draft(content=content, kind="alert", created=NOW + timedelta(minutes=1)))
    assert "Verzonden" not in soon.parts[0]


@pytest.mark.parametrize(
    ("changed", "updated", "said"),
    [
        (timedelta(minutes=5), None, None),
        (timedelta(hours=2), None, "Bijgewerkt om 11.00 uur."),
        (timedelta(hours=2), timedelta(hours=1), "Bijgewerkt om 10.00 uur."),
        (timedelta(days=1), None, "Bijgewerkt op 24 november om 09.00 uur."),
        (timedelta(days=60), None, "Bijgewerkt op 22 januari 2027 om 09.00 uur."),
        (-timedelta(hours=1), None, None),
    ],
)
def test_a_correction_says_so(changed: timedelta, updated: timedelta | None, said: str | None) -> None:
    """A post whose words changed after people read them says when, on the local clock; a slip mended at once does not."""
    content = replace(NEWS, updated=NOW + updated if updated else None)
    (text,) = composed(Draft(content=content, created=NOW, sent=NOW, changed=NOW + changed)).parts
    assert (said in text) if said else ("Bijgewerkt" not in text)


def test_old_news_says_of_which_day_it_is() -> None:
    """A post that appears long after its announcement says of which day that is."""
    (text,) = composed(Draft(content=NEWS, created=NOW + timedelta(days=3))).parts
    assert "Bericht van 23 november." in text
    (text,) = composed(Draft(content=NEWS, created=NOW + timedelta(hours=20))).parts
    assert "Bericht van" not in text


def test_every_value_of_a_template_is_filled_in(tmp_path: Path) -> None:
    """Each name that a template may use has something to say, wherever there is something."""
    for kind, names in vocabulary.TEXTS.items():
        rows = "".join(f"{name}={{{name}}}\n" for name in sorted(names))
        (tmp_path / "nl.toml").write_text("".join(f'{one} = """\n{rows}"""\n' for one in (kind,)), encoding="utf-8")
        found = {name for part in _parts_of(kind, tmp_path) for name in names if f"{name}=" in part}
        assert names - found == set(), kind


def _parts_of(kind: str, folder: Path) -> tuple[str, ...]:
    """Compose something of a kind with as much in it as there can be."""
    alert = None
    if kind.startswith(("alert", "continuation")):
        alert = Alert(
            event="NL-Alert",
            message="cancel" if kind == "alert-end" else "update" if kind == "alert-update" else "alert",
            status="exercise" if kind == "alert-test" else "actual",
            areas=(Area(name="Voorbeeldstad"),),
            sent=NOW - timedelta(days=1),
            expires=NOW + timedelta(days=1),
        )
    content = replace(
        NEWS, text="De brug is dicht. " * (30 if kind == "continuation" else 60), categories=("Verkeer",), alert=alert
    )
    if kind == "digest":
        content = replace(content, text="\n\n".join(f"Besluit {n} over de Kade\n{LINK}{n}" for n in range(90)))
    notices = {"alert-superseded": "updated", "alert-over": "expired", "withdrawn": "withdrawn"}
    draft = Draft(
        content=content,
        kind="digest" if kind == "digest" else "alert" if alert else "news",
        notice=notices.get(kind),
        created=NOW + timedelta(days=3) if kind in {"news", "correction", "withdrawn"} else NOW,
        sent=NOW + timedelta(days=3),
        changed=NOW + timedelta(days=4),
    )
    voice = replace(VOICE, tags=("Brug",), thread=4)
    limits = Limits(max_characters=380 if kind == "continuation" else 700)
    return compose(draft, voice, limits, wording(folder)).parts


def test_nothing_to_say_is_held() -> None:
    """An item without title, text and address is not posted as an empty frame."""
    with pytest.raises(CannotCompose):
        composed(Draft(content=Content(language="nl")))


def test_link_that_leaves_no_room_is_held() -> None:
    """Where a server counts addresses in full and one fills the whole post, a person decides."""
    content = replace(NEWS, url=f"https://www.example.org/{'x' * 200}")
    with pytest.raises(CannotCompose):
        composed(Draft(content=content), limits=Limits(max_characters=150, url_length=None))
