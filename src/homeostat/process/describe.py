"""A process as plain data: its outline for people, and the JSON schema of process files for editors."""

from typing import Any

from homeostat.process.declaration import Process
from homeostat.process.recipe import Operation, Phase, UnitProcedure


def schema() -> dict[str, Any]:
    """The JSON schema of a process file."""
    return Process.model_json_schema()


def describe(process: Process) -> dict[str, Any]:
    """The whole declaration with its hash and an `outline` of the recipe: level, path, title and condition."""
    return {
        "content_hash": process.content_hash,
        **process.model_dump(mode="json"),
        "outline": [row for unit in process.recipe.procedure for row in _of_unit(unit)],
    }


def _of_unit(unit: UnitProcedure) -> list[dict[str, str]]:
    rows = [{"level": "unit procedure", "path": unit.name, "title": unit.title, "until": ""}]
    return rows + [row for operation in unit.operations for row in _of_operation(unit, operation)]


def _of_operation(unit: UnitProcedure, operation: Operation) -> list[dict[str, str]]:
    path = f"{unit.name}/{operation.name}"
    row = {"level": "operation", "path": path, "title": operation.title, "until": ""}
    return [row, *(_of_phase(path, phase) for phase in operation.phases)]


def _of_phase(path: str, phase: Phase) -> dict[str, str]:
    until = str(phase.until) if phase.until else ""
    return {"level": "phase", "path": f"{path}/{phase.name}", "title": phase.title, "until": until}
