"""A quantity has one column in a map: two would overwrite each other without a word."""

from pathlib import Path

import pytest

from homeostat.errors import TwinError
from homeostat.twin import Model, input, state
from homeostat.twin.fit import load_map, read_runs

HEAD = "time: {column: t, unit: h}\n"
MEASURED = "measured:\n  a: {quantity: mass, unit: g/L, absolute: 1}\n"


class Vat(Model):
    """A mass that is fed."""

    mass = state(1.0, "g/L", "mass")
    feed = input(0.0, "g/(L h)", "feed")

    def rates(self, m: object) -> dict[str, object]:
        return {"mass": self.feed}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "x.csv"
    path.write_text("t,a,b\n0,1,2\n1,3,4\n", "utf-8")
    return path


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "map.yaml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (HEAD + MEASURED + "  b: {quantity: mass, unit: mg/L, absolute: 1}\n", 2, "the quantity mass"),
        (HEAD + "inputs:\n  a: {input: feed, unit: g/(L h)}\n  b: {input: feed, unit: g/(L h)}\n", 2, "the input feed"),
        (HEAD + "initial:\n  a: {state: mass, unit: g/L}\n  b: {state: mass, unit: g/L}\n", 2, "the state mass"),
    ],
)  # fmt: skip
def test_two_columns_of_one_quantity_are_named(tmp_path: Path, text: str, line: int, words: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(TwinError) as caught:
        load_map(path)
    assert f"{path}:{line}: " in caught.value.what
    assert f"columns 'a' and 'b' are both {words}" in caught.value.what
    assert "keep one of them, or read the file by two maps under `tables`" in caught.value.what


def test_two_feeds_of_one_state_are_both_added(tmp_path: Path, table: Path) -> None:
    text = HEAD + "measured:\n  t: {quantity: mass, unit: g/L, absolute: 1}\n"
    text += "additions:\n  a: {state: mass, unit: g/L}\n  b: {state: mass, unit: g/L}\n"
    (run,) = read_runs(Vat, [table], load_map(written(tmp_path, text)))
    assert [dict(jump.add) for jump in run.jumps] == [
        {"mass": 1.0},
        {"mass": 2.0},
        {"mass": 3.0},
        {"mass": 4.0},
    ]


def test_replicates_are_read_by_two_maps_as_the_message_says(tmp_path: Path, table: Path) -> None:
    one = "- time: {column: t, unit: h}\n  measured:\n    %s: {quantity: mass, unit: g/L, absolute: 1}\n"
    (run,) = read_runs(Vat, [table], load_map(written(tmp_path, "tables:\n" + one % "a" + one % "b")))
    assert sorted(zip(run.time.tolist(), run.measured[:, 0].tolist(), strict=True)) == [
        (0.0, 1.0),
        (0.0, 2.0),
        (1.0, 3.0),
        (1.0, 4.0),
    ]
