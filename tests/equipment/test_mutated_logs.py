"""Thousands of damaged logs: each gives a driver that accounts for every row and cell, or one clear error."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeostat.equipment import RecordedLog
from homeostat.equipment.findings import Findings
from homeostat.equipment.logbook import Logbook, read_logbook
from homeostat.equipment.tables import Shape, read_table
from homeostat.errors import HomeostatError
from homeostat.process.reading import Quality

from .logs import FILES, MAIN, TAGS, recorded, write
from .small import MINUTE

PROCESS = recorded()
TOKENS = [
    *(
        b";",
        b"\n",
        b"\r",
        b'"',
        b"\t",
        b",",
        b".",
        b"-",
        b"NaN",
        b"inf",
        b"1e999",
        b"-1",
        b"NA",
        b"",
        b";;;;",
        b"\n\n",
    ),
    *(
        b"\x00",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xc2\x85",
        b"\xe2\x80\xa8",
        b"01.01.2024 10:05:00",
        b"01.01.2120 10:05:00;1;1;1\n",
        b"01.01.1900 10:05:00;1;1;1\n",
        b"99",
    ),
]
DOUBTS = ("empty", "not a finite", "an impossible", "outside", "the first total", "a totaliser")


def damage(seed: int | str) -> random.Random:
    """The same damage for the same seed."""
    return random.Random(seed)


def insert(data: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(data) + 1)
    return data[:place] + rng.choice(TOKENS) + data[place:]


def overwrite(data: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(data) + 1)
    return data[:place] + bytes([rng.randrange(256)]) + data[place + 1 :]


def cut_out(data: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(data) + 1)
    return data[:place] + data[place + rng.randrange(40) :]


def truncate(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def swap_lines(data: bytes, rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    return b"\n".join(lines)


def repeat_line(data: bytes, rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    lines.insert(rng.randrange(len(lines)), rng.choice(lines))
    return b"\n".join(lines)


MUTATIONS: list[Callable[[bytes, random.Random], bytes]] = [
    *(insert, insert, overwrite, cut_out, truncate, swap_lines, repeat_line)
]


def mutated(data: bytes, rng: random.Random) -> bytes:
    for _ in range(rng.randrange(1, 5)):
        data = rng.choice(MUTATIONS)(data, rng)
    return data


def check(book: Logbook, main: bytes) -> None:
    """Every row of the main log is used or counted, every sample good or counted, every good value sound."""
    findings = book.findings
    rows, used = int(str(book.files[0]["rows"])), int(str(book.files[0]["used"]))
    left_out = sum(
        count
        for (file, what), (_, count) in findings.found().items()
        if file == "run_5.csv" and what.startswith("rows left out")
    )
    assert rows - used == left_out
    encoding = str(book.files[0]["encoding"])
    lines = main.decode(encoding).replace("\r\n", "\n").replace("\r", "\n").split("\n")[2:]
    assert rows <= sum(bool(line.strip()) for line in lines)
    assert rows >= sum(any(c not in '; \t"' and not c.isspace() for c in line) for line in lines)
    for name, series in book.series.items():
        good = series.qualities == Quality.GOOD
        doubted = sum(findings.count(f"{name}: {doubt}") for doubt in DOUBTS)
        assert doubted == int((~good).sum())
        low, high = (
            PROCESS.tags[name].range[0].to(TAGS[name]["unit"]),
            PROCESS.tags[name].range[1].to(TAGS[name]["unit"]),
        )
        assert np.isfinite(series.values[good]).all()
        assert ((series.values[good] >= low) & (series.values[good] <= high)).all()
        assert (np.diff(series.times) > 0).all()
        assert np.isnan(series.values[series.qualities >= Quality.BAD]).all()
    for result in book.results:
        assert result.values
        assert all(np.isfinite(value) for value in result.values.values())


@pytest.mark.drill
@pytest.mark.parametrize("part", range(6))
def test_a_damaged_main_log_is_accounted_for_or_refused(tmp_path: Path, part: int) -> None:
    rng, path, usable = damage(part), write(tmp_path), 0
    for _ in range(400):
        main = mutated(MAIN.encode("latin-1"), rng)
        path.write_bytes(main)
        try:
            book = read_logbook(PROCESS, path)
        except HomeostatError as error:
            assert error.where
            assert error.mend
            continue
        check(book, main)
        usable += 1
    assert usable > 100


@pytest.mark.parametrize("name", ["gas/gas_5.txt", "lab_5.csv", "runs.csv"])
def test_damaged_files_beside_it_are_accounted_for_or_refused(tmp_path: Path, name: str) -> None:
    rng, path, usable = damage(name), write(tmp_path), 0
    for _ in range(250):
        (tmp_path / name).write_bytes(mutated(FILES[name].encode(), rng))
        try:
            book = read_logbook(PROCESS, path)
        except HomeostatError as error:
            assert error.where
            continue
        check(book, MAIN.encode("latin-1"))
        usable += 1
    assert usable > 25


def test_a_damaged_workbook_is_read_or_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["name", "V0", "X0"], ["R4", 400, 1], ["R5", 500, 1.5]):
        book.worksheets[0].append(row)
    path, rng = tmp_path / "runs.xlsx", damage(7)
    book.save(path)
    data = path.read_bytes()
    for _ in range(250):
        path.write_bytes(mutated(data, rng))
        try:
            sheet = read_table(path, Shape(), Findings())
        except HomeostatError as error:
            assert error.mend
            continue
        assert len(sheet.rows) == len(sheet.lines)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_under_the_header(tmp_path: Path, noise: bytes) -> None:
    main = MAIN.encode("latin-1") + noise
    path = write(tmp_path, run_5=main)
    try:
        book = read_logbook(PROCESS, path)
    except HomeostatError:
        return
    check(book, main)


def test_a_damaged_log_still_plays(tmp_path: Path) -> None:
    rng, path = damage(99), write(tmp_path)
    for _ in range(60):
        path.write_bytes(mutated(MAIN.encode("latin-1"), rng))
        try:
            driver = RecordedLog(PROCESS, path)
        except HomeostatError:
            continue
        for k in range(45):
            scan = driver.read(k * MINUTE)
            assert len(scan.values) == len(scan.qualities) == len(TAGS)
            known = [
                np.isfinite(v)
                for v, q in zip(scan.values, scan.qualities, strict=True)
                if q <= Quality.UNCERTAIN
            ]
            assert all(known)
