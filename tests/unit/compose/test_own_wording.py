"""Whatever templates an operator writes: no post is too long, empty, or pings anybody."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract import Limits
from bot.compose import CannotCompose, Draft, Voice, compose, post_length
from bot.text import entities
from bot.wording.catalogue import EVERYBODY, Book, Page, Wording
from bot.wording.files import read_folder, shipped
from bot.wording.template import parse
from bot.wording.vocabulary import TEXTS
from tests.unit.compose.test_compose import DRAFTS, LIMITS, VOICES

SHIPPED = read_folder(shipped()).book
NAMES = sorted(frozenset[str]().union(*TEXTS.values()))
PIECES = st.one_of(
    st.sampled_from(["\n", "\n\n", " ", "Let op: ", "#Brug ", "@piet ", "x" * 90, "(", ")", "https://a.nl/x "]),
    st.sampled_from(NAMES).map("{{{}}}".format),
    st.sampled_from(NAMES).map("{{{}:40}}".format),
    st.sampled_from(NAMES).map("{{?{0}}}ja {{{0}}}{{/{0}}}".format),
    st.sampled_from(NAMES).map("{{!{0}}}nee{{/{0}}}".format),
)
TEMPLATES = st.lists(PIECES, max_size=10).map("".join)


@settings(max_examples=150)
@given(DRAFTS, VOICES, LIMITS, TEMPLATES, TEMPLATES)
def test_any_wording_keeps_the_rules(draft: Draft, voice: Voice, limits: Limits, root: str, rest: str) -> None:
    """Within the limit, never empty, nobody mentioned; or held."""
    texts = {kind: parse(rest if kind == "continuation" else root, NAMES)[0] for kind in TEXTS}
    own = Book(pages={("nl", EVERYBODY): Page(texts=texts)})
    try:
        post = compose(draft, voice, limits, Wording(books=(own, SHIPPED)))
    except CannotCompose:
        return
    assert post.parts
    for part in post.parts:
        assert part
        assert post_length(part, post.spoiler_text, limits) <= limits.max_characters
        assert not [one for one in entities(part) if one.kind == "mention"]
