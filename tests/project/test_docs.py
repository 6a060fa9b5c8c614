"""The documentation: its examples are valid, its outputs can be made, its tables come from the schema."""

import re
import sys
from pathlib import Path
from typing import Any, get_type_hints

import pytest
import yaml
from pydantic import BaseModel, TypeAdapter

from homeostat.process.attributes import Parameter
from homeostat.process.declaration import Process
from homeostat.process.equipment import EquipmentUnit, Tag
from homeostat.process.recipe import Phase, Step
from homeostat.process.recordings import Table

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if not {"_build", "output"} & set(path.parts))
sys.path[:0] = [str(ROOT / ".ci"), str(DOCS / "_ext")]

from docs_output import SHOWN, wanted  # noqa: E402 - the folders of the scripts are on the path only now
from process_fields import form, part_named, table  # noqa: E402

BASES = (Step, Table)  # never written themselves: their fields stand with the parts derived from them
EXAMPLES = [
    (page.name, block)
    for page in PAGES
    for block in re.findall(r"^```yaml\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S)
]


@pytest.mark.parametrize(
    ("page", "text"), EXAMPLES, ids=[f"{page}-{n}" for n, (page, _) in enumerate(EXAMPLES)]
)
def test_every_example_fits_the_schema(page: str, text: str) -> None:
    hints = get_type_hints(Process, include_extras=True)
    sections: dict[str, Any] = yaml.safe_load(text)
    assert sections
    for name, value in sections.items():
        TypeAdapter(hints[name]).validate_python(value)


def parts(model: type[BaseModel]) -> set[type[BaseModel]]:
    """`model` and every part that can stand in it."""
    found = {model}
    waiting = [model]
    while waiting:
        for field in waiting.pop().model_fields.values():
            inner = [kind for kind in nested(field.annotation) if kind not in found]
            found.update(inner)
            waiting += inner
    return found


def nested(annotation: Any) -> list[type[BaseModel]]:
    """The parts named in a type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [kind for argument in getattr(annotation, "__args__", ()) for kind in nested(argument)]


def test_every_part_of_a_process_is_documented_once() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    shown = [part_named(name) for name in re.findall(r"```\{process-fields\} (\S+)", text)]
    assert sorted(part.__name__ for part in shown) == sorted(
        part.__name__ for part in parts(Process) - {*BASES}
    )


def test_a_table_names_every_field_with_form_and_default() -> None:
    rows = [line for line in table(Tag) if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == list(Tag.model_fields)
    assert "| `kind` | `sensor` or `actuator` | required |" in rows
    assert "| `every` | quantity | - |" in rows


@pytest.mark.parametrize(
    ("model", "field", "words"),
    [
        (Parameter, "normal", "[low, high], two quantities"),
        (EquipmentUnit, "modules", "map: name to [equipment module](#part-equipment-module)"),
        (Phase, "prompts", "list of [prompt](#part-prompt)"),
        (Phase, "until", "condition"),
        (Phase, "after", "name, or list of names"),
        (Process, "scan", "quantity"),
    ],
)
def test_forms_are_told_in_words(model: type[BaseModel], field: str, words: str) -> None:
    assert form(get_type_hints(model, include_extras=True)[field]) == words


def test_what_is_no_part_of_a_process_has_no_table() -> None:
    with pytest.raises(LookupError, match="not a part"):
        part_named("homeostat.process.units.Quantity")


def test_every_shown_output_is_one_that_the_script_makes() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    shown = set(re.findall(r"\{literalinclude\} output/([\w-]+)\.txt", text))
    assert {name for name in shown if not name.startswith("gmp-")} == set(SHOWN)


def test_an_output_is_made_after_what_it_needs() -> None:
    assert wanted(["replay", "resume"]) == ["run", "replay", "killed", "resume"]
    for name in SHOWN:
        order = wanted([name])
        assert order[-1] == name
        assert set(SHOWN[name].needs) <= set(order)


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    pages = sorted(path.stem for path in (DOCS / "decisions").glob("0*.md"))
    assert [int(page[:4]) for page in pages] == list(range(1, len(pages) + 1))
    listed = re.findall(r"^(\d{4}-[\w-]+)$", (DOCS / "decisions" / "index.md").read_text("utf-8"), re.M)
    assert listed == pages


def test_every_core_dependency_is_justified() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = (DOCS / "dependencies.md").read_text(encoding="utf-8")
    names = [re.split(r"[<>=!~ \[]", text)[0] for text in project["dependencies"]]
    assert [name for name in names if f"| {name} | " not in page] == []


def test_every_command_stands_in_the_table_of_commands() -> None:
    from tests.cli.conftest import COMMAND

    told = re.findall(r"^\| (`homeostat .*?) \|", (DOCS / "commands.md").read_text("utf-8"), re.M)
    named = " ".join(told)
    assert [
        name for name in COMMAND.commands if f"`homeostat {name}" not in named and f"`{name} " not in named
    ] == []
