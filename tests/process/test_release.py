"""What release is told in a process file: unknown names, impossible confidences and times are faults at their place."""

from pathlib import Path

import pytest

from homeostat.errors import ProcessError
from homeostat.process import load

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
