"""What a predictive controller may declare, and every fault told with the field it is in."""

import copy
from pathlib import Path

import pytest
import yaml

from homeostat.cli.models import signatures
from homeostat.process import Process
from homeostat.process.checks.earliest import earliest
from homeostat.process.load import examine_bytes
from homeostat.process.recipe import Recipe

STEERED = (Path(__file__).parent.parent / "execution" / "steered.yaml").read_text("utf-8")
AT = "controllers.growth"


class Plain(yaml.SafeDumper):
    """Writes what stands in two places twice, for process files have no anchors."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def issues(old: str, new: str) -> list[tuple[str, str]]:
    """Field and text of every issue once `old` is `new` in the sound file."""
    assert STEERED.count(old) == 1, old
    text = STEERED.replace(old, new)
    found = examine_bytes(text.encode(), "steered.yaml", signatures()).issues
    return [(issue.field, f"{issue.what}; {issue.mend}") for issue in found]


def test_the_process_of_the_tests_is_sound() -> None:
    assert examine_bytes(STEERED.encode(), "steered.yaml", signatures()).issues == ()


@pytest.mark.parametrize(
    ("old", "new", "field", "told"),
    [
        ("during: perfuse", "during: perfusion", f"{AT}.during", "no phase 'perfusion'"),
        (
            "      perfusion: {envelope",
            "      perfusoin: {envelope",
            f"{AT}.moves.perfusoin",
            "did you mean 'perfusion'",
        ),
        ("envelope: [0 mL/h, 20 mL/h]", "envelope: [0 mL, 20 mL]", f"{AT}.moves.perfusion.envelope", "mL/h"),
        (
            "envelope: [0 mL/h, 20 mL/h]",
            "envelope: [6 mL/h, 20 mL/h]",
            f"{AT}.moves.perfusion.envelope",
            "safe output",
        ),
        ("change: 4 mL/h", "change: 4 mL", f"{AT}.moves.perfusion.change", "mL/h"),
        ("change: 4 mL/h", "change: -4 mL/h", f"{AT}.moves.perfusion.change", "is not above 0"),
        ("cost: 2000 mL", "cost: 2000 mL/h", f"{AT}.moves.perfusion.cost", "mL"),
        ("of: cells, target", "of: sells, target", f"{AT}.aims[1].of", "no quality attribute"),
        ("target: 2 1e9 cell", "target: 2 mmol/L", f"{AT}.aims[1].target", "does not fit"),
        ("scale: 0.2 1e9 cell", "scale: 0 cell", f"{AT}.aims[1].scale", "not above 0"),
        ("scale: 0.2 1e9 cell", "scale: 1e-300 1e6 cell", f"{AT}.aims[1].scale", "at least 0.002 1e6 cell"),
        ("scale: 0.2 1e9 cell", "scale: 1.9e3 cell", f"{AT}.aims[1].scale", "no deviation that could matter"),
        (
            "scale: 1 mmol/L, chance",
            "scale: 9e-9 mol/L, chance",
            f"{AT}.limits[1].scale",
            "at least 1e-08 mol/L",
        ),
        (
            "target: 2 1e9 cell, scale: 0.2 1e9 cell",
            "strive: more, scale: 1e-13 cell",
            f"{AT}.aims[1].scale",
            "at least 1e-06 cell",
        ),
        (
            "high: 10 mmol/L, scale: 1 mmol/L",
            "low: 0 mmol/L, scale: 1e-16 M",
            f"{AT}.limits[1].scale",
            "at least 1e-15 M",
        ),
        ("target: 2 1e9 cell, ", "", f"{AT}.aims[1]", "not clear what is aimed at"),
        (
            "target: 2 1e9 cell",
            "target: 2 1e9 cell, strive: more",
            f"{AT}.aims[1]",
            "not clear what is aimed at",
        ),
        ("high: 10 mmol/L, ", "", f"{AT}.limits[1]", "a limit needs an end"),
        (", scale: 1 mmol/L, chance", ", chance", f"{AT}.limits[1]", "a soft limit needs a scale"),
        ("chance: 90 %", "chance: 20 %", f"{AT}.limits[1].chance", "more than 50 %"),
        ("chance: 90 %", "chance: 99.5 %", f"{AT}.limits[1].chance", "at most 99 %"),
        (
            "envelope: [0 mL/h, 20 mL/h]",
            "envelope: [0 mL/h, 2000 mL/h]",
            f"{AT}.moves.perfusion.envelope",
            "range",
        ),
        (
            "    output: [0 mL/h, 40 mL/h]\n",
            "    output: [3 mL/h, 6 mL/h]\n",
            f"{AT}.moves.perfusion.envelope",
            "the loop's output",
        ),
        ("inputs: {perfusion: pump, ", "inputs: {", f"{AT}.moves.perfusion", "no input for 'pump'"),
        ("    scenarios: {growth_max: 1.28}\n", "", f"{AT}.limits[1].chance", "name in 'scenarios'"),
        ("change: 4 mL/h", "change: 4 mL/h, least: 50 mL/h", f"{AT}.moves.perfusion.least", "no part of"),
        ("change: 4 mL/h", "change: 4 mL/h, least: 6 mL/h", f"{AT}.moves.perfusion.change", "never switches"),
        ("change: 4 mL/h", "rate: 4 mL/h", f"{AT}.moves.perfusion.rate", "for each time"),
        ("change: 4 mL/h", "rate: 0 mL/h/h", f"{AT}.moves.perfusion.rate", "is not above 0"),
        ("change: 4 mL/h", "rate: 9 mL/h/h, least: 5 mL/h", f"{AT}.moves.perfusion.rate", "no rate allows"),
        ("age: 4 h", "age: 4 h\n    heartbeat: 0 s", f"{AT}.heartbeat", "is not above 0"),
        ("age: 4 h", "age: 0.5 h", f"{AT}.age", "shorter than"),
        ("every: 1 h\n", "every: 1 min\n", f"{AT}.every", "shorter than the scan"),
        ("during: perfuse", "during: []", f"{AT}.during", "never at work"),
        ("high: 10 mmol/L, ", "low: 12 mmol/L, high: 10 mmol/L, ", f"{AT}.limits[1].low", "is not below"),
        ("chance: 90 %", "chance: 90 mL", f"{AT}.limits[1].chance", "a share"),
        ("held: [oxygen, bicarbonate]", "held: [oxygen, warmth]", f"{AT}.held", "no state 'warmth'"),
        ("scenarios: {growth_max", "scenarios: {growth_min", f"{AT}.scenarios.growth_min", "does not learn"),
        ("every: 1 h\n", "every: 0 h\n", f"{AT}.every", "is not above 0"),
        ("age: 4 h", "age: 4 mL", f"{AT}.age", "a time"),
        ("age: 4 h", "age: 4 h\n    deadline: 10 min", f"{AT}.deadline", "there is a scan every 10 min"),
        ("age: 4 h", "age: 4 h\n    approval: 5 h", f"{AT}.approval", "no plan older than 4 h is followed"),
        ("age: 4 h", "age: 4 h\n    blind: 5 min", f"{AT}.blind", "the twin reads every 10 min"),
        ("age: 4 h", "age: 4 h\n    sampled: 5 mL", f"{AT}.sampled", "a time"),
        ("every: 2 h}", "every: 0 h}", f"{AT}.harvest.every", "is not above 0"),
        (
            "      - {of: lactate, high: 10",
            "      - {of: lactate, low: 12 mmol/L, hard: true}\n      - {of: lactate, high: 10",
            f"{AT}.limits[2]",
            "'lactate' cannot be at most 10 mmol/L and at least 12 mmol/L, as limits[1] says",
        ),
        (
            "      - {of: lactate, high: 10",
            "      - {of: cells, high: 1000 1e6 cell, scale: 1 1e6 cell}\n      - {of: lactate, high: 10",
            f"{AT}.limits[1]",
            "'viable_cells' cannot be at most 1000 1e6 cell and at 2 1e9 cell, as aims[1] says",
        ),
        (
            "scale: 0.2 1e9 cell}",
            "scale: 0.2 1e9 cell}\n      - {of: cells, low: 3 1e9 cell, scale: 0.2 1e9 cell}",
            f"{AT}.aims[2]",
            "cannot be at least 3 1e9 cell and at 2 1e9 cell",
        ),
        (
            "scale: 0.2 1e9 cell}",
            "scale: 0.2 1e9 cell}\n      - {of: cells, target: 3 1e9 cell, scale: 0.2 1e9 cell}",
            f"{AT}.aims[2]",
            "cannot be at 3 1e9 cell and at 2 1e9 cell",
        ),
        (
            "target: 2 1e9 cell, scale: 0.2 1e9 cell}",
            "strive: more, scale: 0.2 1e9 cell}\n      - {of: cells, strive: less, scale: 0.2 1e9 cell}",
            f"{AT}.aims[2].strive",
            "'cells' cannot be wanted as less, and as more, as aims[1] says",
        ),
        ("scale: 0.2 1e9 cell}", "scale: 0.2 1e9 cell, weight: -1}", f"{AT}.aims[1].weight", "not above 0"),
        (
            "envelope: [0 mL/h, 20 mL/h]",
            "envelope: [2 mL/h, 2 mL/h]",
            f"{AT}.moves.perfusion.envelope",
            "it leaves nothing to move",
        ),
        ("held: [oxygen, bicarbonate]", "held: [lactate]", f"{AT}.limits[1].of", "held by other loops"),
        ("held: [oxygen, bicarbonate]", "held: [viable_cells]", f"{AT}.aims[1].of", "held by other loops"),
        ("age: 4 h", "age: 4 h\n    heartbeat: 1 ms", f"{AT}.heartbeat", "give at least 0.1 s"),
        ("age: 4 h", "age: 4 h\n    heartbeat: 30 s", f"{AT}.heartbeat", "no more than the deadline"),
        ("age: 4 h", "age: 4 h\n    deadline: 1 ns", f"{AT}.deadline", "give at least 0.1 s"),
        ("age: 4 h", "age: 4 h\n    end: 14 h", f"{AT}.end", "with 'harvest' no plan reaches to 14 h"),
        ("scale: 0.2 1e9 cell}", "scale: 0.2 1e9 cell, weight: 1e300}", f"{AT}.aims[1].weight", "1e+10"),
        (
            "target: 2 1e9 cell, scale: 0.2 1e9 cell",
            "strive: more, scale: 1 1e9 cell, weight: 1e16",
            f"{AT}.aims[1].weight",
            "at most 1e+15",
        ),
        ("cost: 2000 mL", "cost: 1e-29 L", f"{AT}.moves.perfusion.cost", "at least 3.2e-07 L"),
        (
            "suppression: 20 mL/h",
            "suppression: 1e-20 L/h",
            f"{AT}.moves.perfusion.suppression",
            "at least 2e-08 L/h",
        ),
        ("every: 2 h}", "every: 2 h, delay: 1e-20 min}", f"{AT}.harvest.delay", "at least 0.00102 min"),
        ("every: 2 h}", "every: 1 min}", f"{AT}.harvest.every", "241 ends would be compared"),
        ("[13 h, 17 h]", "[0.5 h, 1 h]", f"{AT}.harvest.between", "at work, which is at 1 h at the earliest"),
        (
            "age: 4 h",
            "age: 4 h\n    end: 0.9 h",
            f"{AT}.end",
            "0.9 h is past before the controller is at work",
        ),
        ("{growth_max: 1.28}", "{growth_max: 1000}", f"{AT}.scenarios.growth_max", "at most 5"),
        ("{growth_max: 1.28}", "{growth_max: 0}", f"{AT}.scenarios.growth_max", "above 0"),
        (
            "    harvest: {between: [13 h, 17 h], every: 2 h}\n",
            "",
            "recipe",
            "no controller chooses the harvest",
        ),
    ],
)
def test_every_fault_is_told_with_its_field(old: str, new: str, field: str, told: str) -> None:
    found = issues(old, new)
    assert [text for at, text in found if at.startswith(field) and told in text], found


@pytest.mark.parametrize(("blind", "faults"), [("29 min", 1), ("30 min", 0)])
def test_a_controller_is_blind_for_longer_than_its_twin_really_waits(blind: str, faults: int) -> None:
    """Readings every 15 min, which a scan every 10 min meets every half hour."""
    text = STEERED.replace("every: 10 min\n", "every: 15 min\n").replace(
        "age: 4 h", f"age: 4 h\n    blind: {blind}"
    )
    told = examine_bytes(text.encode(), "steered.yaml", signatures()).issues
    assert [issue.field for issue in told] == [f"{AT}.blind"] * faults
    assert all("the twin reads every 30 min" in issue.what for issue in told)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "- {of: lactate, high: 10",
            "- {of: lactate, low: 10 mmol/L, hard: true}\n      - {of: lactate, high: 10",
        ),
        (
            "- {of: lactate, high: 10",
            "- {of: cells, high: 2 1e9 cell, hard: true}\n      - {of: lactate, high: 10",
        ),
        (
            "scale: 0.2 1e9 cell}",
            "scale: 0.2 1e9 cell}\n      - {of: cells, at: throughout, target: 1 1e9 cell, scale: 1 1e9 cell}",
        ),
        ("age: 4 h", "age: 4 h\n    heartbeat: 0.1 s\n    deadline: 2 s"),
        ("age: 4 h", "age: 4 h\n    deadline: 2 s"),
        ("chance: 90 %", "chance: 99 %"),
        ("{growth_max: 1.28}", "{growth_max: 5}"),
        ("every: 2 h}", "every: 2.5 min}"),
        ("every: 2 h}", "every: 2 h, delay: 4 s}"),
        ("cost: 2000 mL", "cost: 0.33 uL"),
        ("suppression: 20 mL/h", "suppression: 21 nL/h"),
        ("scale: 0.2 1e9 cell}", "scale: 0.2 1e9 cell, weight: 9e9}"),
        ("scale: 0.2 1e9 cell}", "scale: 0.2 1e9 cell, weight: 1e-300}"),
    ],
)
def test_what_can_be_met_together_is_no_fault(old: str, new: str) -> None:
    assert issues(old, new) == []


RECIPE = """
procedure:
- name: p
  title: P
  unit: u
  operations:
  - name: o
    title: O
    phases:
    - {name: first, title: A, until: elapsed >= 2 h or elapsed >= 3 h and lactate < 4 mmol/L}
    - {name: second, title: B, until: batch_elapsed >= 1 h and elapsed > 30 min}
    - {name: beside, title: C, after: first, until: elapsed <= 9 h}
    - {name: chosen, title: D, until: elapsed >= 50 h, when: lactate > 1 mmol/L}
    - {name: last, title: E, after: [chosen, second], until: batch_elapsed >= 9 h or lactate > 1 mmol/L}
  - {name: then, title: O, phases: [{name: end, title: F, until: batch_elapsed >= 10 h}, {name: over, title: G}]}
- {name: q, title: Q, unit: u, operations: [{name: r, title: R, phases: [{name: next, title: H, after: [lost]}]}]}
"""


def test_the_earliest_hours_of_phases_follow_from_what_conditions_say_of_time() -> None:
    found = earliest(Recipe.model_validate(yaml.safe_load(RECIPE)))
    assert found == pytest.approx(
        {"first": 0, "second": 2, "beside": 2, "chosen": 2, "last": 2.5, "end": 2.5, "over": 10}
    )


def test_two_controllers_do_not_move_one_loop_nor_choose_one_harvest() -> None:
    tree = yaml.safe_load(STEERED)
    tree["controllers"]["second"] = copy.deepcopy(tree["controllers"]["growth"])
    found = examine_bytes(yaml.dump(tree, Dumper=Plain).encode(), "steered.yaml", signatures()).issues
    told = " ".join(issue.what for issue in found)
    assert "'growth' moves the loop 'perfusion' already" in told
    assert "'growth' chooses the harvest already" in told


def test_a_controller_needs_a_twin_that_learns() -> None:
    tree = yaml.safe_load(STEERED)
    del tree["twin"]["observer"]
    found = examine_bytes(yaml.dump(tree, Dumper=Plain).encode(), "steered.yaml", signatures()).issues
    assert any("plans on what the twin believes" in issue.what for issue in found)


def test_a_declaration_survives_json() -> None:
    examined = examine_bytes(STEERED.encode(), "steered.yaml", signatures())
    assert examined.process is not None
    assert Process.model_validate_json(examined.process.model_dump_json()) == examined.process
