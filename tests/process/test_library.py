"""The shipped processes: sound, also against the models they name, and what they promise."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from homeostat.process import ModelSignature, Process, check, load
from homeostat.twin import models

NAMES = ["car-t", "yeast-fed-batch"]


@pytest.fixture(scope="module")
def signatures() -> Mapping[str, ModelSignature]:
    """What the shipped models declare."""
    return {
        name: ModelSignature(name, *({q.name: q.unit for q in group} for group in model.signature.groups))
        for name, model in models().items()
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_process_is_sound(name: str, signatures: Mapping[str, ModelSignature]) -> None:
    process, issues = check(name, signatures)
    assert issues == []
    assert process is not None
    assert process.process == name


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_process_names_its_sources(name: str) -> None:
    assert load(name).sources


def test_the_car_t_batch_lasts_17280_scans_of_a_minute() -> None:
    process = load("car-t")
    assert process.scan.to("min") == 1.0
    last = process.recipe.phases()[-1]
    assert str(last.until) == "batch_elapsed >= 17279 min", "scans run from minute 0"


def test_the_car_t_recipe_shows_every_kind_of_step() -> None:
    process = load("car-t")
    phases = process.recipe.phases()
    assert {prompt.kind for phase in phases for prompt in phase.prompts} == {
        "instruction",
        "confirm",
        "numeric",
        "choice",
        "scan",
        "weigh",
        "calculation",
        "ipc",
        "sample",
        "timer",
        "signature",
    }, "all but a photograph, which no script can take"
    assert [operation.name for operation in process.recipe.procedure[0].operations] == [
        "preparation",
        "activation",
        "transduction",
        "expansion",
        "harvest",
    ]
    assert [phase.name for phase in phases if phase.after == ()] == [
        "daily-samples",
        "transduction-check",
        "interleukin-supplement",
    ]
    names = {comparison.name for phase in phases if phase.until for comparison in phase.until.comparisons()}
    assert {"viable_density", "lactate_online", "elapsed", "batch_elapsed"} <= names


def test_no_wait_of_a_shipped_process_can_last_for_ever() -> None:
    """Every phase has a way out that depends on time alone, or on actuators that it has set itself."""
    for name in NAMES:
        for phase in load(name).recipe.phases():
            ways = phase.until.alternatives if phase.until else ((),)
            sure = {"elapsed", "batch_elapsed", *phase.set}
            assert any({comparison.name for comparison in way} <= sure for way in ways), (
                f"{name}: {phase.name}"
            )


def mapped(process: Process) -> set[str]:
    return set(process.recordings["dcu"].mapped())


def test_the_yeast_process_maps_the_inputs_of_its_model() -> None:
    process = load("yeast-fed-batch")
    assert set(process.twin.inputs.values()) <= mapped(process)
    assert process.recordings["dcu"].tags["feed_pump"].factor == pytest.approx(0.0069 / 0.0126, abs=1e-6)


def test_the_yeast_process_names_the_runs_its_twin_was_fitted_to() -> None:
    assert load("yeast-fed-batch").recordings["dcu"].fitted == ("4", "5", "6")


def test_the_yeast_recording_is_followed_by_the_uncorrected_twin() -> None:
    """The figures of `bench shadow` are those of the model alone."""
    process = load("yeast-fed-batch")
    assert process.twin.observer is not None
    assert not process.recordings["dcu"].corrected


def test_the_yeast_recording_fits_the_public_logs(shared: Path) -> None:
    recording = load("yeast-fed-batch").recordings["dcu"]
    folder = shared / "data" / "yeast_fedbatch_senck" / "online"
    logs = sorted(folder.glob("online_*.CSV"))
    assert logs
    for log in logs:
        match = re.fullmatch(recording.file, log.name)
        assert match is not None
        assert match["run"] in log.name
        with log.open(encoding=recording.encoding) as stream:
            columns = stream.readline().rstrip("\r\n").split(recording.separator)
        wanted = [recording.time, *recording.tags.values()]
        assert all(any(name in columns for name in column.column) for column in wanted)
