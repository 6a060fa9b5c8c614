"""A package that watches a running batch: a frozen watcher, how often it looks, and a self-test of a whole stretch.

Beside packages that predict: its verdicts need no target, and a sample's depends on those before it. The file is JSON,
hashed, signed and read as theirs are.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
from pydantic import Field, ValidationError, model_validator

from homeostat.errors import MonitoringError
from homeostat.monitoring import batches
from homeostat.monitoring.batches import AnyWatcher, Told
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.package.canonical import digest
from homeostat.monitoring.package.document import Input, IntendedUse, Metrics, Training
from homeostat.monitoring.package.freezing import told
from homeostat.monitoring.package.hashed import Finite, Hash, Hashed, Name, Part
from homeostat.monitoring.prediction import Decision

WATCH_FORMAT = "homeostat watcher 1"
FAMILIES = (batches,)
"""Where the watchers come from that a package may hold."""
SAMPLES = 96
"""How many samples a self-test holds at most."""

Stretch = Sequence[tuple[str, Array]]
"""Samples of a batch one after the other: the phase that runs, and the values (J,)."""


class WatchTest(Part):
    """Samples and the exact answers to them (MON-02): numbers as hexadecimal floats, None for missing ones.

    `answers` are the ratios of each sample, `decisions` what was settled, `drivers` the digest of the parts told.
    """

    phases: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    answers: tuple[tuple[str, ...], ...]
    decisions: tuple[Decision, ...]
    drivers: Hash


class WatchPackage(Hashed):
    """A frozen watcher. It takes a sample every `interval` hours, the first `begins` hours after a batch began."""

    format: Literal["homeostat watcher 1"] = "homeostat watcher 1"
    version: Name
    use: IntendedUse
    inputs: tuple[Input, ...] = Field(min_length=1)
    watcher: AnyWatcher
    interval: Finite = Field(gt=0.0)
    begins: Finite = Field(default=0.0, ge=0.0)
    training: Training
    metrics: tuple[Metrics, ...] = ()
    tried: tuple[Mapping[str, Any], ...] = ()
    created: str = ""
    software: Mapping[str, str] = Field(default_factory=dict)
    self_test: WatchTest | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.names != self.watcher.tags:
            raise ValueError("the inputs are not the watcher's tags")
        if len(set(self.names)) != len(self.names):
            raise ValueError("two inputs have the same name")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the inputs, in order."""
        return tuple(given.name for given in self.inputs)

    def follow(self, samples: Stretch) -> tuple[Told, ...]:
        """What is said of each sample of a batch, from its first on."""
        memory, found = self.watcher.begin(), list[Told]()
        for phase, values in samples:
            memory, said = self.watcher.look(memory, phase, values)
            found.append(said)
        return tuple(found)


def freeze_watcher(samples: Stretch, **parts: Any) -> WatchPackage:
    """The package of `parts` (the fields of `WatchPackage`), whose self-test is run on the first `samples` of a batch.

    Every fifth sample of the second half lacks a value there, so that gaps are tested as well. Raises `MonitoringError`
    when the parts do not make a package.
    """
    try:
        draft = WatchPackage(**parts)
    except ValidationError as fault:
        raise MonitoringError(told(fault), where="watcher package", mend="correct this part") from fault
    tested = draft.model_copy(update={"self_test": _test(draft, _with_gaps(samples[:SAMPLES]))})
    return tested.model_copy(update={"content_hash": tested.hashed()})


def check_watcher(package: WatchPackage, where: str) -> None:
    """Run the self-test. Raises `MonitoringError` where there is none, or a bit differs."""
    test = package.self_test
    if test is None or not test.rows:
        raise MonitoringError("the package has no self-test", where=where, mend="freeze the model again")
    if len(test.phases) != len(test.rows) or any(len(row) != len(package.inputs) for row in test.rows):
        raise MonitoringError("the self-test and the inputs do not fit together", where=where)
    samples = [(phase, _numbers(row)) for phase, row in zip(test.phases, test.rows, strict=True)]
    if _test(package, samples) != test:
        raise MonitoringError(
            "the self-test fails: this machine does not compute what was frozen",
            where=where,
            mend="do not use the model here, and report the machine and the software versions",
        )


def _test(package: WatchPackage, samples: Stretch) -> WatchTest:
    found = package.follow(samples)
    return WatchTest(
        phases=tuple(phase for phase, _ in samples),
        rows=tuple(_hex(values.tolist()) for _, values in samples),
        answers=tuple(tuple(ratio.hex() for ratio in each.ratios) for each in found),
        decisions=tuple(each.decision for each in found),
        drivers=digest([[name, part.hex()] for each in found for name, part in each.drivers]),
    )


def _with_gaps(samples: Stretch) -> list[tuple[str, Array]]:
    found = [(phase, np.array(values, np.float64)) for phase, values in samples]
    for number in range(len(found) // 2, len(found), 5):
        values = found[number][1]
        values[number % len(values)] = math.nan
    return found


def _hex(row: Sequence[float]) -> tuple[str | None, ...]:
    return tuple(value.hex() if math.isfinite(value) else None for value in row)


def _numbers(row: Sequence[str | None]) -> Array:
    return np.array([math.nan if value is None else float.fromhex(value) for value in row])
