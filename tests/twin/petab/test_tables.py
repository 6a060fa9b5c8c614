"""Malformed PEtab files: each error names the file, the row, the column and a way out."""

from collections.abc import Callable
from pathlib import Path

import pytest

from homeostat.errors import TwinError
from homeostat.twin.petab import load_problem

Write = Callable[..., Path]
PARAMETERS = "parameterId\tparameterScale\tlowerBound\tupperBound\tnominalValue\testimate"
MEASUREMENTS = "observableId\tsimulationConditionId\tmeasurement\ttime"
OBSERVABLES = "observableId\tobservableFormula\tnoiseFormula"
PRIORS = "\tobjectivePriorType\tobjectivePriorParameters"

FAULTS: dict[str, tuple[str, str, str, str]] = {
    "no such scale": (
        "parameters",
        f"{PARAMETERS}\nk\tlog2\t1\t2\t1\t1\n",
        "'log2' is not known",
        "parameters.tsv, row 2, column parameterScale",
    ),
    "no bound": (
        "parameters",
        f"{PARAMETERS}\n\nk\tlin\t\t2\t1\t1\n",
        "lowerBound is empty",
        "parameters.tsv, row 3",
    ),
    "not a number": (
        "parameters",
        f"{PARAMETERS}\nk\tlin\t0\t2,5\t1\t1\n",
        "'2,5' is not a number",
        "column upperBound",
    ),
    "no room": ("parameters", f"{PARAMETERS}\nk\tlin\t3\t2\t1\t1\n", "leave no room", "row 2"),
    "logarithm of zero": ("parameters", f"{PARAMETERS}\nk\tlog10\t0\t2\t1\t1\n", "only values > 0", "row 2"),
    "twice": (
        "parameters",
        f"{PARAMETERS}\nk\tlin\t0\t2\t1\t1\nk\tlin\t0\t2\t1\t1\n",
        "'k' is already in .*row 2",
        "row 3, column parameterId",
    ),
    "nothing to estimate": (
        "parameters",
        f"{PARAMETERS}\nk\tlin\t0\t2\t1\t0\n",
        "no parameter is estimated",
        "table",
    ),
    "unknown prior": (
        "parameters",
        f"{PARAMETERS}{PRIORS}\nk\tlin\t0\t2\t1\t1\tcauchy\t0;1\n",
        "'cauchy' is not known",
        "objectivePriorType",
    ),
    "prior without numbers": (
        "parameters",
        f"{PARAMETERS}{PRIORS}\nk\tlin\t0\t2\t1\t1\tnormal\t0\n",
        "normal needs two numbers",
        "objectivePriorParameters",
    ),
    "prior of no width": (
        "parameters",
        f"{PARAMETERS}{PRIORS}\nk\tlin\t0\t2\t1\t1\tnormal\t0;0\n",
        "normal needs two numbers",
        "objectivePriorParameters",
    ),
    "no column": (
        "measurements",
        "observableId\ttime\nseen\t1\n",
        "no column simulationConditionId",
        "measurements.tsv",
    ),
    "no rows": ("measurements", f"{MEASUREMENTS}\n", "no measurements", "measurement table"),
    "too many cells": (
        "measurements",
        f"{MEASUREMENTS}\nseen\tonly\t1\t1\t1\n",
        "5 cells under 4 columns",
        "row 2",
    ),
    "unknown observable": (
        "measurements",
        f"{MEASUREMENTS}\nseen\tonly\t1\t1\nunseen\tonly\t1\t1\n",
        "'unseen' is not known",
        "row 3, column observableId",
    ),
    "unknown condition": (
        "measurements",
        f"{MEASUREMENTS}\nseen\tany\t1\t1\n",
        "'any' is not known",
        "row 2",
    ),
    "missing value": (
        "measurements",
        f"{MEASUREMENTS}\nseen\tonly\tNaN\t1\n",
        "'NaN' is not a number",
        "row 2",
    ),
    "steady state": (
        "measurements",
        f"{MEASUREMENTS}\nseen\tonly\t1\tinf\n",
        "time inf is not supported",
        "column time",
    ),
    "before the start": (
        "measurements",
        f"{MEASUREMENTS}\nseen\tonly\t1\t-1\n",
        "time -1 is not supported",
        "row 2",
    ),
    "pre-equilibration": (
        "measurements",
        f"{MEASUREMENTS}\tpreequilibrationConditionId\nseen\tonly\t1\t1\tonly\n",
        "pre-equilibration is not supported",
        "row 2, column preequilibrationConditionId",
    ),
    "superfluous override": (
        "measurements",
        f"{MEASUREMENTS}\tnoiseParameters\nseen\tonly\t1\t1\t0.5\n",
        "seen takes 0 noise parameters, not 1",
        "row 2, column noiseParameters",
    ),
    "missing override": (
        "observables",
        f"{OBSERVABLES}\nseen\tobservableParameter1_seen * A\t1\n",
        "seen takes 1 observable parameters, not 0",
        "measurements.tsv, row 2",
    ),
    "unreadable formula": (
        "observables",
        f"{OBSERVABLES}\nseen\tA +\t1\n",
        "cannot be read",
        "observables.tsv, row 2",
    ),
    "unknown name": (
        "observables",
        f"{OBSERVABLES}\nseen\tA + B\t1\n",
        "'B' is not defined",
        "measurements.tsv, row 2",
    ),
    "no noise": (
        "observables",
        f"{OBSERVABLES}\nseen\tA\t\n",
        "noiseFormula is empty",
        "observables.tsv, row 2",
    ),
    "noise of nothing": (
        "observables",
        f"{OBSERVABLES}\nseen\tA\t0\n",
        "the noise of seen is 0",
        "measurements.tsv, row 2",
    ),
    "itself": (
        "observables",
        f"{OBSERVABLES}\nseen\tseen\t1\n",
        "defined by itself",
        "observables.tsv, row 2",
    ),
    "unknown transformation": (
        "observables",
        f"{OBSERVABLES}\tobservableTransformation\nseen\tA\t1\tsqrt\n",
        "'sqrt' is not known",
        "column observableTransformation",
    ),
    "logarithm of nothing": (
        "observables",
        f"{OBSERVABLES}\tobservableTransformation\nseen\tA\t1\tlog\nother\tA\t1\tlin\n",
        "0 has no logarithm",
        "measurements.tsv, row 2, column measurement",
    ),
    "unknown target": (
        "conditions",
        "conditionId\tdecay\nonly\t1\n",
        "'decay' is no constant and no state",
        "conditions.tsv, row 2, column decay",
    ),
    "unknown override": (
        "conditions",
        "conditionId\tk\nonly\tz\n",
        "'z' is neither",
        "conditions.tsv, row 2, column k",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_place(write: Write, fault: str) -> None:
    table, text, message, place = FAULTS[fault]
    tables = {table: text}
    if fault == "logarithm of nothing":
        tables["measurements"] = f"{MEASUREMENTS}\nseen\tonly\t0\t1\n"
    with pytest.raises(TwinError, match=message) as error:
        load_problem(write(**tables))
    assert place in error.value.where


YAMLS = {
    "format_version: 2\n": "format_version 2 is not supported",
    "format_version: 1\nproblems: []\n": "exactly one problem",
    "format_version: 1\nproblems: [{}]\n": "`sbml_files` names no file",
    "format_version: 1\nproblems: [{sbml_files: [a.xml, b.xml]}]\n": "2 SBML models",
    "- a list\n": "no mapping",
    "{": "not valid YAML",
}


@pytest.mark.parametrize("text", YAMLS)
def test_a_fault_of_the_yaml_file_is_named(write: Write, text: str) -> None:
    with pytest.raises(TwinError, match=YAMLS[text]) as error:
        load_problem(write(yaml=text))
    assert error.value.where.endswith("problem.yaml")


def test_missing_files_are_named(write: Write, tmp_path: Path) -> None:
    path = write()
    (tmp_path / "observables.tsv").unlink()
    with pytest.raises(TwinError, match="no such file") as error:
        load_problem(path)
    assert error.value.where.endswith("observables.tsv")
    with pytest.raises(TwinError, match="no such file"):
        load_problem(tmp_path / "other.yaml")


def test_a_table_may_be_spread_over_files_and_begin_with_a_byte_order_mark(
    write: Write, tmp_path: Path
) -> None:
    yaml = (
        "format_version: 1\nparameter_file: parameters.tsv\nproblems:\n- condition_files: [conditions.tsv]\n"
        "  measurement_files: [measurements.tsv, more.tsv]\n  observable_files: [observables.tsv]\n"
        "  sbml_files: [model.xml]\n"
    )
    path = write(yaml=yaml)
    (tmp_path / "more.tsv").write_text(f"\ufeff{MEASUREMENTS}\nseen\tonly\t2\t3\n", encoding="utf-8")
    assert [m.time for m in load_problem(path).measurements] == [0.0, 1.0, 4.0, 3.0]
