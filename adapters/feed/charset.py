"""The bytes of a document as text.

Three places may name the encoding (a byte order mark, HTTP, the XML declaration), and each is wrong somewhere. The
bytes themselves are the better witness: text that is valid UTF-8 beyond ASCII is UTF-8 whatever anybody says. Only
where it is not, the names are asked, HTTP before the document (RFC 7303, section 3), and read as browsers read them
(encoding.spec.whatwg.org, "names and labels"): "iso-8859-1" means windows-1252, "gb2312" means gb18030.
"""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Without a mark the zeros beside "<" tell (XML 1.0, appendix F.1).
_ZEROS = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}[\"']([\w.:-]{1,40})[\"']", re.ASCII)
_PLAUSIBLE = re.compile(
    r"(?:iso|windows|cp|koi8|mac|gb|hz|big5|euc|shift|sjis|ms|ks_c|johab|tis|ibm|latin|x-|us-ascii|ascii|utf-?8)",
    re.IGNORECASE,
)
_BROWSERS_READ = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
_STATEFUL = ("iso2022", "hz")
"""Encodings whose bytes are all ASCII, so that the bytes cannot speak for themselves."""


def decode(body: bytes, charset: str | None = None) -> str:
    """Give the text of a document; ``charset`` is what HTTP said. Never fails: what no encoding explains is replaced."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    for start, encoding in _ZEROS:
        if body.startswith(start):
            return body.decode(encoding, "replace")
    named = _named(body, charset)
    if named and named[0].startswith(_STATEFUL):
        return body.decode(named[0], "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_named(body, named)


def _named(body: bytes, charset: str | None) -> list[str]:
    """Give the encodings that were named and that Python knows, the likelier first."""
    found = _DECLARED.search(body[:1024])
    declared = _known(found[1].decode("ascii")) if found else None
    stated = _known(charset) if charset else None
    if stated == "cp1252" and declared:
        # The default of many a web server, set by nobody; what the document says was at least written on purpose.
        stated = None
    return [name for name in (stated, declared) if name]


def _known(label: str) -> str | None:
    if not _PLAUSIBLE.match(label):
        return None
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return None
    return _BROWSERS_READ.get(name, name)


def _decode_named(body: bytes, named: list[str]) -> str:
    for encoding in named:
        if encoding not in {"utf-8", "cp1252"} and not encoding.startswith(("utf-16", "utf-32")):
            return body.decode(encoding, "replace")
    return body.decode("utf-8" if _mostly_utf8(body) else "cp1252", _STRAY)


def _mostly_utf8(body: bytes) -> bool:
    """Whether damage in UTF-8 explains the bytes better than windows-1252 does."""
    beyond_ascii = len(body.translate(None, delete=bytes(range(0x80))))
    return 2 * sum(map(len, _SEQUENCE.findall(body))) > beyond_ascii


_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_STRAY = "omroeper.stray-byte"


def _read_stray(error: UnicodeError) -> tuple[str, int]:
    """Read a lone byte as windows-1252, where it was pasted from; a sequence that was cut off is one lost character."""
    assert isinstance(error, UnicodeDecodeError)
    stray = error.object[error.start : error.end]
    if len(stray) > 1:
        return "\ufffd", error.end
    return stray.decode("latin-1" if stray in _UNUSED else "cp1252"), error.end


_UNUSED = b"\x81\x8d\x8f\x90\x9d"
codecs.register_error(_STRAY, _read_stray)
