"""A small recorded run that the tests write to a folder: a main log, a gas log, a laboratory's table, a run sheet."""

from pathlib import Path
from typing import Any

from homeostat.equipment import RecordedLog
from homeostat.process import Process

from .small import process, tag

TAGS = {
    "temp": tag(unit="degC", low=10.0, high=45.0),
    "level": tag(unit="mL", high=2000.0),
    "base_flow": tag(unit="mL/h", high=500.0),
    "co2": tag(unit="%", high=10.0),
    "spare": tag(),
    "pump": tag("actuator", "mL/h", 0.0, 60.0),
}
STAMP = "%d.%m.%Y %H:%M:%S"
RECORDING: dict[str, Any] = {
    "file": r"run_(?P<run>\d+)\.csv",
    "decimal": ",",
    "encoding": "latin-1",
    "header": 2,
    "time": {"column": "when", "format": STAMP},
    "stale": "12 min",
    "tags": {
        "temp": {"column": ["T1", "temperature"], "unit": "degC"},
        "level": {"column": "V", "unit": "L"},
        "base_flow": {"column": "4", "unit": "mL", "rate": True},
    },
    "beside": [
        {
            "file": "gas/gas_{run}.txt",
            "separator": "\t",
            "time": {"column": "1", "format": "%Y-%m-%d %H:%M"},
            "tags": {"co2": {"column": "CO2", "unit": "%"}},
        }
    ],
    "offline": [
        {
            "file": ["lab_{run}.csv", "lab_all.csv"],
            "assay": "hplc",
            "time": {"column": "ts", "format": "%d.%m.%Y %H:%M"},
            "results": {
                "biomass": {"column": ["X", "x{run}"], "unit": "g/L"},
                "glucose": {"column": "S", "unit": "mg/L"},
            },
        }
    ],
    "run_sheet": {
        "file": "runs.csv",
        "key": "name",
        "row": "R{run}",
        "initial": {"volume": {"column": "V0", "unit": "mL"}, "biomass": {"column": "X0", "unit": "g/L"}},
    },
}
MAIN = (
    "when;temperature;V;base\n(°);(°C);(l);(ml)\n"
    "01.01.2024 10:00:00;36,5;0,5;1\n"
    "01.01.2024 10:05:00;36,6;0,5;2\n"
    "01.01.2024 10:10:00;50;-0,5;4\n"
    "01.01.2024 10:15:00;oops;;4\n"
    "01.01.2024 10:40:00;37;0,6;4\n"
)
GAS = "time\tCO2\n2024-01-01 09:58\t0.1\n2024-01-01 10:01\t0.2\n2024-01-01 10:03\tNA\n"
LAB = (
    "ts;X;S\n01.01.2024 09:50;1,5;900\n01.01.2024 10:20;NA;NA\n01.01.2024 10:20;2;NA\n01.01.2024 11:00;3;1\n"
)
RUNS = "name;V0;X0\nR4;400;1\nR5;500;1,5\n"
FILES = {"run_5.csv": MAIN, "gas/gas_5.txt": GAS, "lab_5.csv": LAB, "runs.csv": RUNS}


def write(folder: Path, **changed: str | bytes | None) -> Path:
    """Write the files of the run, with some `changed` (by stem) or left out (None); the path of the main log."""
    for name, text in FILES.items():
        stem = name.split("/")[-1].split(".")[0]
        content = changed.get(stem, text)
        if content is not None:
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode("latin-1"))
    return folder / "run_5.csv"


def recorded(**changes: Any) -> Process:
    """The process of the run; `changes` replace fields of the recording."""
    lab = {"offline": [{**RECORDING["offline"][0], "decimal": ","}]}
    return process(
        TAGS,
        model="yeast_fed_batch",
        recordings={"dcu": {**RECORDING, **lab, **changes}},
        assays={"hplc": {"title": "HPLC", "reports": {"biomass": "g/L", "glucose": "g/L"}}},
    )


def log(folder: Path, **changed: str | bytes | None) -> RecordedLog:
    """The driver over the run written to `folder`."""
    return RecordedLog(recorded(), write(folder, **changed))
