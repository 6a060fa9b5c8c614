"""Limits of a batch's statistics at each of its samples, as a frozen piece."""

from typing import Literal, Self

from pydantic import Field, model_validator

from homeostat.monitoring.frozen import Piece, Vector


class Limits(Piece):
    """Limits of T², SPE and the newest sample's SPE at each sample (K,), from held-out batches.

    A sample beyond one is an alert; beyond `action` times one, it is what good batches hardly ever do at any sample.
    """

    kind: Literal["batch limits"] = "batch limits"
    t2: Vector
    spe: Vector
    newest: Vector
    action: float = Field(gt=0.0)

    @model_validator(mode="after")
    def _positive(self) -> Self:
        if not len(self.t2) == len(self.spe) == len(self.newest):
            raise ValueError("as many limits of each statistic are wanted")
        if not all((limits > 0.0).all() for limits in (self.t2, self.spe, self.newest)):
            raise ValueError("limits must be positive")
        return self

    def rows(self) -> list[tuple[float, float, float]]:
        """The limits of T², SPE and the newest SPE, sample by sample."""
        return list(zip(self.t2.tolist(), self.spe.tolist(), self.newest.tolist(), strict=True))
