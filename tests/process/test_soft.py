"""Soft sensors in a process file: what may stand there, and the issue that every wrong line deserves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.process import Process, Quantity
from homeostat.process.soft import ModelInput, SoftSensor, heading, unit_in
from tests.process.small import TEXT, examine, issues, line_of

SECTION = """\
monitoring:
  models:
    end-viability:
      title: Viability at the end
      package: models/viability.json
      sha256: {hash}
      every: 30 min
      from: 24 h
      inputs:
        "day 1 warmth": temperature @ 24 h
        feed: pump
        sugar: twin.glucose
        age: batch_elapsed
      critical: yes
"""
HASH = "0123456789abcdef" * 4
WATCHED = TEXT + SECTION.format(hash=HASH)


def sensor(text: str = WATCHED) -> SoftSensor:
    process = examine(text).process
    assert process is not None, examine(text).issues
    return process.monitoring.models["end-viability"]


def varied(old: str, new: str) -> str:
    section = SECTION.format(hash=HASH)
    assert section.count(old) == 1
    return TEXT + section.replace(old, new)


def test_a_soft_sensor_is_read_with_its_inputs() -> None:
    read = sensor()
    assert (read.title, read.package, read.sha256) == ("Viability at the end", "models/viability.json", HASH)
    assert (read.every, read.start, read.critical) == (Quantity(30.0, "min"), Quantity(24.0, "h"), True)
    assert read.inputs["day 1 warmth"] == ModelInput("temperature", Quantity(24.0, "h"))
    assert read.inputs["sugar"] == ModelInput("twin.glucose")


def test_it_answers_every_hour_from_the_start_where_nothing_else_is_said() -> None:
    read = sensor(varied("      every: 30 min\n      from: 24 h\n", ""))
    assert (read.every, read.start, read.patience) == (
        Quantity(1.0, "h"),
        Quantity(0.0, "h"),
        Quantity(1.0, "h"),
    )


def test_the_declaration_on_record_declares_the_same() -> None:
    process = examine(WATCHED).process
    assert process is not None
    again = Process.model_validate_json(process.model_dump_json())
    assert again == process
    assert again.content_hash == process.content_hash


def test_a_hash_that_differs_is_another_process() -> None:
    other = examine(WATCHED.replace(HASH, HASH[::-1])).process
    one = examine(WATCHED).process
    assert one is not None
    assert other is not None
    assert one.content_hash != other.content_hash


@pytest.mark.parametrize(
    ("old", "new", "field", "what", "mend"),
    [
        ("feed: pump", "feed: pmp", "inputs.feed", "there is no tag 'pmp'", "did you mean 'pump'?"),
        ("twin.glucose", "twin.glucos", "inputs.sugar", "the twin does not tell 'glucos'", "mean 'glucose'"),
        ("twin.glucose", "twin.growth", "inputs.sugar", "the twin does not tell 'growth'", "known here"),
        ("twin.glucose", "twin.sd.glucose", "inputs.sugar", "without an observer", "twin.observer"),
        ("twin.glucose", "foreseen.viability", "inputs.sugar", "without an observer", "twin.observer"),
        ("pump\n        s", "pump @ 3 mL\n        s", "inputs.feed", "'3 mL' is not a time", "min"),
        (
            "pump\n        s",
            "pump @ soon\n        s",
            "inputs.feed",
            "'soon' is not a quantity",
            "such as 50 mL/h",
        ),
        ("pump\n        s", "5 pumps\n        s", "inputs.feed", "'5 pumps' is no input", "glucose @ 24 h"),
        ("batch_elapsed", "batch_elapsed @ 1 h", "inputs.age", "the time at a time is no input", "leave out"),
        ("every: 30 min", "every: 0 min", "every", "'0 min' is not above 0", "above 0"),
        ("from: 24 h", "from: 24 mL", "from", "'24 mL' is not a time", "min"),
        ("from: 24 h", "form: 24 h", "form", "'form' is not a field here", "did you mean 'from'?"),
        (f"sha256: {HASH}", "sha256: abc", "sha256", "'abc' is not a content hash", "content_hash"),
        (f"      sha256: {HASH}\n", "", "sha256", "'sha256' is missing", "add a line"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_mend(
    old: str, new: str, field: str, what: str, mend: str
) -> None:
    text = varied(old, new)
    (issue,) = issues(text)
    assert issue.field == f"monitoring.models.end-viability.{field}"
    assert what in issue.what
    assert mend in issue.mend
    place = "end-viability:" if "missing" in what else new.strip().splitlines()[0]
    assert issue.line == TEXT.count("\n") + line_of(text.removeprefix(TEXT), place)


NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_.-]{0,20}", fullmatch=True).filter(
    lambda name: name != "batch_elapsed"
)
TIMES = st.none() | st.builds(Quantity, st.floats(0.0, 1e6), st.sampled_from(["h", "min", "d"]))


@given(NAMES, TIMES)
def test_an_input_reads_back_as_it_is_written(name: str, at: Quantity | None) -> None:
    source = ModelInput(name, at)
    assert ModelInput.parse(str(source)) == source
    assert unit_in(heading(source, "1e6 cell/mL")) == (str(source), "1e6 cell/mL")


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("sugar", ModelInput("twin.glucose")),
        ("pump @ 2 h", ModelInput("pump", Quantity(2.0, "h"))),
        ("pump @ 2 h [mL/h]", ModelInput("pump", Quantity(2.0, "h"))),
        ("pump", None),
        ("pump @ late", None),
    ],
)
def test_only_what_is_named_like_its_source_at_a_time_goes_without_saying(
    name: str, source: ModelInput | None
) -> None:
    assert sensor().source(name) == source
