"""Spectra that come again: an instrument that hands one over twice, or is stuck on what it has in its buffers.

In: what a live calibration remembers, and what a spectrum says and is expected to err by. Out: whether it came before,
and why it is none then. Two spectra that agree in both to the last bit are one.
"""

from dataclasses import replace

from homeostat.monitoring.spectra.state import LiveState

FROZEN = 3
"""Spectra in a row, the same bit for bit, from which the instrument is called frozen: of two, one was handed over twice
(assumption)."""
BUFFERS = 7
"""Spectra before the last one that a new one is compared with: an instrument may be stuck on several buffers
(assumption)."""


def came_before(state: LiveState, raw: float, deviation: float) -> bool:
    """Whether a spectrum is the last one bit for bit, or one of the few before it."""
    return (raw, deviation) in (state.last, *state.before)


def seen(state: LiveState, raw: float, deviation: float, edition: int) -> LiveState:
    """The state that knows of a new spectrum; before edition 2 none is remembered, in edition 2 the last one."""
    if edition < 2:
        return state
    before = () if edition == 2 or state.last is None else (*state.before, state.last)[-BUFFERS:]
    return replace(state, last=(raw, deviation), again=0, before=before)


def same(again: int, edition: int) -> str:
    """Why a spectrum is none that came before, the `again`-th in a row."""
    if again + 1 < FROZEN:
        return "the same spectrum as before, bit for bit: no new measurement"
    if edition == 2:
        return f"frozen: the same spectrum {again + 1} times in a row, bit for bit"
    return f"frozen: {again} spectra in a row that came before, bit for bit"
