"""What the steps of controllers on their ladder come to: gone down, or trusted with less by themselves.

In: the story of a batch. Out: every change of rung or authority, with the authority that it took away, if any.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from homeostat.ledger.catalogue import ControlChanged, ControlOrdered
from homeostat.quality.exceptions.matter import Matter
from homeostat.quality.story import Fact

_RUNGS = {"advice": 3, "plan": 3, "last plan": 2, "loops": 1, "hold": 0}
"""The ladder of a controller; one that is idle stands on none of its rungs."""
_AUTHORITIES = ("advisory", "supervised", "autonomous")


@dataclass(frozen=True, slots=True)
class Step:
    """A change of rung or authority; `held` is the authority that the controller lost by itself ("": none)."""

    fact: Fact[ControlChanged]
    held: str

    def fell(self, begins: Collection[str] | None) -> bool:
        """Whether it went down the ladder.

        A controller that begins below a plan fell, unless for a reason out of `begins`; without these, never.
        """
        data = self.fact.data
        if data.before == "idle":
            below = _RUNGS.get(data.rung, 4) < _RUNGS["plan"]
            return below and begins is not None and data.reason not in begins
        return _RUNGS.get(data.rung, 4) < _RUNGS.get(data.before, -1)


def steps(matter: Matter) -> Iterator[Step]:
    """Every step of every controller, in the order of the record."""
    process = matter.story.process
    held: dict[str, str] = (
        {name: one.authority for name, one in process.controllers.items()} if process else {}
    )
    given = {
        (one.data.controller, one.data.authority, f"{one.data.by}: {one.data.reason}")
        for one in matter.story.of(ControlOrdered)
    }
    for fact in matter.story.of(ControlChanged):
        data = fact.data
        before = held.get(data.controller, data.authority)
        held[data.controller] = data.authority
        less = _AUTHORITIES.index(data.authority) < _AUTHORITIES.index(before)
        itself = (data.controller, data.authority, data.reason) not in given
        yield Step(fact, before if less and itself else "")
