"""A live calibration as a file: every bit comes back, a change is refused, and it runs in no batch."""

import json
from pathlib import Path

import pytest
from tests.monitoring.spectra.test_live import LIVE, SAMPLES

from homeostat.errors import MonitoringError
from homeostat.monitoring.package import (
    IntendedUse,
    LivePackage,
    Training,
    freeze_live,
    parse_running,
    read_any,
    read_running,
    write,
)
from homeostat.monitoring.package.canonical import canonical
from homeostat.monitoring.package.hashed import content_digest


@pytest.fixture(scope="module")
def package() -> LivePackage:
    return freeze_live(
        SAMPLES.spectra,
        float(SAMPLES.values[0]),
        name="live",
        version="1",
        use=IntendedUse(question="How much?"),
        target="glucose",
        headings=tuple(f"{point:g}" for point in SAMPLES.wavelengths),
        live=LIVE,
        coverage=0.9,
        training=Training(sha256="ab" * 32, rows=len(SAMPLES.values), groups=len(SAMPLES.values)),
    )


def test_what_was_frozen_comes_back_with_every_bit(package: LivePackage, tmp_path: Path) -> None:
    write(package, tmp_path / "l.json")
    again = read_any(tmp_path / "l.json")
    assert isinstance(again, LivePackage)
    assert again == package
    assert again.content_hash == package.content_hash == again.hashed()


def test_the_self_test_sees_a_correction_and_a_gap(package: LivePackage) -> None:
    test = package.self_test
    assert test is not None
    assert test.reasons[-1] == "1 points are not finite"
    assert test.answers[-1] == (None,) * 5
    plain = [answer[0] for answer in test.answers[:3]]
    assert None not in plain


@pytest.mark.parametrize("place", [("self_test", "answers"), ("live", "low")])
def test_other_numbers_are_refused_though_they_are_hashed(
    package: LivePackage, place: tuple[str, str], tmp_path: Path
) -> None:
    document = json.loads(canonical(package.to_json()))
    part, name = place
    if name == "low":
        document[part][name] = 20.0
    else:
        document[part][name][0][0] = (1.0).hex()
    document["content_hash"] = content_digest(document)
    path = tmp_path / "l.json"
    path.write_bytes(canonical(document))
    with pytest.raises(MonitoringError, match="self-test fails"):
        read_any(path)


def test_it_runs_in_no_batch(package: LivePackage, tmp_path: Path) -> None:
    write(package, tmp_path / "l.json")
    with pytest.raises(MonitoringError, match="whole spectra") as fault:
        read_running(tmp_path / "l.json")
    assert "watch score" in str(fault.value.mend)
    with pytest.raises(MonitoringError, match="whole spectra"):
        parse_running((tmp_path / "l.json").read_bytes(), "monitoring.models.live")


def test_headings_and_wavelengths_are_as_many(package: LivePackage) -> None:
    document = json.loads(canonical(package.to_json()))
    with pytest.raises(ValueError, match="differ in number"):
        LivePackage.model_validate({**document, "headings": ["1"]})
