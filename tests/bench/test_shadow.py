"""`homeostat bench shadow`: the shadow of recorded runs beside rivals that were computed on the same samples."""

import math
import shutil
from pathlib import Path

import numpy as np
import pytest

from homeostat.bench import as_object, shadow
from homeostat.bench.result import Result
from homeostat.bench.shadow import FITTED, HELD_OUT, PLACE, QUANTITIES, TEXTBOOK, Pairs, Shadow
from homeostat.errors import EquipmentError
from homeostat.process import load
from homeostat.twin import model

NONE = Pairs(np.empty(0), np.empty(0), np.empty(0))
PARTS = ("online", "offline", "CO2")


def made(begun: float, told: list[list[float]], grown: list[float]) -> Shadow:
    volume = np.linspace(0.5, 0.6, len(grown))
    return Shadow(dict.fromkeys(QUANTITIES, NONE), begun, np.array(grown), np.array(told), volume)


def data(shared: Path) -> Path:
    return shared / "data" / "yeast_fedbatch_senck"


@pytest.fixture(scope="module")
def quick(shared: Path) -> list[Result]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PLACE, str(data(shared)))
        return shadow.measure(quick=True)


def test_constant_yields_are_found_again() -> None:
    told = [[1.0, 0.2], [4.0, 1.5], [9.0, 0.0], [16.0, 0.3]]
    grown = [0.5 * used - 0.7 * left for used, left in told]
    runs = [made(0.7, told[:2], grown[:2]), made(0.9, told[2:], grown[2:])]
    np.testing.assert_allclose(shadow.constant_yields(runs, 2), [0.5, -0.7])


def test_one_yield_is_the_least_squares_one() -> None:
    run = made(0.0, [[1.0, 9.0], [2.0, 9.0]], [1.0, 1.0])
    np.testing.assert_allclose(shadow.constant_yields([run], 1), [3.0 / 5.0])


def test_a_balance_conserves_biomass_and_what_is_made_of_glucose() -> None:
    run = made(0.7, [[0.0, 0.0], [10.0, 2.0]], [0.0, 0.0])
    np.testing.assert_allclose(run.balanced(np.array([0.5])) * run.volume, [0.7, 5.7])
    np.testing.assert_allclose(run.balanced(np.array([0.5, -0.7])) * run.volume, [0.7, 4.3])


def test_the_root_mean_square_error() -> None:
    assert shadow.rmse(np.array([1.0, 2.0]), np.array([4.0, -2.0])) == math.sqrt((9.0 + 16.0) / 2.0)


def test_the_textbook_names_parameters_of_the_model_within_their_bounds() -> None:
    declared = model("yeast_fed_batch").signature.parameters
    for name, value in TEXTBOOK.items():
        assert declared[name].low <= value <= declared[name].high


@pytest.mark.parametrize("place", ["nowhere", ""])
def test_without_the_data_set_the_way_out_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(PLACE, place)
    with pytest.raises(EquipmentError) as told:
        shadow.measure(quick=True)
    assert PLACE in told.value.mend
    assert told.value.where.endswith("online")


def test_a_data_set_without_results_is_refused(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(data(shared) / "online", tmp_path / "online")
    monkeypatch.setenv(PLACE, str(tmp_path))
    with pytest.raises(EquipmentError, match="lack biomass, glucose, ethanol"):
        shadow.measure(quick=True)


@pytest.mark.drill
def test_every_run_and_quantity_is_scored_and_marked(quick: list[Result]) -> None:
    texts = [result.what for result in quick]
    assert tuple(map(int, load("yeast-fed-batch").recordings["dcu"].fitted)) == FITTED
    expected = [(number, name) for number in FITTED + HELD_OUT for name in QUANTITIES]
    assert len(texts) == len(expected)
    for text, (number, name) in zip(texts, expected, strict=True):
        assert f"{name}, run {number} " in text
        assert ("held out" in text) == (number == 7)
    assert all(as_object(result)["bar"] is None and as_object(result)["holds"] is None for result in quick)
    assert all(result.unit == "g/L" and result.rivals for result in quick)


def test_the_shadow_predicts_better_than_a_constant_yield(quick: list[Result]) -> None:
    for result in quick:
        first = result.rivals[0]
        assert 0.0 < result.value.median < first.value.median, result.what
