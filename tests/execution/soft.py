"""Small frozen models for soft sensors, and processes that run them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from homeostat.monitoring.frozen import Array, Autoscale, Impute, Linear, Step
from homeostat.monitoring.package import Input, IntendedUse, Package, Training, freeze, write
from homeostat.monitoring.prediction import SymmetricInterval, learn_space
from homeostat.process import Process

GLUCOSE = {"glucose now": "mmol/L", "lactate believed": "mmol/L", "glucose at 30 min": "mol/L"}
"""The inputs of the model that most tests use, with their units."""
INPUTS = {
    "glucose now": "glucose",
    "lactate believed": "twin.lactate",
    "glucose at 30 min": "glucose @ 30 min",
}
DECLARED = {"title": "Glucose left", "every": "10 min", "from": "30 min", "inputs": INPUTS}


def training(names: Mapping[str, str]) -> Array:
    """Rows (40, p) about 15 mmol/L with a spread of 5, in the units of the inputs."""
    scale = np.array([1e-3 if unit == "mol/L" else 1.0 for unit in names.values()])
    rows: Array = (15.0 + 5.0 * np.random.default_rng(3).normal(size=(40, len(names)))) * scale
    return rows


def package(
    names: Mapping[str, str] = GLUCOSE, *, rule: str | None = ">= 10", known: float = 20.0, **parts: Any
) -> Package:
    """A line that tells the first input, exactly, plus or minus 1; it knows inputs within `known` deviations."""
    rows = training(names)
    mean, deviation = rows.mean(axis=0), rows.std(axis=0) * known
    coefficients = np.zeros(len(names))
    coefficients[0] = deviation[0]
    steps: tuple[Step, ...] = (Autoscale(mean=mean, deviation=deviation),)
    if parts.get("missing_allowed"):
        steps = (Impute(values=mean), *steps)
    given: dict[str, Any] = {
        "name": "glucose left",
        "version": "1.0",
        "use": IntendedUse(question="Is there enough glucose?", critical=False),
        "target": "glucose at the end",
        "unit": "mmol/L",
        "rule": rule,
        "inputs": tuple(
            Input(name=name, unit=unit, low=0.0, high=50.0, mean=mean[k], deviation=deviation[k])
            for k, (name, unit) in enumerate(names.items())
        ),
        "steps": steps,
        "form": Linear(coefficients=coefficients, center=np.zeros(len(names)), intercept=float(mean[0])),
        "space": learn_space((rows - mean) * known + mean, np.arange(40)),
        "interval": SymmetricInterval(coverage=0.9, method="split", rows=40, groups=40, quantile=1.0),
        "training": Training(sha256="ab" * 32, rows=40, groups=40),
    }
    return freeze(rows, **(given | parts))


def sensing(process: Process, made: Package, **changes: Any) -> Process:
    """`process` with one soft sensor, "left", that runs the package at left.json."""
    declared = process.model_dump(mode="json")
    sensor = DECLARED | {"package": "left.json", "sha256": made.content_hash} | changes
    declared["monitoring"]["models"] = {"left": sensor}
    return Process.model_validate(declared)


def written(made: Package, folder: Path) -> Path:
    """The folder, with the package at left.json."""
    folder.mkdir(parents=True, exist_ok=True)
    write(made, folder / "left.json")
    return folder
