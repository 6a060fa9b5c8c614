"""A frozen hybrid is plain data; loaded, it is the same model to the last bit, and nothing else is let in."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.twin.hybrid.culture import Culture, Learnt

from homeostat.errors import TwinError
from homeostat.twin import Ensemble
from homeostat.twin.fit import Run
from homeostat.twin.hybrid import (
    Argument,
    Frozen,
    NeuralTerm,
    Options,
    Positive,
    Training,
    freeze,
    run_hash,
    train,
)


@pytest.fixture(scope="module")
def training(runs: Mapping[str, Run]) -> Training:
    return train(
        Learnt, [runs["a"]], [runs["judge"]], ["yield_cells", "cells@a"], Options(starts=1, moves=4, seed=7)
    )


@pytest.fixture
def document(training: Training, tmp_path: Path) -> Path:
    path = tmp_path / "hybrid.json"
    freeze(training).write(path)
    return path


def test_it_comes_back_with_the_same_hash_and_the_same_fingerprint(
    training: Training, document: Path
) -> None:
    frozen, again = freeze(training), Frozen.read(document)
    assert again == frozen
    assert again.hash == frozen.hash
    assert again.load(Learnt).fingerprint() == frozen.load(Learnt).fingerprint() == frozen.fingerprint


def test_the_loaded_model_computes_the_same_bits_as_the_trained_weights(
    training: Training, document: Path
) -> None:
    loaded = Frozen.read(document).load(Learnt)
    shared = {name: value for name, value in training.values().items() if "@" not in name}
    parameters = np.array(Learnt.signature.parameters.vector(shared))
    hours = np.linspace(0.0, 24.0, 9).tolist()
    ours = Ensemble(loaded, method="rodas4").run(hours).values
    theirs = Ensemble(Learnt, method="rodas4").run(hours, parameters=parameters).values
    assert (ours == theirs).all()
    assert np.isfinite(ours).all()


def test_what_was_learnt_are_the_defaults_and_their_source_tells_from_what(document: Path) -> None:
    frozen = Frozen.read(document)
    parameters = frozen.load(Learnt).signature.parameters
    assert parameters["yield_cells"].value == frozen.values["yield_cells"] != 0.5
    assert parameters["factor_offset"].source == "learnt from a; seed 7"
    assert "cells@a" not in frozen.values


def test_the_training_is_told_with_the_hashes_of_its_runs(document: Path, runs: Mapping[str, Run]) -> None:
    told = Frozen.read(document).training
    assert told["runs"] == {"a": run_hash(runs["a"])}
    assert told["held_out"] == {"judge": run_hash(runs["judge"])}
    assert set(told["errors"]) == {"a", "judge"}


def test_the_document_holds_nothing_but_json(document: Path) -> None:
    found = json.loads(document.read_text())
    assert found["format"] == "homeostat hybrid 1"
    assert float.fromhex(found["values"]["yield_cells"]) > 0.0


CHANGES: Mapping[str, Callable[[dict[str, Any]], object]] = {
    "a weight": lambda d: d["values"].update(factor_offset=(0.5).hex()),
    "a term": lambda d: d["terms"]["factor"].update(units=4),
    "the training": lambda d: d["training"].update(moves=99),
    "the format": lambda d: d.update(format="homeostat hybrid 2"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_any_change_of_the_document_is_seen(document: Path, what: str) -> None:
    found = json.loads(document.read_text())
    CHANGES[what](found)
    document.write_text(json.dumps(found))
    with pytest.raises(TwinError, match="changed after it was frozen"):
        Frozen.read(document)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"values": 3}', '{"values": {"a": "no number"}}'])
def test_other_files_are_refused_with_their_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(TwinError, match=r"other\.json: this is no frozen hybrid"):
        Frozen.read(path)


def test_a_model_with_other_terms_is_refused(document: Path) -> None:
    wider = NeuralTerm({"product": Argument(0.0, 9.0, monotone=-1)}, Positive(0.3), units=3)
    for other in (Culture, type("Learnt", (Learnt,), {"factor": wider})):
        with pytest.raises(TwinError, match="not those that were frozen"):
            Frozen.read(document).load(other)


def test_a_model_with_other_equations_is_refused(document: Path) -> None:
    class Slower(Learnt):
        def growth(self, m: Any) -> Any:
            return 0.5 * super().growth(m)

    Slower.__name__ = "Learnt"
    with pytest.raises(TwinError, match="its declarations or equations differ"):
        Frozen.read(document).load(Slower)


@pytest.mark.parametrize("field", ["name", "measured", "deviations", "initial"])
def test_the_hash_of_a_run_follows_everything_that_a_fit_can_see(runs: Mapping[str, Run], field: str) -> None:
    run = runs["a"]
    changed = {
        "name": "z",
        "measured": run.measured * (1.0 + 1e-15),
        "deviations": run.deviations + 1e-9,
        "initial": {"cells": 0.11, "substrate": 10.0},
    }
    assert run_hash(replace(run, **{field: changed[field]})) != run_hash(run)
    assert run_hash(replace(run)) == run_hash(run)
