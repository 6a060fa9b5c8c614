"""What a batch of the process needs to be released: how results are decided on, and what may come later."""

from typing import Literal

from pydantic import Field

from homeostat.process.base import Name, Part, Text
from homeostat.process.units import Quantity


class PendingTest(Part):
    """A test whose result comes after the release, such as sterility; `due` says how long after it at the latest."""

    title: Text
    due: Quantity
    action: Text = "tell the treating physician"


class Release(Part):
    """How a batch is released.

    `decision` *simple*: a result within its specification conforms. *guarded*: it conforms only where, with the
    assay's variation as its uncertainty, the probability that the true value lies within the specification is at
    least `confidence` (JCGM 106:2012, 8.3). `realtime` names for attributes the critical soft sensor that may stand for
    the assay where it has not reported, if its credibility allows it; the end of a batch does not wait for that result.
    """

    decision: Literal["simple", "guarded"] = "simple"
    confidence: Quantity = Quantity(95.0, "%")
    realtime: dict[Name, Name] = Field(default_factory=dict)
    pending: dict[Name, PendingTest] = Field(default_factory=dict)
