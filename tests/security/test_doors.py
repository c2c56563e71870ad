"""The few places that may reach outside, and what the code does nowhere: read from the code itself.

A new door is a decision: whoever opens one adds it here, with its guard in ``docs/security.md``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from bot.web.render import environment

ROOT = Path(__file__).parent.parent.parent
MODULES = {
    str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
    for package in ("adapters", "bot")
    for path in sorted((ROOT / package).rglob("*.py"))
}

DOORS: dict[str, dict[str, str]] = {
    "aiohttp": {"adapters/http/": "the one HTTP client, behind the guard"},
    "requests": {"adapters/mastodon/wire.py": "speaks to the configured server of an account, and follows nothing"},
    "urllib3": {"adapters/mastodon/wire.py": "names of errors alone"},
    "socket": {
        "adapters/http/": "looks names up and reads addresses",
        "bot/web/serve.py": "listens for the pages",
        "bot/hosts.py": "reads addresses",
        "bot/lock.py": "names this machine",
    },
    "http.server": {"bot/sampleday.py": "serves the sample day on loopback"},
    "http.client": {},
    "subprocess": {},
    "httpx": {},
    "ftplib": {},
    "smtplib": {},
    "urllib.request": {},
    "telnetlib": {},
}
NEVER = {
    "pickle", "marshal", "shelve", "dill", "yaml", "xml.sax", "xml.dom", "xml.parsers", "xmlrpc", "ctypes", "pty", "imp", "code",
}  # fmt: skip
"""What runs code out of data, or reads XML in a way that we do not watch over."""

CALLS = frozenset({"eval", "exec", "compile", "__import__", "system", "popen"})


def imported(tree: ast.Module) -> Iterator[str]:
    """Give every module that is imported, wherever in the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Give every call with the last part of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            named = node.func
            yield (named.attr if isinstance(named, ast.Attribute) else getattr(named, "id", "")), node


def of(module: str, names: set[str] | frozenset[str] | dict[str, dict[str, str]]) -> set[str]:
    """Give which of the names a module is, or lies in."""
    return {name for name in names if module == name or module.startswith(f"{name}.")}


def test_only_the_known_doors_lead_outside() -> None:
    """No other file opens a connection, asks for a page, or starts a program."""
    strangers = [
        (path, door)
        for path, tree in MODULES.items()
        for module in imported(tree)
        for door in of(module, DOORS)
        if not path.startswith(tuple(DOORS[door]) or ("-",))
    ]
    assert strangers == []


def test_every_door_is_used() -> None:
    """A door that nobody uses any more is taken off the list."""
    for door, places in DOORS.items():
        for place in places:
            users = [path for path in MODULES if path.startswith(place)]
            assert any(of(module, {door}) for path in users for module in imported(MODULES[path])), (door, place)


def test_nothing_runs_what_it_reads() -> None:
    """Data is never taken for code, and XML is read by one library, whose settings are checked below."""
    found = [(path, one) for path, tree in MODULES.items() for module in imported(tree) for one in of(module, NEVER)]
    assert found == []
    called = [
        (path, name)
        for path, tree in MODULES.items()
        for name, call in calls(tree)
        if name in CALLS and not _is_regex(call)
    ]
    assert called == []


def _is_regex(call: ast.Call) -> bool:
    """Whether ``compile`` makes a regular expression."""
    holder = call.func.value if isinstance(call.func, ast.Attribute) else None
    return isinstance(holder, ast.Name) and holder.id in {"re", "regex"}


CLOSED = {"resolve_entities": False, "no_network": True, "huge_tree": False}
OPEN = {"resolve_entities": True, "no_network": False, "huge_tree": True, "load_dtd": True, "dtd_validation": True}
WIDE = {"bot/text/markup.py": "reads one text of an item, whose size its adapter has bounded"}
"""Where lxml may go deeper than 256 elements."""
WRITES_ONLY = {"bot/web/feeds.py": "writes feeds with the standard library's trees, and reads nothing"}
READS = frozenset(
    {"fromstring", "XML", "parse", "iterparse", "fromstringlist", "document_fromstring", "fragment_fromstring"}
)


def test_every_parser_of_markup_is_closed() -> None:
    """No parser of lxml resolves entities, asks the network, or builds a tree without bounds; none is used unset."""
    parsers = [
        (path, name, call) for path, tree in MODULES.items() for name, call in calls(tree) if name.endswith("MLParser")
    ]
    assert len(parsers) > 4
    for path, name, call in parsers:
        given = {one.arg: getattr(one.value, "value", None) for one in call.keywords}
        assert name != "XMLParser" or CLOSED.items() <= given.items(), (path, ast.unparse(call))
        wide = {"huge_tree"} if path in WIDE else set()
        assert not {key for key, value in given.items() if OPEN.get(str(key), ()) == value} - wide, (
            path,
            ast.unparse(call),
        )
    for path, tree in MODULES.items():
        for name, call in calls(tree):
            holder = getattr(getattr(call.func, "value", None), "id", "")
            if name in READS and holder in {"etree", "html", "lxml"}:
                assert len(call.args) > 1 or any(one.arg == "parser" for one in call.keywords), (
                    path,
                    ast.unparse(call),
                )


def test_the_trees_of_the_standard_library_are_only_written() -> None:
    """They would expand entities without end; where they write, nothing is read."""
    users = {path for path, tree in MODULES.items() if any(of(one, {"xml.etree"}) for one in imported(tree))}
    assert users == set(WRITES_ONLY)
    for path in users:
        assert not [
            ast.unparse(call) for name, call in calls(MODULES[path]) if name in READS and "ET" in ast.unparse(call.func)
        ]


NUMBERS_ALONE = {"bot/store/sources.py": "a thousand polls in one statement: each value is a number, written with :d"}


def test_sql_is_never_put_together_from_texts() -> None:
    """Statements hold names of ours alone: values travel beside them."""
    found = [
        (path, ast.unparse(call))
        for path, tree in MODULES.items()
        for name, call in calls(tree)
        if name in {"text", "exec_driver_sql"} and call.args and isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    ]
    assert [one for one in found if one[0] not in NUMBERS_ALONE] == []


def test_templates_escape() -> None:
    """The pages' templates are rendered with escaping on, and none of them switches it off."""
    assert environment().autoescape(None)  # type: ignore[operator]  # a function of the template's name
    assert environment().from_string("{{ x }}").render(x="<b>\"'") == "&lt;b&gt;&#34;&#39;"
    made = [path for path, tree in MODULES.items() for name, _ in calls(tree) if name in {"Environment", "Template"}]
    assert [path for path in made if "jinja2" in set(imported(MODULES[path]))] == ["bot/web/render.py"]
    for template in (ROOT / "bot" / "web" / "templates").rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape\s+false|<script|\sstyle=|\son[a-z]+=|javascript:", text), (
            template.name
        )
