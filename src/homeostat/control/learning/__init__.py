"""Learning from batch to batch: what finished batches say of the population, and a new version of the model from it.

    estimates of finished batches -> population (random effects) -> proposal with its evidence -> a person's approval

Nothing is learnt while a batch runs but what its declaration allows: a batch begins from one frozen version of the
process, and what batches teach becomes another version that somebody has to approve.
"""

from homeostat.control.learning.population import Estimate, Pooled, Prior, informed, pooled
from homeostat.control.learning.proposal import Evidence, Proposal, propose

__all__ = [
    "Estimate",
    "Evidence",
    "Pooled",
    "Prior",
    "Proposal",
    "informed",
    "pooled",
    "propose",
]
