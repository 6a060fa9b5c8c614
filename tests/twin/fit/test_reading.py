"""Reading a user's files: units and times are converted, and every fault is told with its file, line and mend."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.errors import TwinError
from homeostat.twin import Jump, Model, Segment, model
from homeostat.twin.fit import DataMap, Run, load_map, read_runs

MAP = """
time: {column: t, unit: min}
measured:
  x: {quantity: x, unit: mg/L, absolute: 10, relative: 0.05}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def read(
    declared: type[Model], folder: Path, map_text: str, *tables: tuple[str, str | bytes]
) -> tuple[Run, ...]:
    (folder / "map.yaml").write_text(map_text, encoding="utf-8")
    for name, content in tables:
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return read_runs(declared, [folder / name for name, _ in tables], load_map(folder / "map.yaml"))


def test_one_file_is_one_run_in_the_units_of_the_model(product: type[Model], folder: Path) -> None:
    (run,) = read(
        product, folder, MAP, ("batch7.csv", "t,note,x\n30,,1500\n\n90,lost,\n120,ok,NA\n60,x,2000\n")
    )
    assert run.name == run.donor == "batch7"
    assert run.time.tolist() == [0.5, 1.0]
    assert run.measured[:, 0].tolist() == [1.5, 2.0]
    np.testing.assert_allclose(run.deviations[:, 0], np.hypot(0.01, 0.05 * run.measured[:, 0]))
    assert run.noise["x"].absolute == pytest.approx(0.01)


@pytest.mark.parametrize(("unit", "hours"), [("s", 1 / 3600), ("min", 1 / 60), ("h", 1.0), ("day", 24.0)])
def test_times_come_in_any_unit(product: type[Model], folder: Path, unit: str, hours: float) -> None:
    (run,) = read(product, folder, MAP.replace("min", unit), ("a.csv", "t,x\n6,1\n"))
    assert run.time[0] == pytest.approx(6 * hours)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "t;x\n1,5;1500,25\n"),
        ("utf-8", "\ufefft;x\r\n1,5;1500,25\r\n"),
        ("latin-1", "t;x;Größe\n1,5;1500,25;ä\n"),
        ("utf-16", "t\tx\n1,5\t1500,25\n"),
    ],
)
def test_decimal_commas_separators_and_encodings(
    product: type[Model], folder: Path, encoding: str, text: str
) -> None:
    shape = f"decimal: ','\nencoding: {encoding}\n"
    (run,) = read(product, folder, shape + MAP, ("a.csv", text.encode(encoding)))
    assert run.time[0] == pytest.approx(1.5 / 60.0)
    assert run.measured[0, 0] == pytest.approx(1.50025)


def test_runs_stand_in_one_table_with_inputs_initial_states_additions_and_donors(
    product: type[Model], folder: Path
) -> None:
    text = """
run: batch
donor: who
time: {column: t, unit: h}
measured:
  x: {quantity: x, unit: g/L, deviation: sd}
inputs:
  drive: {input: drive, unit: "1", deadband: 0.1}
initial:
  start: {state: x, unit: mg/L}
additions:
  bolus: {state: x, unit: g/L}
constants: {b: 700 mg/L, drive: 2}
"""
    table = (
        "batch,who,t,x,sd,drive,start,bolus\n"
        "A,ann,0,,,1,900,\nA,ann,1,1.1,0.1,1.05,,\nA,ann,2,1.2,0.2,3,,0.5\nB,bob,1,2.0,0.1,,,\n"
    )
    one, two = read(product, folder, text, ("all.csv", table))
    assert (one.name, one.donor, two.name, two.donor) == ("A", "ann", "B", "bob")
    assert one.segments == (Segment(0.0, {"drive": 1.0}), Segment(2.0, {"drive": 3.0}))
    assert two.segments == (Segment(0.0, {"drive": 2.0}),)
    assert one.initial == {"x": 0.9}
    assert one.parameters == {"b": pytest.approx(0.7)}
    assert one.jumps == (Jump(2.0, add={"x": 0.5}),)
    assert one.deviations[:, 0].tolist() == [0.1, 0.2]
    assert two.jumps == ()


def test_samples_and_log_of_a_run_are_put_together_by_date(product: type[Model], folder: Path) -> None:
    text = """
tables:
  - files: ["samples_*.csv"]
    run_pattern: "_([0-9]+)$"
    time: {column: at, format: "%d.%m.%Y %H:%M"}
    measured:
      x: {quantity: x, unit: g/L, absolute: 0.1}
  - files: ["log_*.txt"]
    run_pattern: "_([0-9]+)$"
    skip: 1
    header: 2
    time: {column: at, format: "%Y-%m-%dT%H:%M:%S"}
    inputs:
      drive: {input: drive, unit: "1"}
"""
    (run,) = read(
        product,
        folder,
        text,
        ("samples_4.csv", "at;x\n24.11.2020 10:00;1\n24.11.2020 12:30;2\n"),
        ("log_4.txt", "made by X\nat,drive\n,(1)\n2020-11-24T11:00:00,5\n"),
    )
    assert run.name == "4"
    assert run.time.tolist() == [0.0, 2.5]
    assert run.segments == (Segment(1.0, {"drive": 5.0}),)


def test_a_dense_log_is_thinned(product: type[Model], folder: Path) -> None:
    rows = "".join(f"{minute},{minute}\n" for minute in range(0, 200, 7))
    (run,) = read(product, folder, MAP.replace("0.05}", "0.05, every: 1 h}"), ("a.csv", "t,x\n" + rows))
    assert (60.0 * run.time).round(6).tolist() == [0.0, 63.0, 126.0, 189.0]
    with pytest.raises(TwinError, match="no length of time"):
        read(product, folder, MAP.replace("0.05}", "0.05, every: 1 g}"), ("a.csv", "t,x\n1,1\n"))


def test_the_public_yeast_runs_are_read_with_a_map(shared: Path, folder: Path) -> None:
    data = shared / "data" / "yeast_fedbatch_senck"
    text = """
tables:
  - files: ["offline_*.csv"]
    run_pattern: "_([0-9]+)$"
    time: {column: ts, format: "%d.%m.%Y %H:%M"}
    measured:
      cX: {quantity: biomass, unit: g/L, absolute: 0.4, relative: 0.035}
      cE: {quantity: ethanol, unit: g/L, absolute: 0.35, relative: 0.05}
  - files: ["online_*.CSV"]
    run_pattern: "_([0-9]+)$"
    decimal: ","
    encoding: latin-1
    header: 3
    time: {column: PDatTime, format: "%d.%m.%Y %H:%M:%S"}
    inputs:
      STIRR: {input: stirrer, unit: rpm, deadband: 20}
      AIRSP: {input: aeration, unit: L/min, deadband: 0.02}
"""
    (folder / "map.yaml").write_text(text)
    files = [data / "offline" / "offline_6.csv", data / "online" / "online_6.CSV"]
    (run,) = read_runs(model("yeast_fed_batch"), files, load_map(folder / "map.yaml"))
    assert run.name == "6"
    assert run.quantities == ("biomass", "ethanol")
    assert 20.0 < run.time[-1] < 30.0
    assert 2 < len(run.segments) < 200
    assert max(s.values["stirrer"] for s in run.segments) > 1000.0


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("t,x\n1,high\n", r"a\.csv, line 2, column x: 'high' is not a number \(mend the cell"),
        ("t,x\n1,1\n2,<5\n", r"line 3, column x: '<5' is not a number .*mark it as missing"),
        ('t;x\n1;"1,5"\n', "line 2, column x: '1,5' is not a number .*decimal: ','"),
        ("t,x\n,5\n", "line 2, column t: the row has no time"),
        ("t,x\n-3,5\n", "line 2, column t: the row lies before the start of run a"),
        ("t,x\n1,inf\n", "'inf' is not a number"),
        ("t,y\n1,5\n", r"a\.csv: there is no column 'x'"),
        ("time,x\n1,5\n", r"a\.csv, line 1: there is no column 't' for the time"),
        ("t,x,x\n1,5,6\n", "several columns are called 'x'"),
        ("t,x\n1,5,6\n", "line 2: the row has 3 cells, the header 2"),
        ('t,x\n1,"5\n', "line 2: the line is no row of a table"),
        ("", "the file ends before its header"),
        (b"t,x\n1,\xff5\n", "line 2: byte 0xff is not utf-8 text"),
        ("t,x\n1,\x005\n", "NUL character"),
        ("t,x\n1,\n", "there is no measured value"),
    ],
)
def test_a_bad_table_is_told_with_file_line_and_mend(
    product: type[Model], folder: Path, table: str | bytes, message: str
) -> None:
    with pytest.raises(TwinError, match=message):
        read(product, folder, MAP, ("a.csv", table))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("quantity: x", "quantity: z"), "measured.x: the model has no quantity 'z'"),
        (("mg/L", "mmol/L"), "measured.x: .*cannot be converted"),
        (("mg/L", "furlong"), "not a known unit"),
        (("unit: min", "unit: L"), "time: 'L' is no unit of time"),
        (("relative: 0.05", "relativ: 0.05"), r"map\.yaml:4: measured\.x\.relativ: 'relativ' is not a field"),
        (("unit: min", "unit: min, format: '%H'"), "either a unit or a format"),
        ((", absolute: 10, relative: 0.05", ""), "the error of a measurement is not told"),
        (("time:", "tme:"), "is missing"),
        (("time:", "files: ['b*.csv']\ntime:"), "no map of columns is for this file"),
        (("time:", "run: batch\ntime:"), "there is no column 'batch'"),
        (("time:", "run_pattern: '('\ntime:"), "no regular expression"),
        (("time:", "run_pattern: '_([0-9])'\ntime:"), "finds no run in the file's name"),
        (("time:", "constants: {speed: 1}\ntime:"), "no input, state or parameter 'speed'"),
        (
            ("time:", "inputs: {x: {input: push, unit: '1'}}\ntime:"),
            "inputs.x: the model has no input 'push'",
        ),
    ],
)
def test_a_bad_map_is_told_with_its_field(
    product: type[Model], folder: Path, change: tuple[str, str], message: str
) -> None:
    with pytest.raises(TwinError, match=message):
        read(product, folder, MAP.replace(*change), ("a.csv", "t,x\n1,5\n"))


def test_faults_of_the_map_have_their_lines(product: type[Model], folder: Path) -> None:
    with pytest.raises(TwinError, match=r"map\.yaml:4: measured\.x\.unit"):
        read(product, folder, MAP.replace("mg/L", "furlong"), ("a.csv", "t,x\n1,5\n"))


def test_missing_files_are_told(product: type[Model], folder: Path) -> None:
    with pytest.raises(TwinError, match="no such file"):
        load_map(folder / "none.yaml")
    (folder / "map.yaml").write_text(MAP)
    with pytest.raises(TwinError, match="the table cannot be read"):
        read_runs(product, [folder / "none.csv"], load_map(folder / "map.yaml"))


def test_a_value_without_error_is_told_with_its_line(product: type[Model], folder: Path) -> None:
    with pytest.raises(TwinError, match="line 3, column x: a measured value has no error above 0"):
        read(product, folder, MAP.replace("absolute: 10, ", ""), ("a.csv", "t,x\n1,5\n2,0\n"))


@given(st.text(max_size=80))
@settings(max_examples=80)
def test_no_text_whatever_breaks_the_reader(
    product: type[Model], tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "a.csv"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    datamap = DataMap.model_validate(
        {
            "time": {"column": "t", "unit": "h"},
            "measured": {"x": {"quantity": "x", "unit": "g/L", "absolute": 1}},
        }
    )
    with pytest.raises(TwinError):
        read_runs(product, [path], [datamap])


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "the map of columns is empty"),
        (b" \n\n", "the map of columns is empty"),
        (b"# only a remark\n", "this is no map of columns"),
        (b"time [h],x [g/L]\n0,1\n", "this is no map of columns"),
        (b'"t","x"\n0,1\n', "this is no map of columns"),
        (b"t;x\n12:30;1\n", "this is no map of columns"),
        (b"- time: 1\n", "this is no map of columns"),
        ("t;Größe\n".encode("latin-1"), "this is no map of columns"),
    ],
)
def test_what_is_no_map_is_told_what_a_map_is(folder: Path, raw: bytes, message: str) -> None:
    path = folder / "map.yaml"
    path.write_bytes(raw)
    with pytest.raises(TwinError, match=message) as refused:
        load_map(path)
    assert "process" not in str(refused.value)
    assert "time, measured, inputs, initial" in refused.value.mend


def test_a_folder_is_no_map(folder: Path) -> None:
    with pytest.raises(TwinError, match="this is a folder"):
        load_map(folder)


@pytest.mark.parametrize("before", ["\ufeff", "# a remark\n---\n", "'separator': ','\n"])
def test_a_map_may_begin_in_several_ways(folder: Path, before: str) -> None:
    (folder / "map.yaml").write_text(before + MAP.lstrip(), "utf-8")
    assert len(load_map(folder / "map.yaml")) == 1


def test_a_value_that_two_files_give_is_told_with_both_places(product: type[Model], folder: Path) -> None:
    text, row = MAP + "run: r\n", "A,60,1500\n"
    with pytest.raises(TwinError, match=r"x of run A is given twice.*") as caught:
        read(product, folder, text, ("a.csv", "r,t,x\n" + row), ("b.csv", "r,t,x\nB,60,1\n" + row))
    assert caught.value.where == "a.csv, line 2, column x; b.csv, line 3, column x"


def test_rows_of_one_file_at_the_same_time_are_replicates(product: type[Model], folder: Path) -> None:
    (run,) = read(product, folder, MAP, ("a.csv", "t,x\n60,1500\n60,1500\n"))
    assert run.time.tolist() == [1.0, 1.0]
