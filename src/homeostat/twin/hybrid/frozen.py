"""A trained hybrid as a plain document: values, structure of the terms, where they came from, and its own hash.

In: a `Training`. Out: JSON without code, whose floats are exact (hexadecimal), and from it again a `Model` whose
defaults are the learnt values. The equations stay in code: a model with other equations or terms refuses a document.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from homeostat.errors import TwinError
from homeostat.twin.declare import Quantity
from homeostat.twin.fit import Run
from homeostat.twin.hybrid.term import terms
from homeostat.twin.hybrid.training import Point, Training
from homeostat.twin.model import Model

FORMAT = "homeostat hybrid 1"


@dataclass(frozen=True)
class Frozen:
    """A trained hybrid: `values` of parameters and initial states by name, `terms` as plain data, and `training`.

    `fingerprint` is that of the model with these values. `training` tells the runs and their hashes, the options, and
    the error of every run.
    """

    model: str
    fingerprint: str
    terms: Mapping[str, Any]
    values: Mapping[str, float]
    training: Mapping[str, Any]

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the canonical document."""
        return hashlib.sha256(_canonical(self._content())).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """The document as plain data, with its hash."""
        return {**self._content(), "sha256": self.hash}

    def write(self, path: Path) -> None:
        """Write the document."""
        path.write_text(json.dumps(self.to_json(), indent=1, sort_keys=True) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a document. Raises `TwinError` when it is none, or is not what was written."""
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            values = {name: float.fromhex(value) for name, value in found["values"].items()}
            frozen = cls(found["model"], found["fingerprint"], found["terms"], values, found["training"])
            written = found["sha256"], found["format"]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise TwinError(f"this is no frozen hybrid: {error}", where=str(path)) from error
        if written != (frozen.hash, FORMAT):
            raise TwinError(
                "the document was changed after it was frozen", where=str(path), mend="take the original"
            )
        return frozen

    def load(self, model: type[Model]) -> type[Model]:
        """`model` with the learnt values as its defaults. Raises `TwinError` when another one was trained."""
        described = {name: term.described() for name, term in terms(model).items()}
        if _canonical(described) != _canonical(self.terms):
            raise TwinError(
                "the model's learnt terms are not those that were frozen",
                where=model.__name__,
                mend="declare the terms as in the document",
            )
        loaded = _with_values(model, self.values, _source(self.training))
        if loaded.fingerprint() != self.fingerprint:
            raise TwinError(
                "the model is not the one that was frozen: its declarations or equations differ",
                where=model.__name__,
                mend=f"use the model {self.model} as it was when the hybrid was trained",
            )
        return loaded

    def _content(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "model": self.model,
            "fingerprint": self.fingerprint,
            "terms": self.terms,
            "values": {name: value.hex() for name, value in self.values.items()},
            "training": self.training,
        }


def freeze(training: Training, point: Point | None = None) -> Frozen:
    """Freeze what was learnt at `point` (the chosen one, if not given); values of single runs are left behind."""
    at = point or training.chosen
    values = {name: value for name, value in training.values(at).items() if "@" not in name}
    told = _provenance(training, at)
    model = training.model
    loaded = _with_values(model, values, _source(told))
    described = {name: dict(term.described()) for name, term in terms(model).items()}
    return Frozen(model.__name__, loaded.fingerprint(), described, values, told)


def run_hash(run: Run) -> str:
    """SHA-256 of everything in a run that a fit can see, names and errors included."""
    numbers = {name: _hex(getattr(run, name)) for name in ("time", "measured", "deviations")}
    what = [run.name, run.donor, list(run.quantities), run.start_h.hex(), numbers]
    known = [{n: v.hex() for n, v in given.items()} for given in (run.initial, run.parameters)]
    done = [repr(run.segments), repr(run.jumps)]
    return hashlib.sha256(_canonical([what, known, done])).hexdigest()


def _provenance(training: Training, at: Point) -> dict[str, Any]:
    options = asdict(training.options)
    return {
        "runs": {run.name: run_hash(run) for run in training.runs},
        "held_out": {run.name: run_hash(run) for run in training.held_out},
        "options": {**options, "judged": list(options["judged"])},
        "start": at.start,
        "moves": at.moves,
        "cost": at.cost,
        "errors": {name: error if math.isfinite(error) else None for name, error in at.errors.items()},
    }


def _source(training: Mapping[str, Any]) -> str:
    return f"learnt from {', '.join(sorted(training['runs']))}; seed {training['options']['seed']}"


def _with_values(model: type[Model], values: Mapping[str, float], source: str) -> type[Model]:
    s = model.signature
    body: dict[str, Any] = {"__module__": model.__module__, "__doc__": model.__doc__}
    for name, value in values.items():
        group = s.parameters if name in s.parameters.names else s.states
        quantity: Quantity = group[name]
        body[name] = replace(quantity, value=value, source=source)
    return type(model.__name__, (model,), body)


def _hex(values: Any) -> list[str]:
    return [float(value).hex() for value in np.asarray(values).ravel()]


def _canonical(value: Any) -> bytes:
    return json.dumps(
        value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False
    ).encode()
