"""What release is told in a process file: unknown names, impossible confidences and times are faults at their place."""

from pathlib import Path

import pytest

from homeostat.errors import ProcessError
from homeostat.process import load
from tests.process.small import TEXT, issues, line_of

MINI = Path(__file__).parents[1] / "execution" / "mini.yaml"


def declared(tmp_path: Path, release: str) -> Path:
    path = tmp_path / "mini.yaml"
    path.write_text(MINI.read_text("utf-8") + f"release: {release}\n", "utf-8")
    return path


def test_a_release_is_declared(tmp_path: Path) -> None:
    text = "{decision: guarded, confidence: 99 %, pending: {sterility: {title: Sterility, due: 14 d}}}"
    rule = load(declared(tmp_path, text)).release
    assert (rule.decision, rule.confidence.to("1")) == ("guarded", pytest.approx(0.99))
    assert rule.pending["sterility"].due.to("h") == pytest.approx(336.0)


def test_without_it_what_was_measured_decides() -> None:
    rule = load(MINI).release
    assert (rule.decision, dict(rule.pending), dict(rule.realtime)) == ("simple", {}, {})


def test_a_guarded_decision_needs_the_uncertainty_of_every_assay_it_rests_on() -> None:
    guarded = TEXT + "release: {decision: guarded}\n"
    assert issues(guarded) == ()
    exact = guarded.replace("turnaround: 20 min, variation: 5 %", "turnaround: 20 min")
    (found,) = issues(exact)
    assert (found.field, found.line) == ("assays.count", line_of(exact, "  count:"))
    assert "the decision is guarded, but the assay 'count' has no variation" in found.what
    assert issues(exact.replace("guarded", "simple")) == ()


def sensed(sensor: str) -> str:
    """A small process in which a soft sensor may stand for the assay of the viability."""
    model = f"{{title: Soft, package: soft.json, sha256: {'ab' * 32}{sensor}}}"
    given = f"monitoring: {{models: {{soft: {model}}}}}\nrelease: {{realtime: {{viability: soft}}}}\n"
    return TEXT + given


def test_a_soft_sensor_that_stands_for_an_assay_is_critical() -> None:
    assert issues(sensed(", critical: true")) == ()
    (found,) = issues(sensed(""))
    assert found.field == "release.realtime.viability"
    assert "'soft' is to stand for an assay, but its answers are not declared critical" in found.what
    assert "critical: true under monitoring.models.soft" in found.mend


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{realtime: {purity: soft}}", "purity"),
        ("{realtime: {viability: soft}}", "soft sensor"),
        ("{confidence: 40 %}", "between 50 % and 100 %"),
        ("{confidence: 100 %}", "between 50 % and 100 %"),
        ("{confidence: 3 h}", "not a share"),
        ("{pending: {sterility: {title: Sterility, due: 3 mL}}}", "not a time"),
        ("{pending: {sterility: {title: Sterility, due: 0 d}}}", "not above 0"),
        ("{decision: hopeful}", "decision"),
    ],
)
def test_what_cannot_be_is_told_with_its_place(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(ProcessError, match=r"release") as refusal:
        load(declared(tmp_path, text))
    assert what in str(refusal.value)
