"""A package that reads a running process from its spectra: a frozen `Live`, and a self-test of a short course.

Beside packages that predict: a value depends on the spectra before it, and on the at-line results that have come. The
file is JSON, hashed, signed and read as theirs are.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
from pydantic import Field, ValidationError, model_validator

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.package.document import IntendedUse, Metrics, Training
from homeostat.monitoring.package.freezing import told
from homeostat.monitoring.package.hashed import Finite, Hashed, Name, Part
from homeostat.monitoring.spectra import Drawn, Live, LiveValue, follow
from homeostat.monitoring.spectra.state import HOUR

LIVE_FORMAT = "homeostat live calibration 1"
SPECTRA = 8
"""How many spectra a self-test holds at most."""
BETWEEN = HOUR // 12
"""Microseconds between the spectra of a self-test."""
SAMPLED = 2
"""The spectrum of a self-test at which a sample is drawn; its result is known with the next one."""


class LiveTest(Part):
    """Spectra and the exact answers to them (MON-02): numbers as hexadecimal floats, None for missing ones.

    `measured` is the result of a sample drawn with the third spectrum. `answers` holds for each spectrum value, low,
    high, the raw value and its expected error; `reasons` why there is none.
    """

    rows: tuple[tuple[str | None, ...], ...]
    measured: str
    answers: tuple[tuple[str | None, ...], ...]
    reasons: tuple[str, ...]


class LivePackage(Hashed):
    """A frozen live calibration of the `target`; `headings` are those of the wavelengths it was learnt from."""

    format: Literal["homeostat live calibration 1"] = "homeostat live calibration 1"
    version: Name
    use: IntendedUse
    target: Name
    unit: str = ""
    headings: tuple[Name, ...] = Field(min_length=1)
    live: Live
    coverage: Finite = Field(gt=0.0, lt=1.0)
    training: Training
    metrics: tuple[Metrics, ...] = ()
    tried: tuple[Mapping[str, Any], ...] = ()
    created: str = ""
    software: Mapping[str, str] = Field(default_factory=dict)
    self_test: LiveTest | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(self.headings) != len(self.live.calibration.wavelengths):
            raise ValueError("headings and wavelengths differ in number")
        return self


def freeze_live(spectra: Array, measured: float, **parts: Any) -> LivePackage:
    """The package of `parts` (the fields of `LivePackage`), its self-test run on the first of `spectra` (n, p).

    The last of them lacks a point there, so that the guard is tested; `measured` is the at-line result of the one at
    `SAMPLED`. Raises `MonitoringError` when the parts do not make a package.
    """
    try:
        draft = LivePackage(**parts)
    except ValidationError as fault:
        raise MonitoringError(told(fault), where="live calibration", mend="correct this part") from fault
    rows = np.array(spectra[:SPECTRA], np.float64)
    rows[-1, draft.live.guard.start] = math.nan
    tested = draft.model_copy(update={"self_test": _test(draft, rows, measured)})
    return tested.model_copy(update={"content_hash": tested.hashed()})


def check_live(package: LivePackage, where: str) -> None:
    """Run the self-test. Raises `MonitoringError` where there is none, or a bit differs."""
    test = package.self_test
    if test is None or not test.rows:
        raise MonitoringError("the package has no self-test", where=where, mend="freeze the model again")
    if any(len(row) != len(package.headings) for row in test.rows):
        raise MonitoringError("the self-test and the wavelengths do not fit together", where=where)
    rows = np.array([[math.nan if one is None else float.fromhex(one) for one in row] for row in test.rows])
    if _test(package, rows, float.fromhex(test.measured)) != test:
        raise MonitoringError(
            "the self-test fails: this machine does not compute what was frozen",
            where=where,
            mend="do not use the model here, and report the machine and the software versions",
        )


def _test(package: LivePackage, rows: Array, measured: float) -> LiveTest:
    times = [number * BETWEEN for number in range(len(rows))]
    drawn = Drawn(SAMPLED * BETWEEN, measured, (SAMPLED + 1) * BETWEEN)
    found = follow(package.live, zip(times, rows, strict=True), [drawn]).told
    return LiveTest(
        rows=tuple(_hex(row) for row in rows.tolist()),
        measured=measured.hex(),
        answers=tuple(_hex(_numbers(each)) for each in found),
        reasons=tuple(each.reason for each in found),
    )


def _numbers(told: LiveValue) -> tuple[float | None, ...]:
    return told.value, told.low, told.high, told.raw, told.deviation


def _hex(row: Sequence[float | None]) -> tuple[str | None, ...]:
    return tuple(one.hex() if one is not None and math.isfinite(one) else None for one in row)
