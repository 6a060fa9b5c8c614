"""The state of a live calibration as JSON: what no calibration remembers is refused, and what one does comes back."""

import json
from typing import Any

import pytest
from tests.monitoring.spectra.test_live import LIVE, MINUTE, process, run

from homeostat.errors import MonitoringError
from homeostat.monitoring.spectra import LiveState, dumped, restored

_, SPECTRA = process(40)
STATE = run(SPECTRA)[1]
for _minute in (10, 20, 30):
    STATE = LIVE.at_line(STATE, _minute * MINUTE, 28.0 - _minute / 6.0)


def test_a_state_comes_back_as_it_was() -> None:
    assert STATE.doubt is not None
    assert restored(dumped(STATE)) == STATE
    assert restored("{}") == restored(dumped(LiveState())) == LiveState()


def _with(path: str, value: object) -> str:
    tree: Any = json.loads(dumped(STATE))
    part, *names = tree, *path.split(".")
    for name in names[:-1]:
        part = part[int(name) if isinstance(part, list) else name]
    part[int(names[-1]) if isinstance(part, list) else names[-1]] = value
    return json.dumps(tree)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", ""),
        ("[]", ""),
        ('{"bogus": 1}', "bogus"),
        (_with("past.3.value", float("nan")), "past.3.value"),
        (_with("past.3.more", 1.0), "past.3.more"),
        (_with("correction.bias", float("inf")), "correction.bias"),
        (_with("level.means", [1.0]), "level"),
        (_with("level.weight", -1.0), "level"),
        (_with("level.variances.2", -1.0), "level"),
        (_with("level", None), "level"),
        (_with("past.5.time", 0), "older or past"),
        (_with("samples.1.time", 0), "samples"),
        (_with("samples.1.deviation", 0.0), "samples"),
        (_with("accepted", -1), "accepted"),
        (_with("correction.slope_variance", -1.0), "correction"),
        (_with("doubt.misfit", -1.0), "doubt"),
        ('{"level":{"means":[1],"variances":[1],"squares":[1],"weight":1,"count":3}}', "level"),
    ],
)
def test_what_is_no_state_is_refused_with_its_part(text: str, part: str) -> None:
    with pytest.raises(MonitoringError, match="not the state of a live calibration") as fault:
        restored(text)
    assert part in (fault.value.where or "")
