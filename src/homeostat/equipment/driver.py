"""The driver protocol: what the scan may ask of equipment, real, simulated or recorded.

Times are microseconds of process time since the batch started; values are floats in the tag's declared unit.
A driver reads all tags at once, obeys commands that carry an idempotency key, and answers honestly whether it has
carried one out: after a crash an unknown outcome holds the batch, it is never sent again blindly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


class Scan(NamedTuple):
    """One reading of every tag, in the order of the declaration: values, and their `Quality` codes as integers."""

    values: tuple[float, ...]
    qualities: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Command:
    """A discrete act on the equipment.

    `set`: the actuator `target` takes `value` in its unit. `dose`: `value` mL of the material `target` enter the
    vessel. `draw`: `value` mL leave the vessel; `retain` names what stays behind (a perfusion or wash keeps cells).
    `id` is the idempotency key: a driver that sees one twice acts once.
    """

    id: str
    kind: Literal["set", "dose", "draw"]
    target: str
    value: float
    unit: str
    retain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command: `value` is what was really applied, `detail` says why it was refused or limited."""

    status: Literal["done", "refused", "unknown"]
    value: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One laboratory result: `values` by reported quantity, in `units`; `taken` is when the sample was drawn."""

    sample: str
    assay: str
    taken: int
    values: Mapping[str, float]
    units: Mapping[str, str]


class Driver(Protocol):
    """Equipment as the scan sees it.

    `steers` is False where nothing may be commanded (a recorded log). `repeatable` says that its past can be
    recomputed by reading and commanding it again from the start, as a seeded simulation can and a vessel cannot.
    """

    steers: bool
    repeatable: bool

    def facts(self) -> Mapping[str, Json]:
        """What identifies this equipment in the record: kind, seed, files with their hashes."""
        ...

    def initial(self) -> Mapping[str, float]:
        """Starting values of twin states that this run knows (from a run sheet), in the model's units."""
        ...

    def read(self, time: int) -> Scan:
        """Every tag at `time`; calls come with rising times. A reading that cannot be had has a bad quality."""
        ...

    def regulate(self, outputs: Sequence[tuple[str, float]]) -> None:
        """Take over the continuous outputs (actuator tag, value) of the regulatory loops until the next scan."""
        ...

    def execute(self, command: Command) -> Outcome:
        """Carry out a discrete command once."""
        ...

    def confirm(self, command_id: str) -> Outcome | None:
        """What became of a command: None if it never arrived, an unknown outcome if the equipment cannot tell."""
        ...

    def sample(self, sample: str, assay: str, time: int) -> None:
        """A sample was drawn for an assay; its result will come through `results`."""
        ...

    def results(self, time: int) -> Sequence[Result]:
        """Laboratory results that have become available by `time` and were not returned before, oldest first."""
        ...

    def end(self) -> int | None:
        """The time after which there is nothing more to read (the end of a log); None for living equipment."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
