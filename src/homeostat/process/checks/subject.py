"""What the checks look at: a process, perhaps pruned of faulty parts, with the places of its tags and steps."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from homeostat.process.declaration import Process
from homeostat.process.equipment import Tag
from homeostat.process.issues import Fault, Path, quoted, suggestion
from homeostat.process.recipe import Operation, Phase, Step


@dataclass(frozen=True, slots=True)
class Subject:
    """A process and what pruning took from it: `names`, and something in each of the top-level `sections`.

    What would have been declared in an `opaque` section is not known at all.
    """

    process: Process
    names: frozenset[str] = frozenset()
    sections: frozenset[str] = frozenset()
    opaque: frozenset[str] = frozenset()

    def unknown(
        self, path: Path, kind: str, name: str, known: Iterable[str], *sections: str
    ) -> Iterator[Fault]:
        """A fault when `name` is no `kind` ("tag") among the `known` ones, which `sections` declare."""
        names = list(known)
        lost = name in self.names or not self.opaque.isdisjoint(sections)
        if name not in names and not lost:
            yield Fault(
                path,
                f"there is no {kind} {quoted(name)}",
                suggestion(name, names, f"declare it in {sections[0]}"),
            )

    def tags(self) -> Iterator[tuple[Path, str, Tag]]:
        """Every tag with its path and name, in the order of the file."""
        for unit_name, unit in self.process.units.items():
            for module_name, module in unit.modules.items():
                for name, tag in module.tags.items():
                    yield ("units", unit_name, "modules", module_name, "tags", name), name, tag

    def of_kind(self, kind: str) -> list[str]:
        """The names of the tags that are a "sensor", or an "actuator"."""
        return [name for name, tag in self.process.tags.items() if tag.kind == kind]

    def levels(self) -> Iterator[tuple[Path, str, Sequence[Step]]]:
        """Every list of sibling steps in the recipe, with its path and what its steps are called."""
        top: Path = ("recipe", "procedure")
        yield top, "unit procedure", self.process.recipe.procedure
        for i, procedure in enumerate(self.process.recipe.procedure):
            operations = (*top, i, "operations")
            yield operations, "operation", procedure.operations
            for k, operation in enumerate(procedure.operations):
                yield (*operations, k, "phases"), "phase", operation.phases

    def operations(self) -> Iterator[tuple[Path, Operation]]:
        """Every operation with its path, in the order of the file."""
        for path, _, steps in self.levels():
            for i, step in enumerate(steps):
                if isinstance(step, Operation):
                    yield (*path, i), step

    def phases(self) -> Iterator[tuple[Path, Phase]]:
        """Every phase with its path, in the order of the file."""
        for path, _, steps in self.levels():
            for i, step in enumerate(steps):
                if isinstance(step, Phase):
                    yield (*path, i), step
