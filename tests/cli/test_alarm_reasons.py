"""What each alarm is for, as people meet it: in `process show`, in `alarm list`, and in the record of the batch."""

import json
from pathlib import Path

from tests.cli.conftest import Call

MINI = Path(__file__).parent.parent / "execution" / "mini.yaml"
SETTLED = """
monitoring:
  alarms:
    oxygen.normal.high:
      cause: the valve stands open
      response: close the oxygen valve
      severity: major
      time_to_respond: 20 min
      suppressed_while: finish
"""
ALARM = "oxygen.normal.high"


def declared(folder: Path) -> Path:
    file = folder / "mini.yaml"
    file.write_text(MINI.read_text("utf-8") + SETTLED, "utf-8")
    return file


def test_show_lists_every_limit_with_its_answer(homeostat: Call, tmp_path: Path) -> None:
    file = declared(tmp_path)
    shown = homeostat("process", "show", file).stdout
    (line,) = [line for line in shown.splitlines() if line.startswith(ALARM)]
    assert line.split("  ")[0] == ALARM
    for part in ("80 %", "high", "20 min", "close the oxygen valve", "finish"):
        assert part in line
    alarms = json.loads(homeostat("process", "show", file, "--json").stdout)["alarms"]
    found = {one["alarm"]: one for one in alarms}
    assert found[ALARM]["cause"] == "the valve stands open"
    assert found["signal.do.frozen"]["response"]  # what stands where nothing is said


def test_the_list_tells_what_to_do_and_how_soon(homeostat: Call, tmp_path: Path) -> None:
    site = tmp_path / "site"
    words = ("run", declared(tmp_path), "--site", site, "--batch", "M1", "--seed", "7")
    assert homeostat(*words, "--until", "right").returncode == 0
    shown = homeostat("alarm", "list", "--site", site).stdout
    (line,) = [line for line in shown.splitlines() if ALARM in line]
    assert "20 min" in line
    assert "close the oxygen valve" in line
    (row,) = json.loads(homeostat("alarm", "list", "--site", site, "--json").stdout)
    (alarm,) = [one for one in row["alarms"] if one["alarm"] == ALARM]
    assert alarm["priority"] == alarm["settled"]["priority"] == "high"
    assert alarm["settled"]["suppressed_while"] == "finish"
    assert row["site_floods"] == []


def test_check_opens_the_packages_that_a_file_names(homeostat: Call, tmp_path: Path) -> None:
    models = (
        "\nmonitoring:\n  models:\n    left:\n      title: Glucose left\n      package: left.json\n"
        f"      sha256: {'ab' * 32}\n"
    )
    file = tmp_path / "mini.yaml"
    file.write_text(MINI.read_text("utf-8") + models, "utf-8")
    done = homeostat("process", "check", file)
    line = file.read_text("utf-8").splitlines().index("      package: left.json") + 1
    assert done.returncode == 1
    assert f"mini.yaml:{line}: monitoring.models.left.package: there is no model package" in done.stdout
    (tmp_path / "left.json").write_text("{}", "utf-8")
    assert "this is not a model" in homeostat("process", "check", file).stdout
