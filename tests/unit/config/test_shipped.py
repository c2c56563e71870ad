"""What is shipped with the configuration: the start, the schema, the documentation, and how little an import costs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel

import adapters
from bot import durations
from bot.remedies import REMEDIES
from bot.settings import Agency, Installation, Network, SourceSettings, Web, load
from bot.settings.models import DERIVED, Account, PolicyLine
from bot.settings.schema import schema, text
from tests.unit.config.cases import CASES, Case
from tests.unit.config.conftest import BASE

ROOT = Path(__file__).parents[3]
SHIPPED_KINDS = adapters.SOURCES
START = ROOT / "config" / "omroeper.toml"
TABLES: dict[str, type[BaseModel]] = {
    "[omroeper]": Installation,
    "[network]": Network,
    "[web]": Web,
    "[[agency]]": Agency,
    "[[account]]": Account,
    "[[source]]": SourceSettings,
    "[[policy]]": PolicyLine,
}
AS_WRITTEN = {
    ("[[account]]", "thread"): "`false`",
    ("[[source]]", "url"): "required",
    ("[[source]]", "warning"): "none",
}
"""Defaults that are written otherwise than they are kept."""


def rows(table: str) -> dict[str, str]:
    """Give the default of each key as the documentation has it."""
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    section = page.split(f"\n## `{table}`\n")[1].split("\n## ")[0]
    found = [[cell.strip() for cell in row.strip("|").split("|")] for row in section.splitlines() if row[:3] == "| `"]
    assert all(len(cells) == 4 and all(cells) for cells in found)
    return {cells[0].strip("`"): plainly(cells[2]) for cells in found}


def plainly(written: str) -> str:
    """Write a duration as ``spell`` does: the documentation says 48h and 60m where people do."""
    length = re.fullmatch(r'`"(\d+[smhd])"`', written)
    return f'`"{durations.spell(durations.parse(length[1]))}"`' if length else written


def default(table: str, name: str) -> str:
    """Give the default of a field as the documentation should have it."""
    field = TABLES[table].model_fields[name]
    if (table, name) in AS_WRITTEN:
        return AS_WRITTEN[table, name]
    if field.is_required():
        return "required"
    if field.default is None:
        return "none"
    value: Any = field.default
    if isinstance(value, timedelta):
        value = durations.spell(value)
    return f"`{json.dumps(value)}`"


@pytest.mark.parametrize("table", TABLES)
def test_every_setting_is_documented_with_its_default(table: str) -> None:
    """The documentation lists every key there is and none that is not, each with meaning, true default and example."""
    names = [name for name in TABLES[table].model_fields if name not in DERIVED]
    assert rows(table) == {name: default(table, name) for name in names}


def test_examples_of_the_documentation_are_accepted() -> None:
    """An example that people copy is one that the schema takes."""
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    seen = 0
    for table, model in TABLES.items():
        section = page.split(f"\n## `{table}`\n")[1].split("\n## ")[0]
        for key, example in re.findall(r"^\| `(\w+)` \|.*\| `([^|]*)` \|$", section, re.MULTILINE):
            values = tomllib.loads(f"value = {example}")
            adapter = model.__pydantic_validator__
            adapter.validate_assignment(model.model_construct(), key, values["value"])
            seen += 1
    assert seen == sum(len(rows(table)) for table in TABLES)


def test_every_code_is_documented() -> None:
    """``docs/checks.md`` explains every code in both languages, as ``check`` says it, and no code that is gone."""
    page = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    documented = re.findall(r"^### `(.+)` \((\w+)\)\n\n\* en: (.+) → (.+)\n\* nl: (.+) → (.+)$", page, re.MULTILINE)
    assert [code for code, *_ in documented] == list(REMEDIES)
    for code, severity, *words in documented:
        remedy = REMEDIES[code]
        assert (severity, *words) == (remedy.severity, *remedy.en, *remedy.nl)


def test_schema_is_current() -> None:
    """Editors complete what the program takes (python -m bot.settings.schema > config/omroeper.schema.json renews it)."""
    assert (ROOT / "config" / "omroeper.schema.json").read_text(encoding="utf-8") == text()


def test_schema_is_a_schema_and_takes_what_the_program_takes() -> None:
    """The start and the correct configuration of these tests satisfy the schema, defaults included."""
    made = schema()
    jsonschema.Draft202012Validator.check_schema(made)
    for document in (BASE, START.read_text(encoding="utf-8")):
        jsonschema.validate(tomllib.loads(document), made)
    parts = [part for definition in made["$defs"].values() for part in definition["properties"].values()]
    for part in parts:
        if part.get("default", "") != "":
            jsonschema.validate(part["default"], part)


@pytest.mark.parametrize(
    "case",
    [
        case
        for case in CASES
        if case.code in {"key.unknown", "value.type", "value.choice", "value.range", "value.duration", "value.id"}
        and "evry" not in case.new  # further keys of a source are its adapter's business
        and 'kind = "webhook"' not in case.new  # which kinds have no address is their business too
        and "99999999d" not in case.new  # no pattern can tell that this is more than ten years
    ],
    ids=lambda case: f"{case.code}:{case.new.splitlines()[-1][:30]}",
)
def test_schema_refuses_what_the_program_refuses(case: Case) -> None:
    """An editor underlines wrong names, types, choices, bounds and durations before anybody runs ``check``."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(case.text), schema())


def test_start_names_what_is_left_to_do() -> None:
    """The shipped start has no mistake: ``check`` only says that an operator and a real source are still missing."""
    loaded = load(START, {})
    assert sorted(problem.code for problem in loaded.problems) == ["operator.missing", "source.none"]
    assert loaded.settings


def test_start_runs_once_it_is_filled_in(tmp_path: Path) -> None:
    """Filling in the operator and switching the source on is all that it takes."""
    body = START.read_text(encoding="utf-8").replace('operator = ""', 'operator = "redactie@voorbeeldstad.example"')
    lines = [line for line in body.splitlines() if not line.startswith("enabled")]
    (tmp_path / "omroeper.toml").write_text("\n".join(lines), encoding="utf-8")
    assert load(tmp_path / "omroeper.toml", {}).problems == ()


def test_commented_settings_of_the_start_are_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a newcomer uncomments in the start, the shipped sources included, is accepted as it stands."""
    monkeypatch.setattr(adapters, "SOURCES", SHIPPED_KINDS)
    body = START.read_text(encoding="utf-8")
    uncommented = re.sub(r"^# (?=(?:\[\[account\]\]|\w+ = ))", "", body, flags=re.MULTILINE)
    assert uncommented != body
    (tmp_path / "omroeper.toml").write_text(uncommented.replace('listen = "" serves', "# "), encoding="utf-8")
    problems = load(tmp_path / "omroeper.toml", {}).problems
    assert {problem.code for problem in problems} <= {"operator.missing", "source.none", "include.nothing"}


def test_problems_durations_and_secrets_cost_nothing_to_import() -> None:
    """Commands that need no settings start without pydantic."""
    code = (
        "import sys, bot.problems, bot.durations, bot.secrets, bot.configfile, bot.filters, bot.hosts;"
        "sys.exit(not {'pydantic', 'asyncio', 'aiohttp', 'sqlalchemy'}.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
