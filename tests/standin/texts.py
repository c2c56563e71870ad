"""What a server finds in a text (addresses, mentions, tags) and the HTML it makes of it."""

from __future__ import annotations

import re
from html import escape

URL = re.compile(r"(?<![A-Za-z0-9@#])https?://[^\s<>\"]{1,4000}")
MENTION = re.compile(r"(?<![=/\w@])@([a-zA-Z0-9_]{1,30})(?:@([a-zA-Z0-9.-]{1,253}))?(?![@\w])")
HASHTAG = re.compile(r"(?:(?<=^)|(?<=\s))#(?=\d{0,99}[^\W\d])(\w{1,100})", re.MULTILINE)
PIECES = re.compile(f"(?P<url>{URL.pattern})|(?P<mention>{MENTION.pattern})|(?P<tag>{HASHTAG.pattern})", re.MULTILINE)
TRAILING = ".,;:!?*'\"%[]~&|"
SHOWN = 30
"""How many characters of an address stay visible."""


def recognised(url: str) -> bool:
    """Tell whether an address becomes a link: no bare IP address, no localhost, a top-level domain of letters."""
    host = re.split(r"[/?#:]", url.split("://", 1)[1], maxsplit=1)[0]
    label = host.rpartition(".")[2]
    return "." in host and (label.isalpha() or label.startswith("xn--"))


def mentions(text: str) -> list[str]:
    """Give every handle in a text, lower case, without the first ``@``."""
    found = MENTION.finditer(URL.sub(" ", text))
    return [f"{m[1]}@{m[2]}".lower() if m[2] else m[1].lower() for m in found]


def hashtags(text: str) -> list[str]:
    """Give every tag in a text, lower case, without the ``#``."""
    return [m[1].lower() for m in HASHTAG.finditer(text)]


def html(text: str, break_tag: str) -> str:
    """Render a text as a server shows it: paragraphs, breaks, shortened links."""
    if not text:
        return ""
    paragraphs = re.split(r"\n{2,}", text.replace("\r\n", "\n").strip("\n"))
    return "".join(f"<p>{_inline(paragraph).replace(chr(10), break_tag)}</p>" for paragraph in paragraphs)


def _inline(text: str) -> str:
    parts, at = [], 0
    for found in PIECES.finditer(text):
        piece = found[0].rstrip(TRAILING) if found["url"] else found[0]
        parts += [escape(text[at : found.start()], quote=False), _piece(piece, found)]
        at = found.start() + len(piece)
    return "".join([*parts, escape(text[at:], quote=False)])


def _piece(piece: str, found: re.Match[str]) -> str:
    if found["url"]:
        return _link(piece) if recognised(piece) else escape(piece, quote=False)
    name = piece.lstrip("@#")
    kind, href = ("mention hashtag", f"/tags/{name}") if found["tag"] else ("u-url mention", f"/@{name}")
    rel = ' rel="tag"' if found["tag"] else ""
    shown = name.partition("@")[0]
    return f'<a href="https://standin.example{href}" class="{kind}"{rel}>{piece[0]}<span>{shown}</span></a>'


def _link(url: str) -> str:
    scheme, _, rest = url.partition("://")
    prefix = f"{scheme}://" + ("www." if rest.startswith("www.") else "")
    shown, hidden = url[len(prefix) :][:SHOWN], url[len(prefix) :][SHOWN:]
    cut = ' class="ellipsis"' if hidden else ' class=""'
    return (
        f'<a href="{escape(url)}" target="_blank" rel="nofollow noopener" translate="no">'
        f'<span class="invisible">{prefix}</span><span{cut}>{escape(shown, quote=False)}</span>'
        f'<span class="invisible">{escape(hidden, quote=False)}</span></a>'
    )
