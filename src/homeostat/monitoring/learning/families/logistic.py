"""Logistic regression with a ridge penalty, for two classes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from homeostat.monitoring.frozen import Array, Form
from homeostat.monitoring.frozen.composed import Logistic
from homeostat.monitoring.frozen.linear import Linear

STRENGTHS = tuple(10.0**power for power in (-4.0, -3.5, -3.0, -2.5, -2.0, -1.5, -1.0, 0.0))
"""Weights of the data against the penalty, from the strongest penalty on."""


@dataclass(frozen=True)
class LogisticRidge:
    """Penalised likelihood, over `STRENGTHS`; the target is 0 or 1."""

    name: str = "logistic ridge"

    @property
    def sizes(self) -> tuple[str, ...]:
        """Penalties, from the strongest."""
        return tuple(f"C = {strength:.2g}" for strength in STRENGTHS)

    def path(self, x: Array, y: Array, new: Array) -> Array:
        """Probabilities (sizes, m)."""
        if np.ptp(y) == 0.0:
            return np.full((len(STRENGTHS), len(new)), y[0])
        fitted = (self._fit(x, y, strength) for strength in STRENGTHS)
        return np.stack([np.asarray(model.predict_proba(new)[:, 1], np.float64) for model in fitted])

    def freeze(self, x: Array, y: Array, size: int) -> Form:
        """The probability as a form; its reference is the mean row."""
        model, center = self._fit(x, y, STRENGTHS[size]), x.mean(axis=0)
        weights = np.asarray(model.coef_[0], np.float64)
        level = float(model.intercept_[0]) + float(center @ weights)
        return Logistic(form=Linear(coefficients=weights, center=center, intercept=level))

    def _fit(self, x: Array, y: Array, strength: float) -> Any:
        return LogisticRegression(C=strength, max_iter=2000, tol=1e-5).fit(x, y > 0.5)
