"""What the command line tells of a PEtab fit beside the best found: always the objective at nominal parameters."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from homeostat.cli.twin.petab import Nominal, fit_petab
from homeostat.twin.fit import Rejected
from homeostat.twin.petab import load_problem
from homeostat.twin.petab.integration import Accuracy

Write = Callable[..., Path]
Captured = pytest.CaptureFixture[str]
PARAMETERS = "parameterId\tparameterScale\tlowerBound\tupperBound\tnominalValue\testimate\n"
NARROW = {
    "parameters": f"{PARAMETERS}k\tlog10\t1e-3\t1e2\t1e-3\t1\na0\tlin\t1\t100\t99.9\t1\n",
    "observables": "observableId\tobservableFormula\tnoiseFormula\tobservableTransformation\n"
    "seen\tA - 99\t0.1\tlog\n",
}
"""It has a value where A stays above 99: at the nominal parameters, and hardly anywhere else."""


def test_the_nominal_objective_is_told_beside_the_best(write: Write, capsys: Captured) -> None:
    path = write()
    problem = load_problem(path)
    nominal = problem.value(problem.nominal)
    fit_petab(path, (2, 1), 0, None, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["objective"]["nominal"] == nominal
    assert found["objective"]["best"] <= nominal
    assert found["worse_than_nominal"] is False
    fit_petab(path, (2, 1), 0, None, as_json=False)
    shown = capsys.readouterr().out
    assert f"{nominal:.6g}" in shown
    assert "of 3 searches reach the best" in shown


@pytest.mark.parametrize("as_json", [True, False])
def test_it_is_told_when_every_start_fails(write: Write, capsys: Captured, as_json: bool) -> None:
    path = write(**NARROW)
    problem = load_problem(path)
    nominal = problem.value(problem.nominal)
    with pytest.raises(typer.Exit) as ended:
        fit_petab(path, (2, 1), 0, None, as_json=as_json)
    assert ended.value.exit_code == 1
    shown = capsys.readouterr()
    assert "none of 2 start points could be evaluated" in shown.err
    if as_json:
        found = json.loads(shown.out)
        assert found["objective"] == {"nominal": nominal, "best": None}
        assert found["failure"].startswith("none of 2 start points")
    else:
        assert f"{nominal:.6g}" in shown.out
        assert "no search has a result" in shown.out


def test_a_best_worse_than_the_nominal_is_not_called_the_best(
    write: Write, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write()
    problem = load_problem(path)
    monkeypatch.setattr("homeostat.cli.twin.petab._nominal", lambda _: Nominal(-1e6))
    fit_petab(path, (2, 0), 0, None, as_json=False)
    shown = capsys.readouterr().out
    assert f"{problem.name}: 3 measurements, 2 parameters; none of 2 searches comes as low" in shown
    assert "reach the best" not in shown
    fit_petab(path, (2, 0), 0, None, as_json=True)
    assert json.loads(capsys.readouterr().out)["worse_than_nominal"] is True


def test_only_a_clear_difference_counts() -> None:
    assert not Nominal(138.222).beats(138.223)
    assert Nominal(138.222).beats(140.0)
    assert not Nominal(None, "no value").beats(1e9)
    assert Nominal(None, "no value").cell == "none: no value"


def test_a_simulation_that_fails_is_told_in_words(write: Write) -> None:
    problem = load_problem(write()).at(Accuracy(steps=1))
    with pytest.raises(Rejected, match="condition only cannot be simulated: it took more steps") as refused:
        problem.value(problem.nominal)
    assert "_" not in refused.value.what
