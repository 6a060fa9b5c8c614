"""Virtual batches by the hundred thousand: donors drawn from a model's spreads, results reduced as they come.

Data flow: `Spreads` (what varies, by how much) -> `Donors` (parameters and initial states of batches a to b, the
same for a seed whatever the division) -> the ensemble kernel, a chunk a thread at a time -> `survey`: counts in
`Bins` that sum exactly in any order -> `Survey` (quantile bands over time, end points, probability of being within
specification, failures by status). Memory does not grow with the number of batches.
"""

from homeostat.twin.virtual.bins import Bins
from homeostat.twin.virtual.donors import Donors, Spreads
from homeostat.twin.virtual.limits import Limit
from homeostat.twin.virtual.survey import QUANTILES, Survey, survey

__all__ = ["QUANTILES", "Bins", "Donors", "Limit", "Spreads", "Survey", "survey"]
