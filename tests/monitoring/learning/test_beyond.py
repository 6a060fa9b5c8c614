"""Where most rows lie outside what a model knows, the way out is told."""

from dataclasses import replace

from homeostat.monitoring.learning.beyond import advice
from homeostat.monitoring.prediction import Verdict

INSIDE = Verdict(1.0, 0.0, 2.0, "ok", 1.0, 1.0, 2.0, 2.0, (), (), "", "hash")
OUTSIDE = replace(INSIDE, spe=3.0, decision="undecided")
WAVELENGTHS = [f"{1000 + point} nm" for point in range(40)]


def test_half_of_the_rows_outside_is_no_reason_to_advise() -> None:
    assert advice(["a"], [INSIDE, OUTSIDE], "new.csv") is None
    assert advice(["a"], [], "new.csv") is None
    assert advice(["a"], [replace(OUTSIDE, spe=None, t2=None)], "new.csv") is None


def test_for_spectra_the_option_is_named_with_the_table() -> None:
    told = advice(WAVELENGTHS, [OUTSIDE, OUTSIDE, INSIDE], "new.csv")
    assert told is not None
    assert told.startswith("2 of 3 rows lie outside")
    assert "--applied new.csv" in told


def test_for_columns_rows_measured_there_are_asked_for() -> None:
    told = advice(["a", "b"], [replace(OUTSIDE, t2=9.0)], "new.csv")
    assert told is not None
    assert "bring rows measured there" in told
