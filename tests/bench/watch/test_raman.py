"""Raman: left-out reactors are predicted about as well as is known to be possible."""

from pathlib import Path

import pytest

from homeostat.bench.watch import raman


def test_left_out_reactors_are_predicted(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMEOSTAT_DATASETS", str(shared / "data"))
    error, coverage = raman.measure(quick=True)
    assert "210 spectra" in error.what
    assert 2.0 < error.value.median < 4.0
    assert coverage.value.median > 70.0
