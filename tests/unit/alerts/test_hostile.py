"""Documents that mean no good, or were made by something broken: none costs more than it should, none crashes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.cap import CapSource
from adapters.contract import Document
from adapters.errors import Malformed
from tests.unit.alerts.documents import NAMESPACE, alert, atom, codes, ids, info, of, outcome, read, stem, together

BOMB = (
    '<!DOCTYPE alert [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">'
    '<!ENTITY x SYSTEM "file:///etc/hostname">]>'
)


def test_entities_expand_to_nothing() -> None:
    """No document type reaches the parser: a bomb does not go off, and no file is read."""
    batch = read(BOMB + alert(info(inside="<description>&c;&x;</description>")))
    (item,) = batch.items
    assert item.summary
    assert "lol" not in item.summary.value
    assert len(item.summary.value) < 20


def test_a_document_type_for_show_does_not_matter() -> None:
    """A message with a document type that it does not use is read as it stands."""
    batch = read(f"<!DOCTYPE alert>{alert(info())}")
    assert (ids(batch), batch.problems) == ([stem()], ())


def test_ten_thousand_areas_are_bounded() -> None:
    """A message keeps so many areas and says how many it left out."""
    areas = "".join(f"<area><areaDesc>Wijk {n}</areaDesc></area>" for n in range(10_000))
    batch = read(alert(info(inside=areas)))
    assert len(of(batch.items[0]).areas) == 500
    assert any("9500" in problem for problem in batch.problems)


def test_a_border_of_megabytes_is_left_out() -> None:
    """A polygon that is larger than anybody needs is left out, the others are kept."""
    polygons = f"<polygon>{'52.1,5.1 ' * 300_000}</polygon><polygon>52.1,5.1 52.2,5.2 52.1,5.2 52.1,5.1</polygon>"
    batch = read(alert(info(inside=f"<area><areaDesc>Delta</areaDesc>{polygons}</area>")))
    assert of(batch.items[0]).areas[0].polygons == ("52.1,5.1 52.2,5.2 52.1,5.2 52.1,5.1",)
    assert codes(batch) == {"cap.areas-left-out"}
    assert len(batch.items[0].raw) <= 64 * 1024


def test_references_of_megabytes_are_bounded() -> None:
    """A million references cost no more than the few that are kept, and prose there costs nothing."""
    many = read(alert(info(), number=9, kind="Update", references=f"{stem(1)} " * 20_000 + f"{stem(2)} "))
    assert of(many.items[0]).references == (stem(1),)
    prose = read(alert(info(), kind="Update", references="zie het vorige bericht " * 50_000))
    assert of(prose.items[0]).references == ()


def test_more_messages_than_anybody_sends_are_bounded() -> None:
    """An envelope of thousands is read up to a bound, and says so."""
    batch = read(together(*(alert(number=n) for n in range(2003))))
    assert len(batch.items) == 2000
    assert any(problem.startswith("cap.too-many") and "3" in problem for problem in batch.problems)


def test_more_languages_than_there_are_are_bounded() -> None:
    """A message in five thousand languages is told in some of them."""
    assert len(read(alert(*(info(f"x{n}") for n in range(5000)))).items) == 40


def test_namespaces_that_are_no_addresses_do_not_matter() -> None:
    """libxml2 has no canonical form for them; a digest is made in another way."""
    batch = read(alert(info(inside='<rommel xmlns="x">y</rommel>')))
    assert ids(batch) == [stem()]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "cap.empty"),
        (" \n ", "cap.empty"),
        ("<!doctype html><title>Storing</title>", "cap.html"),
        (alert(info())[:-30], "cap.not-well-formed"),
        (alert("<a>" * 3000 + "</a>" * 3000), "cap.not-well-formed"),
        ("<urlset/>", "cap.not-cap"),
        ("{", "cap.bad-json"),
        ('{"features": ' + "[" * 200_000, "cap.too-deep"),
        ('{"type": "FeatureCollection", "features": [{"properties": {}}]}', "cap.not-cap"),
        ("<a>" * 600_001, "cap.too-many-tags"),
    ],
    ids=["empty", "blank", "page", "cut", "deep", "sitemap", "half JSON", "deep JSON", "other JSON", "tags"],
)
def test_what_cannot_be_read_says_why(text: str, code: str) -> None:
    """Each way to be no CAP has its own code, and tells what to do."""
    with pytest.raises(Malformed) as caught:
        read(text)
    assert caught.value.code == code
    assert caught.value.remedy or code == "cap.too-deep"


def test_the_encoding_is_found_whatever_it_is_called() -> None:
    """ISO-8859-1, UTF-16 with a mark, and UTF-8 that calls itself Latin all give the same words."""
    text = alert(info(headline="Café Zürich"))
    for body in (
        f'<?xml version="1.0" encoding="ISO-8859-1"?>{text}'.encode("latin-1"),
        f'<?xml version="1.0" encoding="utf-16"?>{text}'.encode("utf-16"),
        f'<?xml version="1.0" encoding="ISO-8859-1"?>{text}'.encode(),
    ):
        title = read(body).items[0].title
        assert title
        assert title.value == "Café Zürich"


PIECES = st.sampled_from(
    [
        "<",
        "</",
        ">",
        "&",
        "&#0;",
        "]]>",
        "<!--",
        "<![CDATA[",
        "<info>",
        "</alert>",
        "<alert>",
        "<references>",
        ",",
        "\x00",
        '"',
    ],
)
DOCUMENTS = (
    alert(info(), info("en"), kind="Update", references=f"{stem(2)} {stem(3)}"),
    atom(f"<entry><id>1</id><cap:areaDesc>X</cap:areaDesc><content>{alert(info())}</content></entry>"),
    together(alert(info()), alert(number=2, kind="Cancel", references=stem())),
    f'<a:alert xmlns:a="{NAMESPACE}"><a:identifier>1</a:identifier><a:sender>s</a:sender><a:sent>x</a:sent></a:alert>',
)


@settings(max_examples=150, deadline=None)
@given(
    text=st.sampled_from(DOCUMENTS),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), PIECES | st.text(max_size=5)), max_size=5),
)
def test_damage_is_read_or_refused(text: str, cuts: list[tuple[float, int, str]]) -> None:
    """Pieces cut out and put in anywhere give a batch or ``Malformed``, and nothing else."""
    for at, length, piece in cuts:
        start = int(at * len(text))
        text = text[:start] + piece + text[start + length :]
    document = Document(body=text.encode("utf-8", "surrogatepass"))
    assert CapSource.recognises(document) in {True, False}
    found = outcome("cap", document)
    if isinstance(found, Malformed):
        assert found.code.startswith("cap.")
    else:
        assert all(re.fullmatch(r"[a-z.-]+: \S.*", problem, re.DOTALL) for problem in found.problems)
