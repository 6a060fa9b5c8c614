"""A calibration in the scan: a spectrum and the state in; a value, its interval and the next state out.

    spectrum -> guard -> calibration -> level (smoothing) -> correction -> range -> value, interval
    at-line result -> does it count? (`at_line`) -> correction

Nothing looks ahead, nothing reads a clock, and the state is a few hundred numbers that JSON holds: a replayed batch
gives the same bits.
"""

from dataclasses import replace
from math import sqrt
from typing import Any, Literal, Self

import numpy as np
from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array, Piece
from homeostat.monitoring.spectra.again import came_before, same, seen
from homeostat.monitoring.spectra.at_line import Results
from homeostat.monitoring.spectra.calibration import Calibration
from homeostat.monitoring.spectra.doubted import restated, stepped
from homeostat.monitoring.spectra.guard import Guard
from homeostat.monitoring.spectra.repeated import held_within
from homeostat.monitoring.spectra.smoothing import STEP, afresh, begun, followed
from homeostat.monitoring.spectra.state import HOUR, OLDER, SPARSE, LiveState, LiveValue, Past
from homeostat.monitoring.spectra.transfer import correction
from homeostat.monitoring.spectra.width import deviation, doubted

NOT_NEWER = "the spectrum is not newer than the last one"
WAITS = "an at-line result far off waits for the next, within the interval"
JUMP = 3.0
"""A spectrum whose expected error is this many times the usual one of this batch is an outlier."""
SETTLED = 12
"""Spectra before there is a usual one."""
PATIENCE = 10
"""Outliers in a row after which they are the new usual."""
REMEMBERED = 0.95
"""What the usual error keeps with each spectrum."""
FAR = 3.0
"""Half-widths of the interval by which an at-line result may be off what stood and be believed alone (assumption)."""
MARGIN = 0.1
"""Share of the calibration's span by which values may leave it and still be reported (assumption)."""


class Live(Piece):
    """How a calibration is used in a process.

    Values and intervals stay within `low` to `high`, the reportable range: where nothing else is declared, a tenth of
    the calibration's span to either side of its samples, and not below 0 where none of them is. At-line samples widen
    it, but never beyond `least` and `most`, what was declared possible; a result beyond them is none. One more than
    `far` half-widths off what stood waits for the next (None in models that were frozen without: every result is
    believed). `by_groups` is the number of groups whose random effects gave `quantile`; None where samples count as
    exchangeable. The interval of a value that had to be brought back into the range lies about where it was brought to.
    `quantile` times the expected error is half an interval; `memory` the number of spectra that at-line results can
    still be matched to (from edition 3 on, before them one each five minutes of a day); `nearest` how far (µs) the
    spectrum may be from the time of sampling.

    `edition` is that of the rules by which a course is followed. 2: a spectrum that comes again bit for bit is no
    measurement; values off to one side are doubted within the interval, then believed as a step; what samples correct
    is settled when the noise is known. 3: nor is one that is any of the last eight; a moment has one result; a step
    restates only what stood within it; a corrected interval is no wider than one without samples. 4: unless samples
    showed more than was expected; the interval reaches to what a result that waits would say. 5: nor is it narrower
    than `laboratory` to either side, by which left-out laboratory values could be told at all (None where nothing was
    chosen among many). What counts as far off a value, or as too far from the calibration, is half an interval without
    it. None in models that were frozen without these.
    """

    kind: Literal["live-spectra"] = "live-spectra"
    calibration: Calibration
    guard: Guard
    low: float
    high: float
    quantile: float = Field(gt=0.0)
    memory: int = Field(default=600, ge=1)
    nearest: int = Field(default=HOUR // 4, ge=0)
    least: float | None = Field(default=None, allow_inf_nan=False)
    most: float | None = Field(default=None, allow_inf_nan=False)
    far: float | None = Field(default=None, gt=0.0, allow_inf_nan=False)
    by_groups: int | None = Field(default=None, ge=2)
    laboratory: float | None = Field(default=None, gt=0.0, allow_inf_nan=False)
    edition: Literal[2, 3, 4, 5] | None = None

    @model_serializer(mode="wrap")
    def _as_frozen(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """As it was written: without what was not declared, lest the hash of older packages change."""
        found: dict[str, Any] = plain(self)
        return {name: value for name, value in found.items() if value is not None}

    @classmethod
    def of(
        cls,
        calibration: Calibration,
        spectra: Array,
        low: float | None = None,
        high: float | None = None,
        coverage: float = 0.9,
        errors: Array | None = None,
    ) -> Self:
        """For a concentration: the guard from the calibration's `spectra` (n, p), the range as declared or usual.

        `coverage` is that of the intervals, by what left-out calibration samples show; `errors` (n,) are theirs where
        the calibration was chosen among many (`Choice.errors`).
        """
        margin = MARGIN * (calibration.high - calibration.low)
        usual = calibration.low - margin
        return cls(
            calibration=calibration,
            guard=Guard.of(calibration, spectra),
            low=low if low is not None else usual if calibration.low < 0.0 else max(0.0, usual),
            high=calibration.high + margin if high is None else high,
            quantile=calibration.quantile(coverage),
            least=low,
            most=high,
            far=FAR,
            laboratory=None if errors is None else held_within(errors, coverage),
            edition=5,
        )

    @property
    def rules(self) -> int:
        """The number of the edition of its rules, 1 where none was written."""
        return self.edition or 1

    def step(self, state: LiveState, spectrum: Array, time: int) -> tuple[LiveValue, LiveState]:
        """The answer to `spectrum` (p,) taken at `time` (µs). Raises MonitoringError for another number of points."""
        if len(spectrum) != len(self.calibration.wavelengths):
            raise MonitoringError(
                f"the spectrum has {len(spectrum)} points, the calibration {len(self.calibration.wavelengths)}",
                mend="resample it onto the calibration's wavelengths",
            )
        if state.past and time <= state.past[-1].time:
            return _none(time, NOT_NEWER), state
        if reason := self.guard.reason(spectrum):
            return _none(time, reason), state
        return self._read(state, spectrum, time)

    def _read(self, state: LiveState, spectrum: Array, time: int) -> tuple[LiveValue, LiveState]:
        reading = self.calibration.read(spectrum[None])
        raw, deviation = float(reading.value[0]), float(reading.deviation[0])
        if not (np.isfinite(raw) and np.isfinite(deviation)):
            return _none(time, "the spectrum cannot be prepared: it is flat where it should not be"), state
        if self.rules >= 2 and came_before(state, raw, deviation):
            state = replace(state, again=state.again + 1)
            return _none(time, same(state.again, self.rules), raw, deviation), state
        if self._says_nothing(state, deviation):
            reason = f"too far from the calibration: the expected error is {deviation:.3g}"
            return _none(time, reason, raw, deviation), state
        state = seen(state, raw, deviation, self.rules)
        if self._strange(state, deviation):
            reason = f"an outlier: its expected error is {deviation:.3g}, usual are {state.usual:.3g}"
            return _none(time, reason, raw, deviation), replace(state, outliers=state.outliers + 1)
        following = self._followed(state, raw, deviation, time)
        return self._answer(following, raw, deviation, self._why(state, following)), following

    def _says_nothing(self, state: LiveState, deviation: float) -> bool:
        """Whether the interval would be the whole range, and no at-line sample tells better."""
        return not state.samples and 2.0 * self.quantile * deviation > self.high - self.low

    def _strange(self, state: LiveState, deviation: float) -> bool:
        settled = state.accepted >= SETTLED and state.outliers < PATIENCE
        return settled and deviation > JUMP * state.usual

    def _followed(self, state: LiveState, raw: float, deviation: float, time: int) -> LiveState:
        anew = state.level is None or state.outliers >= PATIENCE
        level = begun(raw) if state.level is None or anew else followed(state.level, raw, self._floor)
        if state.level is not None and stepped(state.level, level):
            levels = afresh(state.level, state.level.doubted, self._floor or 0.0)
            state = restated(state, levels, anything=self.rules == 2)
        usual = deviation if anew else REMEMBERED * state.usual + (1.0 - REMEMBERED) * deviation
        past = (*state.past[-self.memory + 1 :], Past(time, level.value, deviation))
        accepted = 1 if anew else state.accepted + 1
        older = self._older(state)
        found = replace(
            state, level=level, usual=usual, accepted=accepted, outliers=0, past=past, older=older
        )
        return self._corrected(found) if found.unsettled else found

    def _older(self, state: LiveState) -> tuple[Past, ...]:
        """What is kept of the time before the memory, once the oldest of it leaves."""
        if self.rules < 3 or len(state.past) < self.memory:
            return state.older
        leaving = state.past[0]
        if state.older and leaving.time - state.older[-1].time < SPARSE:
            return state.older
        return (*state.older, leaving)[-OLDER:]

    @property
    def _floor(self) -> float | None:
        """The innovation that is never clipped: the calibration itself errs by as much."""
        return None if self.rules < 2 else sqrt(self.calibration.error)

    def _corrected(self, state: LiveState) -> LiveState:
        """With the correction by its samples, and by the noise that is known now: `unsettled` until it is known well.

        Later noise tells nothing of samples that were drawn before it.
        """
        noise = sqrt(self.calibration.error + (state.level.noise**2 if state.level else 0.0))
        found = correction(state.samples, self.calibration.intercept, noise)
        doubt = doubted(state.samples, found, noise) if self.rules >= 4 else None
        early = self.rules >= 2 and (state.level is None or not state.level.warm)
        return replace(state, correction=found, doubt=doubt, unsettled=early)

    def _why(self, before: LiveState, state: LiveState) -> str:
        """What is to be known of a value: that it is doubted, or that the level began afresh with it."""
        if self.rules < 2 or before.level is None or state.level is None:
            return ""
        if before.outliers >= PATIENCE:
            return f"begun afresh: {PATIENCE} outliers in a row are the new usual"
        if stepped(before.level, state.level):
            return f"begun afresh: {STEP} values in a row lie off to one side, a step"
        doubted = len(state.level.doubted)
        return f"doubted: {doubted} in a row off to one side, within the interval" if doubted else ""

    def _answer(self, state: LiveState, raw: float, deviation: float, why: str) -> LiveValue:
        now = state.past[-1]
        value = state.correction.applied(now.value)
        half = max(self._half(state, now), self.laboratory or 0.0)
        low, high = self._range(state)
        kept = min(max(value, low), high)
        beyond = "" if low <= value <= high else "beyond the reportable range"
        off = self._waiting(state)
        reason = "; ".join(filter(None, (beyond, why, "" if off is None else WAITS)))
        told = [] if off is None else [value + off]
        told += [state.correction.applied(one) for one in (state.level.doubted if state.level else ())]
        ends = [kept, *(min(max(one, low), high) for one in told)]
        return LiveValue(
            now.time, kept, max(min(ends) - half, low), min(max(ends) + half, high), raw, deviation, reason
        )

    def _waiting(self, state: LiveState) -> float | None:
        """What a result that waits lies off what stood: until the next tells whether it was mistyped, it may be so."""
        if state.waiting is None or self.rules < 4:
            return None
        return state.waiting.measured - state.correction.applied(state.waiting.predicted)

    def _half(self, state: LiveState, now: Past) -> float:
        """Half an interval by the expected error."""
        return self.quantile * deviation(state, now, self.calibration.error, self.rules)

    def _range(self, state: LiveState) -> tuple[float, float]:
        measured = [sample.measured for sample in state.samples]
        margin = MARGIN * (self.calibration.high - self.calibration.low)
        low, high = min([self.low, *measured]), max([self.high, *(one + margin for one in measured)])
        return self.low if self.least is not None else low, self.high if self.most is not None else high

    def at_line(self, state: LiveState, time: int, measured: float, *, refused: bool = False) -> LiveState:
        """The state that knows of a sample drawn at `time` (µs), whenever its result comes.

        It is compared with the live value at the time of sampling, as it was before it was kept in the range. One
        that is far off, or was drawn while values were doubted, corrects nothing and is `waiting`; if the next is far
        off as well, and alike, both count. `refused` says that spectra taken near were: the state knows of none.
        Raises MonitoringError when there was no value near, or when the result is not finite or not possible.
        """
        found = self._results.told(state, time, measured, refused=refused)
        return found if found.samples is state.samples else self._corrected(found)

    @property
    def _results(self) -> Results:
        return Results(
            edition=self.rules,
            far=self.far,
            least=self.least,
            most=self.most,
            memory=self.memory,
            nearest=self.nearest,
            half=self._half,
        )


def _none(time: int, reason: str, raw: float | None = None, deviation: float | None = None) -> LiveValue:
    return LiveValue(time, None, None, None, raw, deviation, reason)
