"""What a loop may declare: forms, split range, cascade, feed-forward; and every fault told with its mend."""

import pytest

from homeostat.process import Loop, Process
from homeostat.process.strategy import outer_loops, output_unit
from tests.process.small import TEXT, changed, examine, issues

SENSOR = """          warmth: {title: Jacket reading, kind: sensor, unit: degC, range: [0 degC, 60 degC]}
          jacket:"""
WITH = (
    ("          jacket:", SENSOR),
    (
        "    temperature: {start: 25 degC",
        "    warmth: {start: 20 degC, follows: jacket}\n    temperature: {start: 25 degC",
    ),
)
SPLIT = """  heat:
    title: Heating
    tag: temperature
    split:
      jacket: {from: 50 %, to: 100 %}
      pump: {from: 50 %, to: 0 %, output: [0 mL/h, 40 mL/h]}
    setpoint: 37 degC
    gain: 20 %/degC
    integral: 20 min
    output: [10 %, 90 %]
"""
CASCADE = """  heat:
    title: Heating
    tag: temperature
    inner: jacket_heat
    setpoint: 37 degC
    gain: 2 degC/degC
    integral: 20 min
    output: [10 degC, 45 degC]
    forward:
      glucose: {gain: -0.1 degC/(mmol/L), lead: 1 min, lag: 5 min, rest: 20 mmol/L}
  jacket_heat:
    title: Jacket
    tag: warmth
    actuator: jacket
    setpoint: 30 degC
    gain: 1
    integral: 5 min
"""
PARALLEL = """  heat:
    title: Heating
    tag: temperature
    actuator: jacket
    setpoint: 37 degC
    form: parallel
    gain: 2 degC/degC
    integral: 6 degC/(degC h)
    derivative: 3 degC min/degC
    setpoint_weight: 0.6
    derivative_weight: 0.1
    filter: 8
    tracking: 5 min
    rate: 30 degC/h
"""


def with_loops(loops: str, *more: tuple[str, str]) -> str:
    """The small process with other loops; a phase sets the pump, which a loop may not undo."""
    start, end = TEXT.index("  heat:\n"), TEXT.index("twin:\n")
    text = changed(*WITH).replace(TEXT[start:end], loops).replace(", pump: 5 mL/h", "")
    for old, new in more:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def sound(text: str) -> Process:
    process = examine(text).process
    assert process is not None, examine(text).issues
    return process


@pytest.mark.parametrize("loops", [SPLIT, CASCADE, PARALLEL])
def test_every_kind_of_loop_can_be_declared_and_written_again(loops: str) -> None:
    process = sound(with_loops(loops))
    assert Process.model_validate_json(process.model_dump_json()) == process


def test_a_loop_tells_what_it_moves_and_in_which_unit() -> None:
    units = {}
    for loops in (SPLIT, CASCADE, PARALLEL):
        process = sound(with_loops(loops))
        heat = process.strategy["heat"]
        units[heat.moves] = output_unit(heat, process.tags, process.strategy)
    assert units == {"jacket, pump": "%", "set-point of jacket_heat": "degC", "jacket": "degC"}


def test_the_outer_loop_of_each_inner_one_is_known() -> None:
    assert outer_loops(sound(with_loops(CASCADE)).strategy) == {"jacket_heat": "heat"}


Case = tuple[str, str, str, str, str]
CASES: list[Case] = [
    (SPLIT, "pump: {from", "pomp: {from", "strategy.heat.split.pomp", "no tag 'pomp'"),
    (SPLIT, "pump: {from", "glucose: {from", "strategy.heat.split.glucose", "an actuator is needed"),
    (SPLIT, "to: 100 %", "to: 120 %", "strategy.heat.split.jacket", "leaves 0 % to 100 %"),
    (SPLIT, "to: 100 %", "to: 50 %", "strategy.heat.split.jacket", "never move"),
    (SPLIT, "to: 100 %", "to: 9 min", "strategy.heat.split.jacket.to", "'9 min'"),
    (SPLIT, "[0 mL/h, 40 mL/h]", "[0 mL/h, 400 mL/h]", "strategy.heat.split.pump.output", "leaves the range"),
    (
        SPLIT,
        "[0 mL/h, 40 mL/h]",
        "[9 mL/h, 9 mL/h]",
        "strategy.heat.split.pump.output",
        "both ends are the same",
    ),
    (SPLIT, "gain: 20 %/degC", "gain: 20 degC/degC", "strategy.heat.gain", "% per degC"),
    (SPLIT, "[10 %, 90 %]", "[10 %, 190 %]", "strategy.heat.output", "0 % to 100 %"),
    (SPLIT, "    gain: 20", "    actuator: jacket\n    gain: 20", "strategy.heat", "'actuator' and 'split'"),
    (SPLIT, "      jacket: {from: 50 %, to: 100 %}\n", "", "strategy.heat", "two actuators or more"),
    (
        CASCADE,
        "inner: jacket_heat",
        "inner: jacket_haet",
        "strategy.heat.inner",
        "did you mean 'jacket_heat'?",
    ),
    (CASCADE, "    inner: jacket_heat\n", "", "strategy.heat", "the loop moves nothing"),
    (CASCADE, "    output: [10 degC, 45 degC]\n", "", "strategy.heat", "limits to the set-points"),
    (CASCADE, "[10 degC, 45 degC]", "[10 degC, 70 degC]", "strategy.heat.output[2]", "outside the range"),
    (CASCADE, "[10 degC, 45 degC]", "[35 degC, 45 degC]", "strategy.heat.output", "from the inner loop's"),
    (
        CASCADE,
        "    actuator: jacket\n",
        "    inner: heat\n    output: [20 degC, 40 degC]\n",
        "strategy.heat.inner",
        "circle",
    ),
    (
        CASCADE,
        "      glucose: {gain",
        "      temperature: {gain",
        "strategy.heat.forward.temperature",
        "loop's own",
    ),
    (CASCADE, "-0.1 degC/(mmol/L)", "-0.1 degC", "strategy.heat.forward.glucose.gain", "per mmol/L"),
    (CASCADE, ", lag: 5 min", "", "strategy.heat.forward.glucose.lead", "without a lag"),
    (CASCADE, "rest: 20 mmol/L", "rest: 20 h", "strategy.heat.forward.glucose.rest", "'20 h'"),
    (CASCADE, "      glucose: {gain", "      glukose: {gain", "strategy.heat.forward.glukose", "no tag"),
    (PARALLEL, "integral: 6 degC/(degC h)", "integral: 20 min", "strategy.heat.integral", "'20 min'"),
    (PARALLEL, "derivative: 3 degC min/degC", "derivative: 3 degC", "strategy.heat.derivative", "'3 degC'"),
    (PARALLEL, "setpoint_weight: 0.6", "setpoint_weight: 1.6", "strategy.heat.setpoint_weight", "above 1"),
    (PARALLEL, "filter: 8", "filter: 0", "strategy.heat.filter", "below 1"),
    (PARALLEL, "rate: 30 degC/h", "rate: 30 degC", "strategy.heat.rate", "'30 degC'"),
    (
        PARALLEL,
        "    integral: 6 degC/(degC h)\n",
        "",
        "strategy.heat.setpoint_weight",
        "without integral action",
    ),
    (PARALLEL, "    integral: 6 degC/(degC h)\n", "", "strategy.heat.tracking", "no integral"),
]


@pytest.mark.parametrize("case", CASES, ids=[f"{field}: {words}" for *_, field, words in CASES])
def test_every_fault_of_a_loop_is_told(case: Case) -> None:
    loops, old, new, field, words = case
    found = issues(with_loops(loops, (old, new)))
    assert [one.field for one in found if one.field == field], found
    assert any(words in f"{one.what} ({one.mend})" for one in found if one.field == field), found


def test_two_outer_loops_must_not_share_an_inner_one() -> None:
    second = """  again: {title: Again, tag: glucose, inner: jacket_heat, setpoint: 9 mmol/L, gain: 1 degC/(mmol/L),
          output: [20 degC, 40 degC]}\n"""
    found = issues(with_loops(CASCADE + second))
    assert [issue.field for issue in found] == ["strategy.again.inner"]
    assert "the inner loop 'jacket_heat' belongs to the loop 'heat' already" in found[0].what


def test_a_phase_cannot_set_what_an_outer_loop_would_undo() -> None:
    found = issues(with_loops(CASCADE, ("set: {heat: 36.5 degC", "set: {jacket_heat: 36.5 degC")))
    assert "would undo this at once" in found[0].what


def test_a_phase_cannot_set_two_actuators_of_one_split_range() -> None:
    loops = SPLIT.replace("    setpoint: 37", "    mode: manual\n    setpoint: 37")
    both = ("set: {heat: 36.5 degC", "set: {jacket: 20 degC, pump: 3 mL/h")
    found = issues(with_loops(loops, both))
    assert "follow one output" in found[0].what


def test_what_a_loop_leaves_out_has_the_usual_values() -> None:
    loop = Loop.model_validate({"title": "T", "tag": "t", "actuator": "a", "setpoint": "1", "gain": "1"})
    assert (loop.form, loop.setpoint_weight, loop.derivative_weight, loop.filter) == (
        "standard",
        1.0,
        0.0,
        10.0,
    )
