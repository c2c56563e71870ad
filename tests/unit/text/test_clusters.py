from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text.clusters import cluster_count, cluster_ends

AWKWARD = st.text(
    st.sampled_from("ae\u0301\r\n\u200d👩🏽❤\ufe0f🇳🇱\u1100\u1161\u11a8가क\u094dष\u0600\u093e✁\u00ad"), max_size=12
)


def test_unicodes_own_cases(conformance: Path) -> None:
    """Every case of Unicode's grapheme break test breaks where Unicode says."""
    wrong = []
    for line in (conformance / "GraphemeBreakTest-15.0.0.txt").read_text(encoding="utf-8").splitlines():
        case = line.partition("#")[0].split()
        text = "".join(chr(int(code, 16)) for code in case if code not in ("÷", "×"))
        if cluster_count(text) != max(0, case.count("÷") - 1):
            wrong.append(line)
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("é", 1),
        ("e\u0301", 1),
        ("\r\n", 1),
        ("\n\r", 2),
        ("👩‍👩‍👧‍👦", 1),
        ("🇳🇱🇧🇪", 2),
        ("👍🏽", 1),
        ("✁\u200d✁", 1),
        ("क\u094dष", 2),
        ("\u1b44", 1),
        ("“let op” – € 3", 14),
    ],
)
def test_clusters_of_unicode_15(text: str, count: int) -> None:
    """Clusters are those of the Unicode that servers have, also where later versions count otherwise."""
    assert cluster_count(text) == count


@settings(max_examples=300)
@given(AWKWARD)
def test_counting_and_finding_agree(text: str) -> None:
    """However the count is abbreviated, it is the number of clusters found one by one, and they cover the text."""
    ends = list(cluster_ends(text))
    assert cluster_count(text) == len(ends)
    assert not text or ends[-1] == len(text)
