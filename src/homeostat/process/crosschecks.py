"""Signals held against each other: pairs that should agree, and balances over several that should close."""

from pydantic import Field

from homeostat.process.base import Name, Part, Text
from homeostat.process.units import Quantity

TWIN = "twin."
"""Begins the name of a quantity of the twin, where a tag could stand as well."""
EVERY = Quantity(15.0, "min")


class Comparison(Part):
    """A sensor held against another `tag`, or against a quantity of the twin (`twin.volume`), every `every`.

    Of a healthy pair the difference scatters with `scale` (1 s.d.) about `centre` (default: 0), and one difference
    resembles the next with `correlation`. Where it stays away from the centre, the sensor drifts.
    """

    tag: Name
    against: Text
    scale: Quantity
    centre: Quantity | None = None
    correlation: float = Field(default=0.0, ge=0.0, le=0.99)
    every: Quantity = EVERY


class MassBalance(Part):
    """A balance over tags: the sum of `terms`, each a factor times its tag, is `equals` (default: 0).

    It holds within `tolerance` (1 s.d.) and is judged every `every`. All tags have units of one kind; the sum is in
    the unit of the first.
    """

    title: str = ""
    terms: dict[Name, float] = Field(min_length=1)
    equals: Quantity | None = None
    tolerance: Quantity
    every: Quantity = EVERY
