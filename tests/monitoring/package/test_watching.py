"""Packages that watch: frozen, hashed, self-tested with gaps, and refused where anything was changed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
from tests.monitoring.batches.made_up import batches, names

from homeostat.errors import MonitoringError
from homeostat.monitoring.batches import GoodBatches
from homeostat.monitoring.batches.learning import learn_phases
from homeostat.monitoring.learning.varying import learn_varying
from homeostat.monitoring.package import (
    Input,
    IntendedUse,
    Package,
    Training,
    WatchPackage,
    freeze_watcher,
    read,
    read_any,
    write,
)
from homeostat.monitoring.package.canonical import canonical, digest

GOOD = batches(24, 16, 3)
TAGS = tuple(names(3))


@pytest.fixture(scope="module")
def parts() -> dict[str, Any]:
    learned = learn_phases({"batch": list(GOOD)}, TAGS, {"batch": 2})
    return {
        "name": "like good batches",
        "version": "1",
        "use": IntendedUse(question="Does it run like good ones?"),
        "inputs": tuple(Input(name=tag, low=0.0, high=9.0, mean=5.0, deviation=1.0) for tag in TAGS),
        "watcher": GoodBatches(tags=TAGS, run=2, phased=learned.phased, longest=(16,)),
        "interval": 1.0,
        "training": Training(sha256="ab" * 32, rows=24 * 16, groups=24),
    }


@pytest.fixture(scope="module")
def package(parts: dict[str, Any]) -> WatchPackage:
    return freeze_watcher([("", row) for row in GOOD[0]], **parts)


def test_what_was_frozen_comes_back_with_every_bit(package: WatchPackage, tmp_path: Path) -> None:
    write(package, tmp_path / "w.json")
    again = read_any(tmp_path / "w.json")
    assert isinstance(again, WatchPackage)
    assert again == package
    assert again.content_hash == package.content_hash == again.hashed()
    samples = [("", row) for row in batches(1, 16, 3, seed=4)[0]]
    assert again.follow(samples) == package.follow(samples)


def test_the_self_test_has_gaps_and_answers_to_all_samples(package: WatchPackage) -> None:
    test = package.self_test
    assert test is not None
    assert len(test.rows) == len(test.answers) == len(test.decisions) == 16
    assert any(None in row for row in test.rows)
    assert all(None not in row for row in test.rows[:8])


@pytest.mark.parametrize(
    "place", [("interval",), ("watcher", "run"), ("watcher", "phased", "phases", 0, "monitor", "variance", 0)]
)
def test_a_changed_file_is_refused(package: WatchPackage, place: tuple[Any, ...], tmp_path: Path) -> None:
    document = json.loads(canonical(package.to_json()))
    part = document
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] *= 2
    (tmp_path / "w.json").write_bytes(canonical(document))
    with pytest.raises(MonitoringError, match="changed after it was frozen"):
        read_any(tmp_path / "w.json")
    content = {name: value for name, value in document.items() if name not in {"content_hash", "signature"}}
    document["content_hash"] = digest(
        content
    )  # a careful forger's file computes other bits, or nothing at all
    (tmp_path / "w.json").write_bytes(canonical(document))
    if place[-1] == "interval":
        assert read_any(tmp_path / "w.json").content_hash != package.content_hash
    elif place[0] == "watcher" and place[-1] != "run":
        with pytest.raises(MonitoringError, match="self-test fails"):
            read_any(tmp_path / "w.json")


def test_a_package_without_a_self_test_is_refused(package: WatchPackage, tmp_path: Path) -> None:
    bare = package.model_copy(update={"self_test": None})
    bare = bare.model_copy(update={"content_hash": bare.hashed()})
    write(bare, tmp_path / "w.json")
    with pytest.raises(MonitoringError, match="no self-test"):
        read_any(tmp_path / "w.json")


def test_a_watcher_is_no_model_that_predicts(package: WatchPackage, tmp_path: Path) -> None:
    write(package, tmp_path / "w.json")
    with pytest.raises(MonitoringError, match="it predicts nothing"):
        read(tmp_path / "w.json")
    assert not isinstance(package, Package)


def test_it_can_be_signed_over_its_hash(package: WatchPackage) -> None:
    signed = package.signed(lambda content: content[::-1], by="QA", key=b"\x01" * 32)
    assert signed.content_hash == package.content_hash == signed.hashed()
    signed.verify(lambda signature, content: signature.value == content[::-1].hex())
    with pytest.raises(MonitoringError, match="does not hold"):
        signed.verify(lambda signature, content: False)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"interval": 0.0}, "interval"),
        ({"interval": float("nan")}, "interval"),
        ({"inputs": ()}, "inputs"),
        ({"use": {"question": "?", "critical": True, "adaptive": True}}, "adaptive"),
    ],
)
def test_parts_that_make_no_package_are_refused(
    changes: dict[str, Any], message: str, parts: dict[str, Any]
) -> None:
    with pytest.raises(MonitoringError, match=message):
        freeze_watcher([("", row) for row in GOOD[0]], **(parts | changes))


def test_inputs_of_other_names_are_refused(parts: dict[str, Any]) -> None:
    other = tuple(given.model_copy(update={"name": f"x{n}"}) for n, given in enumerate(parts["inputs"]))
    with pytest.raises(MonitoringError, match="not the watcher's tags"):
        freeze_watcher([("", row) for row in GOOD[0]], **(parts | {"inputs": other}))


def test_long_batches_are_tested_on_their_first_samples(parts: dict[str, Any]) -> None:
    package = freeze_watcher([("", row) for row in np.repeat(GOOD[0], 10, axis=0)], **parts)
    assert package.self_test is not None
    assert len(package.self_test.rows) == 96


READ = """
import pathlib, sys
from homeostat.monitoring.package import read_any
print(read_any(pathlib.Path(sys.argv[1])).content_hash)
"""


@pytest.mark.parametrize("kind", ["good batches", "varying process"])
def test_the_self_test_holds_on_an_older_processor(
    kind: str, package: WatchPackage, parts: dict[str, Any], tmp_path: Path
) -> None:
    if kind == "varying process":
        learned = learn_varying(list(GOOD), TAGS, 2, 2, 0.99, 0.95)
        package = freeze_watcher([("", row) for row in GOOD[0]], **(parts | {"watcher": learned.watcher}))
    write(package, tmp_path / "w.json")
    used = [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]
    older = os.environ | {"NPY_DISABLE_CPU_FEATURES": " ".join(used), "OPENBLAS_CORETYPE": "Prescott"}
    command = [sys.executable, "-c", READ, str(tmp_path / "w.json")]
    done = subprocess.run(command, env=older, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == package.content_hash, done.stderr
