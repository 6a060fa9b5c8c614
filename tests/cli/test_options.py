"""Options are judged before anything is done."""

import math
from pathlib import Path

import pytest
import typer

from homeostat.cli.options import equipment_kind, patient_code, reason_text, speed_factor
from homeostat.errors import EquipmentError


@pytest.mark.parametrize("value", ["P-17", "Ä 12/3", "x" * 64])
def test_patient_codes(value: str) -> None:
    assert patient_code(value) == value


@pytest.mark.parametrize("value", ["", "x" * 65, "a\nb", "\x1b[31m", "a\u202eb"])
def test_no_patient_codes(value: str) -> None:
    with pytest.raises(typer.BadParameter, match="patient code"):
        patient_code(value)


@pytest.mark.parametrize("value", ["resumed", "the pump is back", "Ä. Ö. says: go on", "x" * 200])
def test_reasons(value: str) -> None:
    assert reason_text(value) == value


@pytest.mark.parametrize("value", ["", "  ", "x" * 201, "a\nb", "\x1b[31m", "\udc80"])
def test_no_reasons(value: str) -> None:
    with pytest.raises(typer.BadParameter, match="a reason has"):
        reason_text(value)


@pytest.mark.parametrize(("value", "factor"), [("max", math.inf), ("1", 1.0), ("0.5", 0.5), ("1e3", 1000.0)])
def test_speeds(value: str, factor: float) -> None:
    assert speed_factor(value) == factor
    assert speed_factor(factor) == factor


@pytest.mark.parametrize("value", ["0", "-1", "nan", "fast", "", "1 x"])
def test_no_speeds(value: str) -> None:
    with pytest.raises(typer.BadParameter, match="no speed"):
        speed_factor(value)


def test_equipment(tmp_path: Path) -> None:
    log = tmp_path / "a:b.csv"
    log.write_text("x", "utf-8")
    assert equipment_kind("simulated") == "simulated"
    assert equipment_kind(f"recorded:{log}") == f"recorded:{log}"


@pytest.mark.parametrize("value", ["", "simulated:", "simulated:x", "recorded", "recorded:", "opcua:x"])
def test_no_equipment(value: str) -> None:
    with pytest.raises(typer.BadParameter, match="no equipment"):
        equipment_kind(value)


def test_a_log_must_be_a_file(tmp_path: Path) -> None:
    with pytest.raises(EquipmentError, match="no such log"):
        equipment_kind(f"recorded:{tmp_path / 'none.csv'}")
    with pytest.raises(EquipmentError, match="no file"):
        equipment_kind(f"recorded:{tmp_path}")
