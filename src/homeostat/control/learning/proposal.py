"""A proposal: the next version of a model's population, with the evidence for it, as plain data that is hashed.

In: what each batch believed at its end. Out: new values for those parameters that the batches are better foreseen by,
and for all of them what was found. A proposal changes nothing by itself.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import NormalDist

from homeostat.control.learning.population import Estimate, Pooled, Prior, pooled


@dataclass(frozen=True)
class Evidence:
    """What was found about a parameter: the version in force, every batch's estimate, the population, the verdict."""

    parameter: str
    prior: Prior
    estimates: tuple[Estimate, ...]
    pooled: Pooled | None
    taken: bool
    reason: str


@dataclass(frozen=True)
class Proposal:
    """New means and relative spreads by parameter, and the evidence of all that were looked at."""

    evidence: tuple[Evidence, ...]

    @property
    def changes(self) -> Mapping[str, Pooled]:
        """The parameters that get new values."""
        return {
            each.parameter: each.pooled for each in self.evidence if each.taken and each.pooled is not None
        }

    def document(self, facts: Mapping[str, object]) -> dict[str, object]:
        """The evidence as JSON values with `facts` (what it was made from), and its hash."""
        body = {**facts, "evidence": [asdict(each) for each in self.evidence]}
        text = json.dumps(body, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return {**body, "sha256": hashlib.sha256(text.encode()).hexdigest()}


FALSE = 0.05
"""The chance at which a version that is right is changed in any of its parameters (normal, Bonferroni)."""


def propose(priors: Mapping[str, Prior], estimates: Mapping[str, Sequence[Estimate]]) -> Proposal:
    """Weigh every parameter of `priors` by the `estimates` of the batches."""
    least = NormalDist().inv_cdf(1.0 - FALSE / max(len(priors), 1))
    return Proposal(
        tuple(_weigh(name, prior, estimates.get(name, ()), least) for name, prior in priors.items())
    )


def _weigh(name: str, prior: Prior, estimates: Sequence[Estimate], least: float) -> Evidence:
    found = pooled(estimates, prior)
    if found is None:
        reason = "fewer than 3 batches say anything of it"
    elif found.mean * prior.mean <= 0.0:
        reason = "its sign would change"
    elif found.gain <= least * found.doubt:
        reason = (
            f"batches left out would not surely be foreseen better ({found.gain:+.2f} ± {found.doubt:.2f})"
        )
    else:
        better = f"batches left out are foreseen better ({found.gain:+.2f} ± {found.doubt:.2f})"
        return Evidence(name, prior, tuple(estimates), found, True, better)
    return Evidence(name, prior, tuple(estimates), found, False, reason)
