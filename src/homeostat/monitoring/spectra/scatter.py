"""Scatter taken away: each spectrum brought to one offset and one length, by itself or by a reference spectrum.

SNV: Barnes, Dhanoa & Lister 1989. MSC: Geladi, MacDougall & Martens 1985. EMSC: Martens & Stark 1991.
"""

from typing import Literal, Self

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array, Matrix, Step
from homeostat.monitoring.spectra.sums import products, spanned, total


class SNV(Step):
    """Standard normal variate: less its mean, over its standard deviation (of all points, not one less)."""

    kind: Literal["snv"] = "snv"

    def apply(self, x: Array) -> Array:
        """Spectra (n, p) of mean 0 and standard deviation 1; NaN where a spectrum is flat."""
        centred = x - (total(x) / x.shape[1])[:, None]
        with np.errstate(invalid="ignore", divide="ignore"):
            scaled: Array = centred / np.sqrt(total(centred * centred) / x.shape[1])[:, None]
        return scaled


class _Fitted(Step):
    """Less what `taken` (k, p) explains of a spectrum, over its share of the reference.

    `readers` (k, p) and `reader` (1, p) give by one product each how much of every vector is in a spectrum: rows of
    the (weighted) pseudo-inverse of all vectors, the reference among them.
    """

    taken: Matrix
    readers: Matrix
    reader: Matrix

    def apply(self, x: Array) -> Array:
        """Corrected spectra (n, p); NaN or infinite where a spectrum has nothing of the reference."""
        rest = x - spanned(products(x, self.readers), self.taken)
        with np.errstate(invalid="ignore", divide="ignore"):
            return rest / products(x, self.reader)


class MSC(_Fitted):
    """Multiplicative scatter correction against a reference (chemotools' MultiplicativeScatterCorrection)."""

    kind: Literal["msc"] = "msc"

    @classmethod
    def against(cls, reference: Array) -> Self:
        """Offset and length by regression on `reference` (p,), as a rule the mean of the calibration's spectra."""
        return cls.model_validate(_pieces(reference, np.ones((1, len(reference))), np.ones(len(reference))))


class EMSC(_Fitted):
    """Extended MSC: polynomial baselines and known interferents are taken away as well."""

    kind: Literal["emsc"] = "emsc"

    @classmethod
    def against(
        cls, reference: Array, order: int = 2, interferents: Array | None = None, weights: Array | None = None
    ) -> Self:
        """Regression on `reference` (p,), polynomials up to `order` and `interferents` (k, p).

        `weights` (p,) say how much each point counts. Equal to chemotools' ExtendedMultiplicativeScatterCorrection.
        """
        powers = np.vander(np.linspace(-1.0, 1.0, len(reference)), order + 1, increasing=True).T
        taken = powers if interferents is None else np.concatenate([powers, interferents])
        return cls.model_validate(
            _pieces(reference, taken, np.ones(len(reference)) if weights is None else weights)
        )


def _pieces(reference: Array, taken: Array, weights: Array) -> dict[str, Array]:
    vectors = np.concatenate([taken, reference[None]]) * weights
    if np.linalg.matrix_rank(vectors) < len(vectors):
        raise MonitoringError(
            "the reference spectrum, the baselines and the interferents are not independent",
            mend="leave out interferents that others explain; take a reference that is not flat",
        )
    readers = np.linalg.pinv(vectors.T) * weights
    return {"taken": taken, "readers": readers[:-1], "reader": readers[-1:]}
