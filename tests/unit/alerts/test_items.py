"""Messages as items: one per language and event, and the references that tie them to earlier ones."""

from __future__ import annotations

from adapters.contract import Item, Text
from tests.unit.alerts.documents import SENDER, SENT, alert, codes, ids, info, of, only, read, stem, together

NL, EN = info("nl"), info("en", "Fire", headline="Fire in the port")


def references(item: Item) -> list[str]:
    """Give what an item is about."""
    return list(of(item).references)


def test_each_language_is_an_item_of_its_own() -> None:
    """Siblings have ids, digests and titles of their own, and a group that ties them together."""
    dutch, english = read(alert(NL, EN)).items
    assert (dutch.native_id, english.native_id) == (f"{stem()},nl", f"{stem()},en")
    assert (dutch.language, english.language) == ("nl", "en")
    assert dutch.group == english.group == stem()
    assert dutch.digest != english.digest


def test_siblings_share_a_page_where_only_one_names_it() -> None:
    """A page in the other language is still the agency's own page about this; the address of the document is the last resort."""
    dutch, english = read(
        alert(info("nl", inside="<web>https://vrv.example/brand</web>"), EN), url="https://a.example/1"
    ).items
    assert dutch.url == english.url == "https://vrv.example/brand"
    assert read(alert(NL), url="https://a.example/1").items[0].url == "https://a.example/1"
    assert [item.url for item in read(together(alert(NL), alert(NL, number=2)), url="https://a.example/1").items] == [
        None,
        None,
    ]


def test_a_change_in_one_language_is_none_in_the_other() -> None:
    """A digest tells one item: what is corrected in English leaves the Dutch item unchanged."""
    before, after = read(alert(NL, EN)).items, read(alert(NL, EN.replace("port", "harbour"))).items
    assert [one.digest == other.digest for one, other in zip(before, after, strict=True)] == [True, False]


def test_blocks_of_one_event_are_one_item() -> None:
    """Blocks for other areas are one warning: the gravest counts, hours and areas are gathered, each text is told once."""
    block = (
        "<severity>{}</severity><expires>2026-11-23T{}:00:00+01:00</expires><onset>2026-11-23T0{}:00:00+01:00</onset>"
        "<description>{}</description><area><areaDesc>{}</areaDesc></area>"
    )
    item = only(
        alert(
            info(inside=block.format("Moderate", 12, 9, "Rook.", "Noord")),
            info(inside=block.format("Severe", 18, 8, "Rook.", "Zuid"), headline="Ook in het zuiden"),
            info(inside=block.format("Minor", 10, 7, "Rook.", "Noord")),
        )
    )
    found = of(item)
    assert (item.native_id, found.severity) == (stem(), "severe")
    assert (found.onset and found.onset.hour, found.expires and found.expires.hour) == (6, 17)
    assert [area.name for area in found.areas] == ["Noord", "Zuid"]
    assert item.summary == Text(value="Rook.\n\nOok in het zuiden\nRook.")


def test_texts_of_two_kinds_are_joined_as_markup() -> None:
    """Where one block has HTML and another has not, the plain one is escaped and no line is lost."""
    blocks = (
        info(inside="<description>Rook &lt;br&gt; hier</description>"),
        info(inside="<description>Wind &lt; 3\nwest</description>"),
    )
    assert only(alert(*blocks)).summary == Text(value="<p>Rook <br> hier</p><p>Wind &lt; 3<br>west</p>", markup=True)


def test_events_of_one_language_are_items_of_their_own() -> None:
    """A message that warns of two things is told twice, and siblings across languages are found by their place."""
    batch = read(alert(info("nl", "Storm"), info("nl", "Regen"), info("en", "Gale"), info("en", "Rain")))
    assert ids(batch) == [f"{stem()},{one}" for one in ("nl,Storm", "nl,Regen", "en,Gale", "en,Rain")]
    assert [item.group for item in batch.items] == [stem(), f"{stem()},1"] * 2


def test_an_update_refers_to_the_items_of_what_it_updates() -> None:
    """The Dutch update is about the Dutch alert and the English one about the English, in whatever order they stand."""
    update = alert(EN, NL, number=2, kind="Update", references=stem(1))
    batch = read(together(update, alert(NL, EN)))
    assert {item.native_id: references(item) for item in batch.items[:2]} == {
        f"{stem(2)},en": [f"{stem(1)},en"],
        f"{stem(2)},nl": [f"{stem(1)},nl"],
    }


def test_moments_and_senders_are_compared_by_what_they_mean() -> None:
    """A reference with another offset or a mistyped sender still finds its message, as that was published."""
    update = alert(NL, number=2, kind="Update", references="vrv,vrv-1,2026-11-23T07:00:00-00:00")
    assert references(read(together(alert(NL), update)).items[1]) == [stem(1)]


def test_a_cancel_without_words_ends_every_language() -> None:
    """A cancel needs no info block: it is told in each language in which what it cancels was told."""
    batch = read(together(alert(number=2, kind="Cancel", references=stem(1)), alert(NL, EN)))
    found = {item.native_id: (item.language, references(item)) for item in batch.items[:2]}
    assert found == {f"{stem(2)},nl": ("nl", [f"{stem(1)},nl"]), f"{stem(2)},en": ("en", [f"{stem(1)},en"])}
    assert all(of(item).message == "cancel" for item in batch.items[:2])


def test_a_cancel_without_words_says_its_note() -> None:
    """Where a message has no block, its note is what it says."""
    item = only(alert(kind="Cancel", references=stem(9), extra="<note>Brand meester</note>"))
    assert (item.native_id, item.language, item.summary) == (stem(), None, Text(value="Brand meester"))
    assert item.url is None


def test_a_language_that_the_update_lacks_is_answered_too() -> None:
    """No item of what is cancelled is left standing because the cancel speaks one language less."""
    cancel = alert(NL, number=2, kind="Cancel", references=stem(1))
    (found,) = read(together(cancel, alert(NL, EN))).items[:1]
    assert references(found) == [f"{stem(1)},nl", f"{stem(1)},en"]


def test_an_update_in_one_more_language_answers_once() -> None:
    """A language that is new in an update has nothing to answer: it stands alone."""
    batch = read(together(alert(NL, EN, number=2, kind="Update", references=stem(1)), alert(NL)))
    assert [references(item) for item in batch.items[:2]] == [[stem(1)], []]


def test_the_same_event_answers_the_same_event() -> None:
    """Where a language tells two events, each update is about its own."""
    storm, rain = info("nl", "Storm"), info("nl", "Regen")
    batch = read(together(alert(storm, rain), alert(rain, storm, number=2, kind="Update", references=stem(1))))
    assert [references(item) for item in batch.items[2:]] == [[f"{stem(1)},Regen"], [f"{stem(1)},Storm"]]


def test_what_was_never_told_is_named_as_it_must_have_been() -> None:
    """A reference to an unknown message has its own identity, with a language where this one has several."""
    assert references(only(alert(NL, kind="Update", references=stem(7)))) == [stem(7)]
    both = read(alert(NL, EN, kind="Update", references=f"{stem(7)} {stem(8)}")).items
    assert [references(item) for item in both] == [
        [f"{stem(7)},nl", f"{stem(8)},nl"],
        [f"{stem(7)},en", f"{stem(8)},en"],
    ]


def test_references_are_read_however_they_are_split() -> None:
    """White space of any kind parts them, senders with spaces and quotes occur, and what is none is none."""
    text = f'"Veiligheidsregio Voorbeeldland",vrv-1,{SENT}\n\t{SENDER},vrv-2,{SENT}  {SENDER},vrv-2,{SENT}'
    assert references(only(alert(NL, number=3, kind="Update", references=text))) == [
        f"Veiligheidsregio Voorbeeldland,vrv-1,{SENT}",
        stem(2),
    ]
    assert references(only(alert(NL, kind="Update", references="vrv-1/alarm"))) == ["alarm,vrv-1,"]


def test_a_message_is_never_about_itself() -> None:
    """A reference to the message's own identity is left out."""
    assert references(only(alert(NL, kind="Update", references=f"{stem(1)} {stem(2)}"))) == [stem(2)]


def test_updates_that_name_nothing_stand_alone_and_are_noted() -> None:
    """CAP requires references of an update or cancel; where they lack, people hear of it."""
    batch = read(alert(NL, kind="Update", references=""))
    assert (references(batch.items[0]), codes(batch)) == ([], {"cap.no-references"})
