"""How large each state is: the absolute tolerance of integration, and the slack at bounds, are shares of it.

In: the declared states. Out: one scale a state, in its unit. It is what `state(..., scale=)` says. Where nothing is
said it is 1, unless the declaration shows that the state is far smaller than its unit: then it is the declared value,
or a finite upper bound, or, of a state that begins at 0, the smallest scale among those of its unit.
"""

from homeostat.twin.declare import Group, Quantity

SMALL = 1e-3
"""A value below this share of its unit is small (assumption): an error of the usual 1e-6 would be seen in it."""


def scales(states: Group) -> tuple[float, ...]:
    """The scale of each state."""
    own = [_own(quantity) for quantity in states]
    return tuple(
        scale
        or min((s for q, s in zip(states, own, strict=True) if s and q.unit == quantity.unit), default=1.0)
        for quantity, scale in zip(states, own, strict=True)
    )


def _own(quantity: Quantity) -> float:
    """What a declaration says of its own scale; 0 where it says nothing."""
    if quantity.scale:
        return quantity.scale
    size = abs(quantity.value) or (quantity.high if quantity.high < SMALL else 0.0)
    if not size:
        return 0.0
    return size if size < SMALL else 1.0
