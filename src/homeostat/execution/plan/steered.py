"""What a resolved loop is made of beside its tuning: what it is fed forward, and the order of a cascade."""

from collections.abc import Sequence
from dataclasses import dataclass

from homeostat.control.regulatory import Feed


@dataclass(frozen=True, slots=True)
class FeedPlan:
    """A disturbance by its tag's index, and how it is fed forward."""

    tag: int
    feed: Feed


def outer_first(inner: Sequence[int]) -> tuple[int, ...]:
    """The order in which loops are executed, by index: outer before inner, else as declared.

    `inner` gives for each loop the one whose set-point it moves (-1: none); none is its own inner loop.
    """
    outer = {beneath: place for place, beneath in enumerate(inner) if beneath >= 0}
    order = list[int]()
    for place in range(len(inner)):
        chain = [place]
        while chain[-1] in outer:
            chain.append(outer[chain[-1]])
        order += [one for one in reversed(chain) if one not in order]
    return tuple(order)
