"""What a predictive controller may declare, and every fault told with the field it is in."""

import copy
from pathlib import Path

import pytest
import yaml

from homeostat.cli.models import signatures
from homeostat.process import Process
from homeostat.process.load import examine_bytes

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
        ("chance: 90 %", "chance: 100 %", f"{AT}.limits[1].chance", "less than 100 %"),
        (
            "envelope: [0 mL/h, 20 mL/h]",
            "envelope: [0 mL/h, 2000 mL/h]",
            f"{AT}.moves.perfusion.envelope",
            "range",
        ),
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
        ("every: 2 h}", "every: 0 h}", f"{AT}.harvest.every", "is not above 0"),
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
