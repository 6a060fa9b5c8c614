"""Which step's uncertainty explains how much of an attribute's variance: Sobol indices of whole steps.

In: a chain, a number of patients, a seed. Out: for each step the first-order and the total share, with standard errors.
Two independent samples A and B are drawn; for each step, A is run again with that step's parameters from B. Estimators:
Saltelli et al. 2010 (Comput Phys Commun 181:259-270), table 2: (b) for the first order, (f), Jansen's, for the total.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from homeostat.errors import TwinError
from homeostat.twin.chain.attributes import attribute
from homeostat.twin.chain.chain import Chain, advance, passage
from homeostat.twin.chain.draws import Draws
from homeostat.twin.chain.material import Material
from homeostat.twin.chain.uncertain import Array


@dataclass(frozen=True)
class Share:
    """What one step explains of the variance: alone (`first`) and with all its interactions (`total`)."""

    step: str
    first: float
    first_error: float
    total: float
    total_error: float

    def to_plain(self) -> dict[str, Any]:
        """Return it as plain data."""
        return dict(vars(self))


def sensitivity(
    chain: Chain, patients: int, seed: int, *, name: str = "dose", step: str = ""
) -> tuple[Share, ...]:
    """Return the shares of the steps in the variance of attribute `name` after `step` (the last, if not given).

    Steps behind `step` are left out. Costs two runs of the chain and, for each step, one from there on. Patients for
    whom a step failed in any of the runs are left out. `TwinError` when nothing varies.
    """
    steps = chain.steps[: chain.index(step) + 1] if step else chain.steps
    draws, other = Draws(seed, 0, patients), Draws(seed, 0, patients, series=1)
    read = attribute(name, chain.attributes).read
    base = passage(steps, Material.empty(patients), draws)
    ends = [base[-1], passage(steps, Material.empty(patients), other)[-1]]
    for i, changed in enumerate(steps):
        before = base[i - 1] if i else Material.empty(patients)
        after = advance(changed, before, other)
        ends.append(passage(steps[i + 1 :], after, draws)[-1] if i + 1 < len(steps) else after)
    sound = np.all([end.completed for end in ends], axis=0)
    a, b, *mixed = (read(end)[sound] for end in ends)
    variance = float(np.var(np.concatenate([a, b]))) if len(a) else 0.0
    if len(a) < 2 or variance == 0.0:
        raise TwinError(f"{name} does not vary between {len(a)} patients", where=chain.name)
    return tuple(_share(s.name, a, b, ab, variance) for s, ab in zip(steps, mixed, strict=True))


def _share(step: str, a: Array, b: Array, ab: Array, variance: float) -> Share:
    mean = 0.5 * (a.mean() + b.mean())
    first = (b - mean) * (ab - a) / variance
    total = 0.5 * (a - ab) ** 2 / variance
    root = np.sqrt(len(a))
    return Share(
        step, float(first.mean()), float(first.std() / root), float(total.mean()), float(total.std() / root)
    )
