"""What the linear steps among a spectrum's steps share: they can be folded into the weights that follow them.

If a step is y = S x + s, then w y = (w S) x + w s: `folded` gives w S and w s, and a live spectrum need not pass
through the step at all.
"""

from abc import abstractmethod

from homeostat.monitoring.frozen import Array, Step


class LinearStep(Step):
    """A step y = S x + s."""

    @abstractmethod
    def folded(self, weights: Array, width: int) -> tuple[Array, Array]:
        """`weights` (k, q) on this step's output as weights (k, width) on its input, and offsets (k,)."""
