"""What soft sensors are told: every input's source must be declared, and believed or foreseen by somebody."""

from collections.abc import Iterable, Iterator, Mapping

from homeostat.process.checks.subject import Subject
from homeostat.process.conditions import BATCH_ELAPSED
from homeostat.process.issues import Fault, Path, quoted, suggestion
from homeostat.process.soft import DOUBT, FORESEEN, TWIN, ModelInput

ATTRIBUTE_KINDS = ("sd.", "p.", "breach.")
"""What may stand between "foreseen." and the attribute."""


def soft(subject: Subject) -> Iterator[Fault]:
    """A fault for every source that nothing declares, or that needs an observer where there is none."""
    for path, source in _sources(subject):
        name = source.name
        if name.startswith((DOUBT, FORESEEN)) and subject.process.twin.observer is None:
            yield Fault(
                path, f"without an observer there is no {quoted(name)}", "declare one under twin.observer"
            )
        elif name.startswith(FORESEEN):
            attribute = name.removeprefix(FORESEEN)
            for kind in ATTRIBUTE_KINDS:
                attribute = attribute.removeprefix(kind)
            yield from subject.unknown(path, "attribute", attribute, subject.process.attributes, "attributes")
        elif not name.startswith(TWIN) and name != BATCH_ELAPSED:
            yield from subject.unknown(path, "tag", name, subject.process.tags, "units")


def soft_beliefs(subject: Subject, seen: Iterable[str]) -> Iterator[Fault]:
    """A fault for every belief that the twin does not have: it has those in `seen`, and the parameters it learns."""
    observer = subject.process.twin.observer
    known = [*seen, *(observer.learn if observer else ())]
    for path, source in _sources(subject):
        if source.name.startswith(TWIN):
            name = source.name.removeprefix(DOUBT).removeprefix(TWIN)
            if name not in known:
                yield Fault(path, f"the twin does not tell {quoted(name)}", suggestion(name, known))


def _sources(subject: Subject) -> Iterator[tuple[Path, ModelInput]]:
    for name, sensor in subject.process.monitoring.models.items():
        inputs: Mapping[str, ModelInput] = sensor.inputs
        for given, source in inputs.items():
            yield ("monitoring", "models", name, "inputs", given), source
