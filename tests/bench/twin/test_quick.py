"""`homeostat bench twin --quick`: every row is there, with its error, and those that were left out are named."""

import pytest

from homeostat.bench import as_object
from homeostat.bench.result import Result
from homeostat.bench.twin import measurement
from homeostat.bench.twin.contender import Contender
from homeostat.bench.twin.population import measurable
from homeostat.bench.twin.rivals import RIVALS
from homeostat.bench.twin.sensitivities import DIRECTIONS

pytestmark = pytest.mark.drill
ABSENT = Contender("absent", ("no_such_module_of_any_name",), 1, lambda: lambda donors, _: donors.states)
SHIPPED = ("scipy", "casadi")


@pytest.fixture(scope="module")
def quick() -> list[Result]:
    with pytest.MonkeyPatch.context() as patch:
        shipped = [rival for rival in RIVALS if rival.needs[0] in SHIPPED]
        patch.setattr(measurement, "RIVALS", (*shipped, ABSENT))
        return measurement.measure(quick=True)


def test_every_row_is_there(quick: list[Result]) -> None:
    expected = [
        "twin: kernel",
        "twin: arrays to results in warm memory",
        "twin: times as fast as scipy LSODA (solve_ivp)",
        "twin: times as fast as scipy LSODA (odeint)",
        "twin: times as fast as CasADi cvodes",
        "twin: left out, not installed: absent",
        "twin: 12 sensitivities",
        "twin: trace and compile",
        "twin: the same from the cache",
        "twin: two threads",
        *["twin: 500 virtual batches, command to picture"] * (2 if measurable() else 0),
    ]
    for result, start in zip(quick, expected, strict=True):
        assert result.what.startswith(start)
        assert 0.0 < result.value.low <= result.value.median <= result.value.high


def test_an_error_stands_beside_every_speed_of_an_engine(quick: list[Result]) -> None:
    for result in [*quick[:2], quick[6]]:
        assert "error " in result.what
    for result in quick[2:5]:
        assert [rival.unit for rival in result.rivals] == ["batches/s"] * 2
        assert all("e-05, error " in rival.what or "e-04, error " in rival.what for rival in result.rivals)


def test_a_first_look_is_held_to_no_bar(quick: list[Result]) -> None:
    assert all(as_object(result)["bar"] is None and as_object(result)["holds"] is None for result in quick)


def test_sensitivities_are_those_of_twelve_parameters() -> None:
    assert len(DIRECTIONS) == 12
