from __future__ import annotations

from bot.similar import compare_tellings, telling

TITLE = "Brug over het Proefkanaal bij Voorbeeldstad dicht voor onderhoud"
TEXT = "Van 3 tot 7 mei werkt de provincie aan de klep. Het verkeer rijdt om via de N999 en er is geen fietspont."
PAGE = telling(TITLE, TEXT)


def test_a_post_that_rewords_the_title_is_the_page() -> None:
    """The details of the page are not a difference when the post tells its title."""
    post = telling("", "Voor onderhoud dicht: de brug over het #Proefkanaal bij Voorbeeldstad https://p.example/1")
    found = compare_tellings(PAGE, post)
    assert (found.same, found.rule) == (True, "text.title")
    assert compare_tellings(post, PAGE).rule == "text.title"


def test_a_post_may_add_what_the_page_says() -> None:
    """A date in the post that is in the text of the page agrees."""
    assert compare_tellings(PAGE, telling("", f"{TITLE}. Van 3 tot 7 mei rijdt het verkeer om.")).same


def test_a_post_may_not_add_what_the_page_does_not_say() -> None:
    """The same title with another date is next year's work."""
    assert not compare_tellings(PAGE, telling("", f"{TITLE}. Van 3 tot 9 mei rijdt het verkeer om.")).same


def test_a_page_whose_text_turns_is_not_its_title() -> None:
    """A page updated to say that it is over is not told by a post from before."""
    page = telling(TITLE, f"Update: de brug is weer open. {TEXT}")
    assert not compare_tellings(page, telling("", TITLE)).same


def test_two_pages_are_not_compared_by_title() -> None:
    """A weekly notice has the same title every week."""
    assert not compare_tellings(PAGE, telling(TITLE, "Van 3 tot 7 juni werkt de provincie aan de andere klep.")).same


def test_a_short_title_says_too_little() -> None:
    """A page called "Storing" is not every post that says so."""
    assert not compare_tellings(telling("Storing opgelost", TEXT), telling("", "Storing opgelost")).same


def test_a_title_cut_from_the_text_is_none() -> None:
    """Some feeds make a title of a post's first words; that is still one text."""
    assert telling("Brug over het Proef…", f"Brug over het Proefkanaal dicht. {TEXT}").title is None
    assert telling(TITLE, "").whole == telling("", TITLE).whole


def test_the_index_finds_what_the_title_found() -> None:
    """Keys of a page include those of its title."""
    post = telling("", f"Let op! {TITLE} #verkeer")
    assert compare_tellings(PAGE, post).same
    assert set(PAGE.keys) & set(post.keys)
    assert len(PAGE.keys) <= 24
