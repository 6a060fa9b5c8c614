"""A process as plain data: its outline for people, and the JSON schema of process files for editors."""

from typing import Any

from homeostat.process.conditions import Condition
from homeostat.process.declaration import Process
from homeostat.process.recipe import Operation, Phase, UnitProcedure


def schema() -> dict[str, Any]:
    """The JSON schema of a process file."""
    return Process.model_json_schema()


def describe(process: Process) -> dict[str, Any]:
    """The whole declaration with its hash and an `outline` of the recipe: level, path, title and conditions."""
    return {
        "content_hash": process.content_hash,
        **process.model_dump(mode="json"),
        "outline": [row for unit in process.recipe.procedure for row in _of_unit(unit)],
    }


def _of_unit(unit: UnitProcedure) -> list[dict[str, str]]:
    row = {"level": "unit procedure", "path": unit.name, "title": unit.title}
    rows = [row | {"when": "", "until": "", "repeat": ""}]
    return rows + [row for operation in unit.operations for row in _of_operation(unit, operation)]


def _of_operation(unit: UnitProcedure, operation: Operation) -> list[dict[str, str]]:
    path = f"{unit.name}/{operation.name}"
    row = {"level": "operation", "path": path, "title": operation.title}
    row |= {"when": _text(operation.when), "until": "", "repeat": ""}
    return [row, *(_of_phase(path, phase) for phase in operation.phases)]


def _of_phase(path: str, phase: Phase) -> dict[str, str]:
    repeat = f"while {phase.repeat.again}, at most {phase.repeat.most} runs" if phase.repeat else ""
    row = {"level": "phase", "path": f"{path}/{phase.name}", "title": phase.title}
    return row | {"when": _text(phase.when), "until": _text(phase.until), "repeat": repeat}


def _text(condition: Condition | None) -> str:
    return str(condition) if condition else ""
