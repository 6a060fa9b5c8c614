"""Where benchmarks of monitoring look for public data."""

from pathlib import Path

import pytest

from homeostat.bench.watch.folder import PLACE, folder
from homeostat.errors import MonitoringError


def test_the_folder_that_the_environment_names_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "corn").mkdir()
    monkeypatch.setenv(PLACE, str(tmp_path))
    assert folder("corn") == tmp_path / "corn"


def test_a_data_set_that_is_not_there_is_told_with_the_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PLACE, str(tmp_path))
    with pytest.raises(MonitoringError, match="the data set corn is not there") as caught:
        folder("corn")
    assert PLACE in caught.value.mend
