"""Many faults in one file: all are reported at once, each with its line, field and mend, and none falsely."""

import copy
from pathlib import Path

import pytest

from homeostat.process import InvalidProcess, check, load
from homeostat.process.declaration import Process
from homeostat.process.members import fields_at
from tests.process.small import TEXT, changed, issues, line_of

FAULTY = """\
homeostat: 1
process: faulty
version: 1.0
title: Everything is wrong
colour: red
units:
  vessel:
    title: Vessel
    modules:
      heating:
        title: Heating
        tags:
          temperature: {title: T, kind: sensor, unit: degC, range: [0 degC, 60 degC]}
          jacket: {title: J, kind: actuatr, unit: degC, range: [0 degC, 60 degC]}
          pump: {title: P, kind: actuator, unit: mL/hour/foo, range: [0 mL/h, 60 mL/h]}
          pump: {title: P, kind: actuator, unit: mL/h, range: [0 mL/h, 60 mL/h]}
parameters:
  warmth: {title: T, tag: temprature, normal: [36 degC, 38 degC], proven: [36.5 degC, 37.5 degC]}
  cold: {title: T, tag: temperature, normal: [36 degC, 38 mL], proven: [36.5 degC, 37.5 degC]}
attributes:
  purity: {title: Purity, unit: "%", specification: {low: 90 %}, assay: missing, measured: finish}
recipe:
  procedure:
    - name: p
      title: P
      unit: vesel
      operations:
        - name: o
          title: O
          phases:
            - {name: a, title: A, after: b, until: elapsed >= 3 mL}
            - {name: b, title: B, set: {jacket: 3 degC, pump: 1 mL/h, heat: 4}}
            - {name: c, title: C, after: d, add: [{material: x, volume: -3 mL}]}
            - {name: 7, title: D}
            - {name: e, title: E, prompts: [{text: x, kind: numeric, range: [1, 3], answer: 5}]}
strategy:
  temperature: {title: T, tag: temperature, actuator: jacket, setpoint: 370 degC, gain: much}
"""

GOLDEN = """\
1 twin: 'twin' is missing (add a line 'twin: ...')
3 version: '1.0' is not a version (write three numbers, such as 1.0.0)
5 colour: 'colour' is not a field here (known here: homeostat, process, version, title, description, sources, \
approval, scan, materials, units, parameters, attributes, ...)
14 units.vessel.modules.heating.tags.jacket.kind: 'actuatr' is not possible here (did you mean 'actuator'?)
15 units.vessel.modules.heating.tags.pump.unit: 'foo' is not a known unit (see the list of units in the documentation)
16 units.vessel.modules.heating.tags.pump: 'pump' is given twice; the first time in line 15 (keep one of them)
18 parameters.warmth.tag: there is no tag 'temprature' (did you mean 'temperature'?)
18 parameters.warmth.normal: the normal operating range (36 degC to 38 degC) is not within the proven acceptable range \
(36.5 degC to 37.5 degC) (narrow 'normal' or widen 'proven')
19 parameters.cold.normal: 'mL' cannot be converted to 'degC' (give both ends in one unit)
21 attributes.purity.assay: there is no assay 'missing' (declare it in assays)
21 attributes.purity.measured: there is no phase 'finish' (known here: a, b, c, e)
26 recipe.procedure.p.unit: there is no unit 'vesel' (did you mean 'vessel'?)
31 recipe.procedure.p.operations.o.phases.a.until: '3 mL' is not a time (give the value in min)
31 recipe.procedure.p.operations.o.phases.a.after: the order runs in a circle: a -> b -> a (break it at one 'after')
32 recipe.procedure.p.operations.o.phases.b.set.heat: there is no loop or actuator 'heat' (declare it in strategy)
33 recipe.procedure.p.operations.o.phases.c.add[1].material: there is no material 'x' (declare it in materials)
33 recipe.procedure.p.operations.o.phases.c.add[1].volume: '-3 mL' is not above 0 (give a value above 0)
33 recipe.procedure.p.operations.o.phases.c.after: there is no phase here called 'd' (known here: a, b, c, e)
34 recipe.procedure.p.operations.o.phases.7.name: '7' is not a name (begin with a letter; use letters, digits, - and \
_, at most 48)
35 recipe.procedure.p.operations.o.phases.e.prompts[1].answer: the answer 5 is outside the range of the prompt (1 to \
3) (answer within the range, or widen it)
37 strategy.temperature.gain: 'much' is not a quantity (write a number and its unit, such as 50 mL/h)
"""


def test_all_faults_of_a_file_are_reported_at_once() -> None:
    told = [f"{issue.line} {issue.field}: {issue.what} ({issue.mend})" for issue in issues(FAULTY)]
    assert told == GOLDEN.splitlines()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "kind: sensor, unit: degC",
            "kind: censor, unit: degC",
        ),  # a tag, which a loop, a parameter and the twin name
        ("        title: Feeding\n", ""),  # a whole module
        ("    title: Vessel\n", ""),  # a whole unit
        ("units:\n", "unitz:\n"),  # all units
        ("  count: {title: Cell count", "  count: {titel: Cell count"),
        ("              title: Inoculate\n", ""),
        ("{name: finish, title: Finish", "{name: finish"),
        ("    title: Heating\n    tag", "    tag"),  # the loop
        ("  medium: {title: Medium, kind", "  medium: {kind"),
        ("recipe:\n", "receipt:\n"),
        ("strategy:\n", "strategie:\n"),
        ("    modules:\n", "    moduls:\n"),
        ("units:\n", "units: none\nvessels:\n"),
        ("  cells: {title: Cells, kind: cells", "  cells: {title: Cells, kind: sells"),
    ],
)
def test_what_refers_to_a_faulty_part_is_not_at_fault_itself(old: str, new: str) -> None:
    found = issues(changed((old, new)))
    assert found
    assert not [
        issue for issue in found if issue.what.startswith(("there is no", "the phase", "nothing tells"))
    ], found


def test_other_faults_are_reported_beside_a_pruned_part() -> None:
    text = changed(
        ("kind: sensor, unit: degC", "kind: censor, unit: degC"), ("material: cells", "material: sells")
    )
    assert [issue.line for issue in issues(text)] == [line_of(text, "censor"), line_of(text, "sells")]


def test_what_is_dropped_as_a_duplicate_does_not_count_as_unknown() -> None:
    again = "      heating:\n        title: Again\n        tags:\n          only_here: {title: X}\n      feeding:\n"
    text = changed(("      feeding:\n", again), ("modes: {heat: auto}", "modes: {only_here: auto}"))
    assert ["given twice" in issue.what for issue in issues(text)] == [True]


JARGON = (
    "Input should",
    "validation error",
    "pydantic",
    "type=",
    "dict",
    "tuple",
    "str ",
    "None",
    "NoneType",
    "Value error",
)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("title: A small process", "title: []", "a text is expected, not a list"),
        ("title: A small process", "title: ''", "must not be empty"),
        ("title: A small process", f"title: {'long ' * 500}", "more than 2000"),
        ("material: cells, volume: 20 mL", "material: cells", "'volume' is missing"),
        ("set: {heat: 36.5 degC, pump: 5 mL/h}", "set: [heat]", "a mapping is expected, not a list"),
        ("add: [{material: cells, volume: 20 mL}]", "add: cells", "a list is expected, not 'cells'"),
        ("samples: [{assays: count, every: 1 h, volume: 1 mL}]", "samples: [count]", "a mapping is expected"),
        ("modes: {heat: auto}", "modes: {heat: automatic}", "did you mean 'auto'?"),
        ("rate: true", "rate: maybe", "yes or no is expected"),
        ("rate: true", "rate: true, factor: lots", "a number is expected"),
        ("rate: true", "rate: true, factor: inf", "a number is expected"),
        ("  log:\n", "  log:\n    header: 1.5\n", "a whole number is expected"),
        ("  log:\n", "  log:\n    header: 0\n", "'0' is below 1"),
        ("  log:\n", "  log:\n    skip: 101\n", "'101' is above 100"),
        ("range: [0 degC, 50 degC]", "range: [0 degC]", "a value is missing in this list"),
        ("range: [0 degC, 50 degC]", "range: [0 degC, 1 degC, 2 degC]", "more than 2"),
        ("range: [0 degC, 50 degC]", "range: 50 degC", "a list is expected"),
        ("homeostat: 1", "homeostat: 2", "'2' is not possible here"),
        ("process: small", "process: 'no name'", "'no name' is not a name"),
        ("until: elapsed >= 1 h", "until: [elapsed]", "is not a condition"),
        ("modules:\n", "modules: {}\n    modulez:\n", "must not be empty"),
        ("  heat:\n    title", "  9heat:\n    title", "'9heat' is not a name"),
    ],
)
def test_the_words_are_plain(old: str, new: str, words: str) -> None:
    found = issues(changed((old, new)))
    told = [f"{issue.what} ({issue.mend})" for issue in found]
    assert any(words in text for text in told), told
    assert not [text for text in told for jargon in JARGON if jargon in text]


def test_issues_come_in_the_order_of_the_file_and_not_without_end() -> None:
    extra = "".join(f"field{n}: 1\n" for n in range(1000))
    found = issues(TEXT + extra)
    assert [issue.line for issue in found] == sorted(issue.line for issue in found)
    assert len(found) == 201
    assert "more faults" in found[-1].what


def test_an_invalid_process_tells_all_its_issues(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(FAULTY, encoding="utf-8")
    process, found = check(file)
    assert process is None
    with pytest.raises(InvalidProcess) as caught:
        load(file)
    assert list(caught.value.issues) == found
    assert all(str(issue) in str(caught.value) for issue in found)
    assert f"{file}:3: version:" in str(caught.value)


def test_issues_are_plain_data_too() -> None:
    issue = issues(changed(("scan: 1 min", "scan: 1 mL")))[0]
    assert issue.as_dict() == {
        "file": "small.yaml",
        "line": 5,
        "field": "scan",
        "what": "'1 mL' is not a time",
        "mend": "give the value in min",
    }


def test_the_fields_of_every_place_are_known() -> None:
    assert fields_at(Process, ()) == tuple(Process.model_fields)
    assert "kind" in fields_at(Process, ("units", "u", "modules", "m", "tags", "t"))
    assert "until" in fields_at(Process, ("recipe", "procedure", 0, "operations", 1, "phases", 2))
    assert "key" in fields_at(Process, ("recordings", "log", "run_sheet"))
    assert fields_at(Process, ("title",)) == ()
    assert fields_at(Process, ("nothing", "here")) == ()


def test_an_invalid_process_can_come_from_a_worker() -> None:
    error = InvalidProcess("small.yaml", issues(changed(("scan: 1 min", "scan: 1 mL"))))
    again = copy.copy(error)  # by the protocol that worker processes use too
    assert (str(again), again.issues) == (str(error), error.issues)
