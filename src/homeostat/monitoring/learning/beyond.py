"""What to do where most rows of a table lie outside what a model knows: by itself it can only say `undecided`.

In: the model's inputs and its verdicts. Out: one sentence, or none.
"""

from collections.abc import Sequence

from homeostat.monitoring.learning.wavelengths import is_spectrum
from homeostat.monitoring.prediction import Verdict

MOST = 0.5


def outside(verdict: Verdict) -> bool:
    """Whether a row lies beyond a limit of the model's input space."""
    pairs = ((verdict.t2, verdict.t2_limit), (verdict.spe, verdict.spe_limit))
    return any(found is not None and limit is not None and found > limit for found, limit in pairs)


def advice(names: Sequence[str], verdicts: Sequence[Verdict], table: str) -> str | None:
    """The way out where more than half of the rows lie outside; `names` are the model's inputs."""
    beyond = sum(map(outside, verdicts))
    if beyond <= MOST * len(verdicts):
        return None
    told = f"{beyond} of {len(verdicts)} rows lie outside what the model knows"
    if is_spectrum(names):
        return f"{told}: train again with --applied {table}, or with spectra measured there."
    return f"{told}: bring rows measured there, with their target, and train again."
