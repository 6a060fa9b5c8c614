"""A small package that the tests of this room share: a line on autoscaled inputs, calibrated on held-out donors."""

from typing import Any

import numpy as np
import pytest

from homeostat.monitoring.frozen import Array, Autoscale, Linear
from homeostat.monitoring.package import (
    Acceptance,
    Input,
    IntendedUse,
    LockedTest,
    Package,
    Training,
    freeze,
    table_digest,
)
from homeostat.monitoring.prediction import calibrate, learn_space

NAMES = ("glucose", "lactate", "viability", "density")
ROWS, DONORS = 60, 15


@pytest.fixture(scope="session")
def rows() -> Array:
    """Training rows (60, 4) of 15 donors."""
    rng = np.random.default_rng(1)
    return rng.normal(size=(ROWS, 2)) @ rng.normal(size=(2, 4)) + 0.3 * rng.normal(size=(ROWS, 4)) + 10.0


@pytest.fixture(scope="session")
def parts(rows: Array) -> dict[str, Any]:
    """The parts of the package, to be frozen as they are or changed."""
    groups = np.arange(ROWS) % DONORS
    noise = np.random.default_rng(2).normal(size=ROWS)
    truth = 90.0 + rows @ np.array([1.0, -1.0, 0.5, 0.0]) + noise
    low, high, mean = rows.min(axis=0), rows.max(axis=0), rows.mean(axis=0)
    deviation = rows.std(axis=0)
    return {
        "name": "purity",
        "version": "1.0",
        "use": IntendedUse(question="Is the harvest pure enough?", critical=True),
        "target": "purity",
        "unit": "%",
        "rule": ">= 95",
        "inputs": tuple(
            Input(name=name, low=low[k], high=high[k], mean=mean[k], deviation=deviation[k])
            for k, name in enumerate(NAMES)
        ),
        "steps": (Autoscale(mean=mean, deviation=deviation),),
        "form": Linear(
            coefficients=np.array([1.0, -1.0, 0.5, 0.0]) * deviation,
            center=np.zeros(4),
            intercept=float(truth.mean()),
        ),
        "space": learn_space(rows, groups),
        "interval": calibrate(truth, truth - noise, groups),
        "training": Training(
            sha256=table_digest(dict(zip(NAMES, rows.T, strict=True))),
            rows=ROWS,
            groups=DONORS,
            group="donor",
        ),
        "acceptance": (
            Acceptance(metric="rmsep", maximum=2.0),
            Acceptance(metric="rmsep", subgroup="*", maximum=3.0),
        ),
        "locked_test": LockedTest(sha256="ab" * 32, rows=20, groups=5),
        "tried": ({"family": "line", "rmsep": 1.0},),
        "created": "2026-01-01T00:00:00Z",
        "software": {"numpy": np.__version__},
    }


@pytest.fixture(scope="session")
def package(rows: Array, parts: dict[str, Any]) -> Package:
    """The package, frozen."""
    return freeze(rows, **parts)
