"""What a family of models is: it learns all its sizes at once, and freezes one of them.

Rows come in prepared (n, p), without gaps; targets are (n,). Sizes go from the simplest to the most flexible.
"""

from typing import Protocol

from homeostat.monitoring.frozen import Array, Form


class Family(Protocol):
    """A kind of model, such as PLS, with `sizes` such as numbers of components."""

    @property
    def name(self) -> str:
        """How the family is called in reports."""

    @property
    def sizes(self) -> tuple[str, ...]:
        """The sizes in words, from the simplest on."""

    def path(self, x: Array, y: Array, new: Array) -> Array:
        """Predictions (sizes, m) for rows `new` (m, p), learnt from `x` (n, p) and `y` (n,)."""

    def freeze(self, x: Array, y: Array, size: int) -> Form:
        """The model of the size at this place of `sizes`, learnt from all rows."""
