"""Wavelengths are known by one rule in what is learnt from and what is judged, however headings are written."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.monitoring.learning.tables import spectra, table

from homeostat.errors import MonitoringError
from homeostat.monitoring.learning import read_table
from homeostat.monitoring.learning.columns import Wanted
from homeostat.monitoring.learning.numbered import not_taken
from homeostat.monitoring.learning.scoring import given
from homeostat.monitoring.learning.task import Task, state
from homeostat.monitoring.learning.wavelengths import is_spectrum, matching, read, spectrum

POINTS = [1000.0 + step for step in range(40)]
WAYS: dict[str, Callable[[float], str]] = {
    "1000": lambda v: f"{v:.0f}",
    "1000.0 nm": lambda v: f"{v:.1f} nm",
    "1000nm": lambda v: f"{v:.0f}nm",
    "X1000": lambda v: f"X{v:.0f}",
    "X1000..nm.": lambda v: f"X{v:.0f}..nm.",
    "1000 (nm)": lambda v: f"{v:.0f} (nm)",
    "1000 [nm]": lambda v: f"{v:.0f} [nm]",
    "wl_1000": lambda v: f"wl_{v:.0f}",
    "nm1000": lambda v: f"nm{v:.0f}",
    "1.0e+03": lambda v: f"{v:.6e}",
    "1000,0": lambda v: f"{v:.1f}".replace(".", ","),
    "1000.00000001": lambda v: f"{v + 1e-8:.8f}",
}


def _headed(way: str) -> list[str]:
    return [WAYS[way](point) for point in POINTS]


@pytest.mark.parametrize("way", WAYS)
def test_each_way_of_writing_wavelengths_is_a_spectrum(way: str) -> None:
    assert spectrum(["glucose", *_headed(way)], ".") == _headed(way)


@pytest.mark.parametrize("learnt", WAYS)
@pytest.mark.parametrize("judged", WAYS)
def test_a_model_of_one_way_knows_the_columns_of_another(learnt: str, judged: str) -> None:
    found = matching(_headed(learnt), ["sample", *_headed(judged)], ".")
    assert [found[name] for name in _headed(learnt)] == _headed(judged)


def test_another_unit_and_a_shifted_axis_are_not_the_same_wavelengths() -> None:
    nanometres = _headed("1000.0 nm")
    assert matching(nanometres, [f"{point:.0f} cm-1" for point in POINTS], ".") == {}
    assert matching(nanometres, [f"{point + 0.3:.1f} nm" for point in POINTS], ".") == {}


def test_of_two_spectra_that_both_fit_none_is_guessed() -> None:
    both = [*_headed("1000nm"), *(f"{point:.0f} cm-1" for point in POINTS)]
    assert matching(_headed("1000"), both, ".") == {}
    assert matching(_headed("1000.0 nm"), both, ".")["1000.0 nm"] == "1000nm"


def test_single_columns_are_known_by_their_number_but_not_by_another_prefix() -> None:
    assert matching(["5", "10"], ["5.0", "10.04", "X10"], ".") == {"5": "5.0"}


@pytest.mark.parametrize(
    "name", ["A1000", "dd0", "2024-01-01", "1/2", "nan", "inf", "1000 (2)", "1000 nm corr"]
)
def test_other_headings_are_no_wavelengths(name: str) -> None:
    assert read(name, ".") is None


def test_a_comma_is_decimal_unless_it_may_set_thousands_apart() -> None:
    german, unsure = read("1,000", ","), read("1,000", ".")
    assert german is not None
    assert german.number == 1.0
    assert unsure is None


def test_an_axis_in_no_order_is_sorted_and_a_falling_one_left() -> None:
    names = _headed("1000")
    mixed = names[20:] + names[:20]
    assert spectrum(mixed, ".") == names
    assert spectrum(names[::-1], ".") == names[::-1]


def test_numbers_in_no_order_and_unevenly_apart_are_no_axis() -> None:
    uneven = [f"{(place * 0.618034 % 1.0) ** 3:.9f}" for place in range(1, 41)]
    assert spectrum(uneven, ".") == []
    assert "turn the table" in (not_taken(uneven, ".") or "")


def test_columns_numbered_alike_that_are_no_spectrum_are_told_with_the_mend() -> None:
    told = not_taken(["pH", *(f"A{point:.0f}" for point in POINTS)], ".")
    assert told is not None
    assert told.startswith("40 columns such as 'A1000' and 'A1001'")
    assert "'1000 nm'" in told
    both = [*_headed("1000nm"), *(f"{point:.0f} cm-1" for point in POINTS)]
    assert "--columns" in (not_taken(both, ".") or "")
    assert "two of them" in (not_taken([*_headed("1000"), "1000.0"], ".") or "")
    assert "stand beside" in (not_taken([*_headed("1000"), "pH"], ".") or "")
    assert not_taken(["a", "b1", "b2"], ".") is None


def test_a_model_of_wavelengths_alone_is_one_of_spectra() -> None:
    assert is_spectrum(_headed("1000,0"))
    assert not is_spectrum([*_headed("1000"), "pH"])
    assert not is_spectrum([])


def _german(folder: Path) -> Path:
    columns = spectra()
    lines = [";".join(f"{float(name):.1f}".replace(".", ",") if name.isdigit() else name for name in columns)]
    rows = zip(*columns.values(), strict=True)
    lines += [";".join(str(cell).replace(".", ",") for cell in row) for row in rows]
    path = folder / "german.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def _posed(folder: Path, columns: dict[str, list[object]], wanted: Wanted | None = None) -> Task:
    return state(table(folder, columns), "glucose", wanted or Wanted(), "reactor")


def test_decimal_commas_in_headings_are_wavelengths_in_training_and_in_judging(tmp_path: Path) -> None:
    german = read_table(_german(tmp_path))
    task = state(german, "glucose", Wanted(), "reactor")
    english = table(tmp_path, spectra())
    assert task.axis is not None
    assert task.axis[[0, -1]].tolist() == [400.0, 1000.0]
    assert given(task.names, english)[task.names[0]].tolist() == english.number("400").tolist()
    assert given(["400", "410"], german)["410"].tolist() == english.number("410").tolist()


def test_a_sorted_spectrum_is_told_and_its_columns_follow(tmp_path: Path) -> None:
    columns = spectra()
    keys = list(columns)
    task = _posed(tmp_path, {key: columns[key] for key in keys[:2] + keys[40:] + keys[2:40]})
    assert task.axis is not None
    assert task.axis.tolist() == sorted(task.axis.tolist())
    assert task.x[0, 0] == columns["400"][0]
    assert any("sorted by wavelength" in each for each in task.decisions)


def test_what_is_not_taken_for_a_spectrum_is_a_decision(tmp_path: Path) -> None:
    columns = {f"A{name}" if name.isdigit() else name: values for name, values in spectra().items()}
    task = _posed(tmp_path, columns)
    assert task.axis is None
    assert any("not taken for a spectrum" in each for each in task.decisions)


@pytest.mark.parametrize("heading", ["1_000", "١٠٠٠", "wl_1_000", "X１０００"])
def test_digits_of_another_script_and_underscores_write_no_wavelength(heading: str) -> None:
    assert read(heading, ".") is None


def test_spectra_of_another_region_are_told_by_where_they_lie(tmp_path: Path) -> None:
    known = spectra(4)
    names = [name for name in known if name[0].isdigit()]
    moved = {f"{float(name) + 0.3:g}" if name in names else name: cells for name, cells in known.items()}
    with pytest.raises(MonitoringError) as refused:
        given(names, table(tmp_path, moved))
    assert refused.value.what == (
        "the table's wavelengths (61 from 400.3 to 1000.3) are others than the model's (61 from 400 to 1000)"
    )
