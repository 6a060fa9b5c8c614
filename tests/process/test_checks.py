"""Every check of the parts against each other: one change to a sound process, and exactly the issue it deserves."""

import pytest

from homeostat.process import ModelSignature, check_against_model
from tests.process.small import TEXT, TOY, changed, examine, issues, line_of

RECIPE = "recipe.procedure.culture"
START, END = f"{RECIPE}.operations.start.phases", f"{RECIPE}.operations.end.phases"

Case = tuple[str, str, str, str]
"""What stands in the small process, what it is changed to, the field at fault, words of what is wrong or its mend."""

REFERENCES: list[Case] = [
    (
        "    tag: temperature\n    setpoint",
        "    tag: temprature\n    setpoint",
        "parameters.temperature.tag",
        "did you mean 'temperature'?",
    ),
    (
        "assay: count, measured: finish}\n  density",
        "assay: cuont, measured: finish}\n  density",
        "attributes.viability.assay",
        "did you mean 'count'?",
    ),
    (
        "high: 100 %}, assay: count, measured: finish",
        "high: 100 %}, assay: count, measured: finnish",
        "attributes.viability.measured",
        "did you mean 'finish'?",
    ),
    ("    actuator: jacket", "    actuator: jackett", "strategy.heat.actuator", "no tag 'jackett'"),
    ("      unit: vessel", "      unit: vesel", f"{RECIPE}.unit", "did you mean 'vessel'?"),
    (
        "set: {heat: 36.5 degC",
        "set: {heet: 36.5 degC",
        f"{START}.grow.set.heet",
        "no loop or actuator 'heet'",
    ),
    ("modes: {heat: auto}", "modes: {cold: auto}", f"{START}.grow.modes.cold", "no loop 'cold'"),
    ("material: cells", "material: sells", f"{START}.inoculate.add[1].material", "did you mean 'cells'?"),
    (
        "samples: [{assays: count, every",
        "samples: [{assays: [count, nose], every",
        f"{END}.finish.samples[1].assays",
        "no assay 'nose'",
    ),
    ("inputs: {feed: pump}", "inputs: {feed: pomp}", "twin.inputs.feed", "did you mean 'pump'?"),
    (
        "tags: {glucose: glucose}\nsim",
        "tags: {glucose: glucose, glucos: glucose}\nsim",
        "twin.tags.glucos",
        "no tag 'glucos'",
    ),
    ("follows: jacket", "follows: jaket", "simulation.signals.temperature.follows", "did you mean 'jacket'?"),
    ("    glucose: {noise", "    glucosee: {noise", "simulation.sensors.glucosee", "did you mean 'glucose'?"),
    ("      pump: {column", "      pumpp: {column", "recordings.log.tags.pumpp", "did you mean 'pump'?"),
    (
        "        tags: {glucose: {column",
        "        tags: {glukose: {column",
        "recordings.log.beside[1].tags.glukose",
        "no tag 'glukose'",
    ),
    (
        "        assay: count\n",
        "        assay: counting\n",
        "recordings.log.offline[1].assay",
        "did you mean 'count'?",
    ),
]

KINDS: list[Case] = [
    ("    actuator: jacket", "    actuator: glucose", "strategy.heat.actuator", "'glucose' is a sensor"),
    ("pump: 5 mL/h", "glucose: 5 mmol/L", f"{START}.grow.set.glucose", "a sensor and cannot be set"),
    ("set: {heat: 36.5", "set: {temperature: 36.5", f"{START}.grow.set.temperature", "set its loop 'heat'"),
    (
        "follows: jacket",
        "follows: temperature",
        "simulation.signals.temperature.follows",
        "an actuator is needed",
    ),
]

DIMENSIONS: list[Case] = [
    (
        "range: [0 degC, 60 degC]",
        "range: [0 mL, 60 mL]",
        "units.vessel.modules.heating.tags.temperature.range[1]",
        "not in a unit of the tag 'temperature'",
    ),
    (
        "resolution: 0.1 degC",
        "resolution: 0.1 mL",
        "units.vessel.modules.heating.tags.temperature.resolution",
        "which is in degC",
    ),
    (
        "every: 5 min",
        "every: 5 mL",
        "units.vessel.modules.feeding.tags.glucose.every",
        "'5 mL' is not a time",
    ),
    (
        "initial: 20 degC",
        "initial: 20 mL",
        "units.vessel.modules.heating.tags.jacket.initial",
        "the tag 'jacket'",
    ),
    (
        "    normal: [36 degC, 38 degC]",
        "    normal: [36 mL, 38 mL]",
        "parameters.temperature.normal[1]",
        "'36 mL'",
    ),
    ("deadband: 0.1 degC", "deadband: 0.1 pH", "parameters.temperature.deadband", "'0.1 pH'"),
    (
        "high: 100 %}",
        "high: 100 degC}",
        "attributes.viability.specification.high",
        "the attribute 'viability'",
    ),
    ("turnaround: 20 min", "turnaround: 20 %", "assays.count.turnaround", "not a time"),
    ("variation: 5 %", "variation: 5 min", "assays.count.variation", "not a share"),
    ("heat: 36.5 degC", "heat: 36.5 mL", f"{START}.grow.set.heat", "the tag 'temperature'"),
    ("pump: 5 mL/h", "pump: 5 mL", f"{START}.grow.set.pump", "the tag 'pump'"),
    ("glucose < 4 mmol/L", "glucose < 4 g", f"{START}.grow.until", "the tag 'glucose'"),
    ("elapsed >= 3 d", "elapsed >= 3 L", f"{START}.grow.until", "not a time"),
    ("batch_elapsed >= 4 d", "batch_elapsed >= 4 degC", f"{END}.finish.until", "not a time"),
    ("volume: 20 mL}", "volume: 20 g}", f"{START}.inoculate.add[1].volume", "not a volume"),
    ("volume: 50 mL,", "volume: 50 h,", f"{END}.right.remove[1].volume", "not a volume"),
    ("every: 1 h, volume", "every: 1 L, volume", f"{END}.finish.samples[1].every", "not a time"),
    ("range: [50 %, 100 %]", "range: [50 L, 100 L]", f"{START}.inoculate.prompts[2].range[1]", "this prompt"),
    (
        "    setpoint: 37 degC\n    gain",
        "    setpoint: 37 mL\n    gain",
        "strategy.heat.setpoint",
        "the tag 'temperature'",
    ),
    ("gain: 2 degC/degC", "gain: 2 mL/degC", "strategy.heat.gain", "degC per degC"),
    ("integral: 20 min", "integral: 20 L", "strategy.heat.integral", "not a time"),
    (
        "output: [10 degC, 45 degC]",
        "output: [10 L, 45 L]",
        "strategy.heat.output[1]",
        "the actuator 'jacket'",
    ),
    ("donor: {growth: 10 %}", "donor: {growth: 10 mL}", "twin.donor.growth", "not a share"),
    ("mismatch: {growth: 5 %}", "mismatch: {growth: 5 h}", "simulation.mismatch.growth", "not a share"),
    ("noise: 0.1 mmol/L", "noise: 0.1 degC", "simulation.sensors.glucose.noise", "the tag 'glucose'"),
    ("lag: 1 min", "lag: 1 L", "simulation.sensors.glucose.lag", "not a time"),
    ("drift: 0.1 mmol/L/d", "drift: 0.1 mmol/L", "simulation.sensors.glucose.drift", "mmol/L per h"),
    ("dropout: 1 %", "dropout: 1 L", "simulation.sensors.glucose.dropout", "not a share"),
    ("start: 25 degC", "start: 25 L", "simulation.signals.temperature.start", "which is in degC"),
    ("follows: jacket", "follows: pump", "simulation.signals.temperature.follows", "cannot follow"),
    (
        "{column: T, unit: K}",
        "{column: T, unit: L}",
        "recordings.log.tags.temperature",
        "cannot give the tag",
    ),
    ("unit: L, rate: true", "unit: L/h, rate: true", "recordings.log.tags.pump", "in time cannot give"),
    (
        '{column: v, unit: "%"}',
        "{column: v, unit: g}",
        "recordings.log.offline[1].results.viability",
        "cannot give",
    ),
    ("scan: 1 min", "scan: 1 mL", "scan", "not a time"),
]

SIGNS: list[Case] = [
    ("volume: 20 mL}", "volume: -20 mL}", f"{START}.inoculate.add[1].volume", "not above 0"),
    ("volume: 50 mL,", "volume: 0 mL,", f"{END}.right.remove[1].volume", "not above 0"),
    ("volume: 1 mL}", "volume: -1 mL}", f"{END}.finish.samples[1].volume", "not above 0"),
    ("elapsed >= 3 d", "elapsed >= -3 d", f"{START}.grow.until", "negative"),
    ("scan: 1 min", "scan: 0 min", "scan", "not above 0"),
    ("scan: 1 min", "scan: 0.9 ms", "scan", "at least 1 ms"),
    ("variation: 5 %", "variation: -5 %", "assays.count.variation", "negative"),
    ("dropout: 1 %", "dropout: 101 %", "simulation.sensors.glucose.dropout", "more than the whole"),
    ("volume: 200 mL}", "volume: -200 mL}", "twin.initial.volume", "not above 0"),
    (
        "contents: {glucose: 20 mmol/L}",
        "contents: {glucose: -20 mmol/L}",
        "materials.medium.contents.glucose",
        "negative",
    ),
    ("gain: 2 degC/degC", "gain: -2 degC/degC", "strategy.heat.gain", "not above 0"),
    ("lag: 10 min", "lag: -10 min", "simulation.signals.temperature.lag", "negative"),
]

LIMITS: list[Case] = [
    (
        "resolution: 0.1 degC",
        "resolution: 61 degC",
        "units.vessel.modules.heating.tags.temperature.resolution",
        "wider than the range",
    ),
    (
        "normal: [36 degC, 38 degC]",
        "normal: [34 degC, 38 degC]",
        "parameters.temperature.normal",
        "not within the proven acceptable range",
    ),
    (
        "proven: [35 degC, 39 degC]",
        "proven: [29 degC, 39 degC]",
        "parameters.temperature.proven",
        "not within the hard limits",
    ),
    (
        "hard: [30 degC, 41 degC]",
        "hard: [30 degC, 99 degC]",
        "parameters.temperature.hard",
        "leaves the range of the tag",
    ),
    (
        "    setpoint: 37 degC\n    normal",
        "    setpoint: 38.5 degC\n    normal",
        "parameters.temperature.setpoint",
        "outside the normal operating range",
    ),
    (
        "    setpoint: 37 degC\n    gain",
        "    setpoint: 39.5 degC\n    gain",
        "strategy.heat.setpoint",
        "outside the proven acceptable range",
    ),
    ("heat: 36.5 degC", "heat: 80 degC", f"{START}.grow.set.heat", "outside the range of the tag"),
    ("pump: 5 mL/h", "pump: 1 L/h", f"{START}.grow.set.pump", "outside the range of the tag"),
    (
        "output: [10 degC, 45 degC]",
        "output: [10 degC, 55 degC]",
        "strategy.heat.output",
        "leaves the range of 'jacket'",
    ),
    (
        "initial: 20 degC",
        "initial: 60 degC",
        "units.vessel.modules.heating.tags.jacket.initial",
        "outside the range",
    ),
    (
        "resolution: 0.1 degC",
        "initial: 20 degC",
        "units.vessel.modules.heating.tags.temperature.initial",
        "a sensor has no initial value",
    ),
    (
        "{low: 70 %, high: 100 %}",
        "{low: 100 %, high: 70 %}",
        "attributes.viability.specification",
        "not below the high end",
    ),
    ("specification: {low: 1e6 cell/mL}", "specification: {}", "attributes.density.specification", "no end"),
    (
        "range: [0 degC, 50 degC]",
        "range: [50 degC, 0 degC]",
        "units.vessel.modules.heating.tags.jacket.range",
        "lies above the high end",
    ),
    (
        "range: [0 degC, 50 degC]",
        "range: [0 degC, 50 mL]",
        "units.vessel.modules.heating.tags.jacket.range",
        "give both ends in one unit",
    ),
]

NAMES: list[Case] = [
    (
        "          pump: {title: Pump",
        "          jacket: {title: P, kind: actuator, unit: mL, range: [0 mL, 1 mL]}\n          pump: {title: Pump",
        "units.vessel.modules.feeding.tags.jacket",
        "a second tag",
    ),
    ("{name: right, title: Right", "{name: left, title: Right", f"{END}.left.name", "a second phase"),
    (
        "        - name: end\n          title: End",
        "        - name: start\n          title: End",
        f"{RECIPE}.operations.start.name",
        "a second operation",
    ),
]

ORDER: list[Case] = [
    ("after: [left, right]", "after: [left, rigth]", f"{END}.finish.after", "did you mean 'right'?"),
    ("title: Left, after: []", "title: Left, after: [finish]", f"{END}.left.after", "left -> finish -> left"),
    ("title: Left, after: []", "title: Left, after: [left]", f"{END}.left.after", "left -> left"),
]

PROMPTS: list[Case] = [
    ("answer: 90}", "answer: 40}", f"{START}.inoculate.prompts[2].answer", "outside the range"),
    ("answer: 90}", "answer: ninety}", f"{START}.inoculate.prompts[2].answer", "is not a number"),
    ("answer: 90}", "answer: 90 %}", f"{START}.inoculate.prompts[2].answer", "it is in %"),
    ("answer: frozen", "answer: frozn", f"{START}.inoculate.prompts[3].answer", "did you mean 'frozen'?"),
    ("choices: [fresh, frozen], ", "", f"{START}.inoculate.prompts[3]", "needs choices"),
    (
        "kind: confirm,",
        "kind: confirm, range: [1, 2],",
        f"{START}.inoculate.prompts[1].range",
        "only a numeric prompt",
    ),
    (
        "kind: confirm,",
        "kind: confirm, choices: [a],",
        f"{START}.inoculate.prompts[1].choices",
        "has no choices",
    ),
    ("kind: confirm, answer", "kind: scan, answer", f"{START}.inoculate.prompts[1]", "what is to be scanned"),
    (
        'kind: confirm, answer: "yes"',
        'kind: scan, pattern: "[", answer: "yes"',
        f"{START}.inoculate.prompts[1].pattern",
        "cannot be read",
    ),
    (
        'kind: confirm, answer: "yes"',
        'kind: scan, pattern: "B.*", answer: "yes"',
        f"{START}.inoculate.prompts[1].answer",
        "does not fit",
    ),
    (
        'kind: confirm, answer: "yes"',
        'kind: scan, material: sells, answer: "yes"',
        f"{START}.inoculate.prompts[1].material",
        "did you mean 'cells'?",
    ),
    ("kind: confirm,", "kind: timer,", f"{START}.inoculate.prompts[1]", "a timer needs a time"),
    (
        "kind: confirm,",
        "kind: timer, not_before: 1 h, not_after: 10 min,",
        f"{START}.inoculate.prompts[1].not_before",
        "lies after",
    ),
    (
        "kind: confirm,",
        "kind: timer, not_before: 3 mL,",
        f"{START}.inoculate.prompts[1].not_before",
        "a time",
    ),
    ("kind: confirm,", "kind: calculation,", f"{START}.inoculate.prompts[1]", "needs a formula"),
    (
        "kind: confirm,",
        "kind: calculation, formula: cells * 2,",
        f"{START}.inoculate.prompts[1].formula",
        "no earlier prompt gives 'cells'",
    ),
    (
        "kind: confirm,",
        "kind: calculation, formula: exit(),",
        f"{START}.inoculate.prompts[1].formula",
        "is not a formula",
    ),
    (
        "kind: confirm,",
        "kind: confirm, meaning: verified,",
        f"{START}.inoculate.prompts[1].meaning",
        "only a signature",
    ),
    (
        "kind: confirm,",
        "kind: confirm, name: x,",
        f"{START}.inoculate.prompts.x.name",
        "only what is a number",
    ),
    (
        'kind: numeric, unit: "%", range: [50 %, 100 %],',
        'kind: ipc, unit: "%",',
        f"{START}.inoculate.prompts[2]",
        "needs limits",
    ),
    (
        'kind: numeric, unit: "%", range: [50 %, 100 %],',
        'kind: weigh, unit: "%", target: 90 %, tolerance: 5 %,',
        f"{START}.inoculate.prompts[2]",
        "the kind of its device",
    ),
    (
        'kind: numeric, unit: "%", range: [50 %, 100 %],',
        'kind: weigh, unit: "%", target: 90 %, device: balance,',
        f"{START}.inoculate.prompts[2]",
        "go together",
    ),
]

LOOPS: list[Case] = [
    (
        "heat: 36.5 degC, pump",
        "jacket: 36.5 degC, pump",
        f"{START}.grow.set.jacket",
        "would undo this at once",
    ),
]

LABORATORY: list[Case] = [
    ("quantity: viable", "quantity: dead", "attributes.density.quantity", "does not report 'dead'"),
    ("  viability: {title", "  vitality: {title", "attributes.vitality.assay", "does not report 'vitality'"),
    ("unit: cell/mL, spec", "unit: cell, spec", "attributes.density.unit", "reports 'viable' in 1e6 cell/mL"),
    (
        "measured: finish}\n  density",
        "measured: grow}\n  density",
        "attributes.viability.measured",
        "draws no sample",
    ),
]

SIMULATED: list[Case] = [
    ("inputs: {feed: pump}", "inputs: {feed: glucose}", "twin.inputs.feed", "which nothing moves"),
    (
        "    temperature: {start: 25 degC, follows: jacket, lag: 10 min}",
        "    temperature: {start: 25 degC}\n    glucose: {start: 1 mmol/L}",
        "simulation.signals.glucose",
        "from the twin and from a signal",
    ),
    (
        "  signals:\n    temperature: {start: 25 degC, follows: jacket, lag: 10 min}\n",
        "",
        "units.vessel.modules.heating.tags.temperature",
        "nothing tells what the sensor",
    ),
]

RECORDINGS: list[Case] = [
    (r"run_(?P<run>\d+)\.csv", r"run_(?P<run>\d+\.csv", "recordings.log.file", "is not a pattern"),
    (r"run_(?P<run>\d+)\.csv", r"run_\d+\.csv", "recordings.log.file", "no group 'run'"),
    (
        '    time: {column: t, format: "%H:%M"}\n    tags:\n      temperature',
        '    time: {column: t, format: "%H:%M"}\n    longest_gap: 0 h\n    tags:\n      temperature',
        "recordings.log.longest_gap",
        "not above 0",
    ),
    (
        '    time: {column: t, format: "%H:%M"}\n    tags:\n      temperature',
        '    time: {column: t, format: "%H:%M"}\n    longest_gap: 3 mL\n    tags:\n      temperature',
        "recordings.log.longest_gap",
        "not a time",
    ),
    (
        "results: {viability",
        "results: {vigour",
        "recordings.log.offline[1].results.vigour",
        "does not report 'vigour'",
    ),
]

MODEL: list[Case] = [
    (
        "contents: {glucose: 20 mmol/L}",
        "contents: {volume: 1 mL}",
        "materials.medium.contents.volume",
        "not part of",
    ),
    ("model: toy", "model: tyo", "twin.model", "did you mean 'toy'?"),
    ("initial: {viable", "initial: {viabel", "twin.initial.viabel", "did you mean 'viable'?"),
    ("volume: 200 mL}", "volume: 200 g}", "twin.initial.volume", "the model's state 'volume'"),
    (
        "parameters: {growth: 0.04 1/h}",
        "parameters: {growth: 0.04 h}",
        "twin.parameters.growth",
        "which is in 1/h",
    ),
    (
        "parameters: {growth: 0.04 1/h}",
        "parameters: {grwth: 0.04 1/h}",
        "twin.parameters.grwth",
        "did you mean 'growth'?",
    ),
    ("donor: {growth", "donor: {groth", "twin.donor.groth", "did you mean 'growth'?"),
    ("mismatch: {growth", "mismatch: {groth", "simulation.mismatch.groth", "no parameter 'groth'"),
    ("inputs: {feed: pump}", "inputs: {food: pump}", "twin.inputs.food", "no input 'food'"),
    ("inputs: {feed: pump}", "inputs: {feed: jacket}", "twin.inputs.feed", "does not fit degC"),
    (
        "tags: {glucose: glucose}\nsim",
        "tags: {glucose: volume}\nsim",
        "twin.tags.glucose",
        "is in mL, which does not fit mmol/L",
    ),
    (
        "contents: {viable: 1 1e6 cell/mL}",
        "contents: {dead: 1 1e6 cell/mL}",
        "materials.cells.contents.dead",
        "no state 'dead'",
    ),
    (
        "contents: {glucose: 20 mmol/L}",
        "contents: {glucose: 20 g}",
        "materials.medium.contents.glucose",
        "the model's state 'glucose'",
    ),
    ("retain: [viable]", "retain: [viabel]", f"{END}.right.remove[1].retain", "did you mean 'viable'?"),
    ("until: viable > 2", "until: vable > 2", f"{END}.right.until", "did you mean 'viable'?"),
    (
        "until: viable > 2 1e6 cell/mL",
        "until: viable > 2 mL",
        f"{END}.right.until",
        "the model's quantity 'viable'",
    ),
    (
        "initial: {volume: {column: V0, unit: L}}",
        "initial: {volume: {column: V0, unit: g}}",
        "recordings.log.run_sheet.initial.volume",
        "does not fit g",
    ),
]

CASES = [
    *REFERENCES, *KINDS, *DIMENSIONS, *SIGNS, *LIMITS, *NAMES, *ORDER, *PROMPTS, *LOOPS, *LABORATORY, *SIMULATED,
    *RECORDINGS, *MODEL,
]  # fmt: skip


def test_the_small_process_is_sound() -> None:
    assert issues(TEXT) == ()


@pytest.mark.parametrize("case", CASES, ids=[f"{field}: {words}" for _, _, field, words in CASES])
def test_one_change_one_issue(case: Case) -> None:
    old, new, field, words = case
    text = changed((old, new))
    found = [issue for issue in issues(text) if issue.field == field]
    assert found, issues(text)
    assert any(words in f"{issue.what} ({issue.mend})" for issue in found), found
    changed_line, extent = (
        line_of(text, new) if new else line_of(TEXT, old),
        old.count("\n") + new.count("\n"),
    )
    if field.startswith("units") or not new:
        return  # the issue stands at the tag, which a change elsewhere has left without a source
    assert any(changed_line <= issue.line <= changed_line + extent for issue in found)


def test_two_loops_must_not_share_a_tag_or_an_actuator() -> None:
    second = "  again: {title: Again, tag: temperature, actuator: jacket, setpoint: 37 degC, gain: 1}\ntwin:"
    found = issues(changed(("twin:", second)))
    assert [issue.field for issue in found] == ["strategy.again.tag", "strategy.again.actuator"]
    assert all("belongs to the loop 'heat' already" in issue.what for issue in found)


def test_a_loop_and_an_actuator_need_different_names() -> None:
    found = issues(
        changed(
            ("strategy:\n  heat:", "strategy:\n  pump:"),
            ("heat: 36.5 degC, ", ""),
            ("pump: 5 mL/h", "pump: 37 degC"),
            ("modes: {heat: auto}", "modes: {pump: auto}"),
        )
    )
    assert [(issue.field, "could not tell which" in issue.what) for issue in found] == [
        ("strategy.pump", True)
    ]


def test_reserved_words_are_no_tags() -> None:
    found = issues(TEXT.replace("pump", "elapsed"))
    assert "reserved word" in found[0].what


def test_a_longer_circle_is_told_in_the_order_of_execution_and_what_waits_for_it_too() -> None:
    text = changed(
        ("title: Left, after: []", "title: Left, after: [right]"),
        ("title: Right, after: []", "title: Right, after: [middle]"),
        (
            "            - {name: finish",
            "            - {name: middle, title: Middle, after: left}\n            - {name: finish",
        ),
    )
    found = [issue for issue in issues(text) if ".after" in issue.field or "never reached" in issue.what]
    assert "left -> middle -> right -> left" in found[0].what
    assert "'finish' is never reached" in found[1].what


def test_a_step_without_after_follows_the_one_above_and_may_close_a_circle() -> None:
    text = changed(
        ("            - name: inoculate\n", "            - name: inoculate\n              after: grow\n")
    )
    assert ["inoculate -> grow -> inoculate" in issue.what for issue in issues(text)] == [True]


def test_a_set_point_may_leave_the_normal_range_within_the_proven_one() -> None:
    assert issues(changed(("heat: 36.5 degC", "heat: 35.2 degC"))) == ()


def test_a_phase_may_set_the_actuator_of_a_loop_in_manual() -> None:
    text = changed(
        ("heat: 36.5 degC, pump", "jacket: 36.5 degC, pump"), ("modes: {heat: auto}", "modes: {heat: manual}")
    )
    assert issues(text) == ()


def test_limits_in_other_units_of_one_dimension_are_compared_as_quantities() -> None:
    assert issues(changed(("normal: [36 degC, 38 degC]", "normal: [309.15 K, 38 degC]"))) == ()
    assert "not within" in issues(changed(("normal: [36 degC, 38 degC]", "normal: [300 K, 38 degC]")))[0].what


def test_runs_are_told_apart_only_by_a_group_of_the_pattern() -> None:
    pattern = r"run_(?P<run>\d+)\.csv"
    text = TEXT.replace("{run}", "1").replace(f"file: {pattern}", r"file: run_\d+\.csv")
    assert issues(text) == ()
    (issue,) = issues(text.replace(r"run_\d+\.csv", r"run_\d+\.csv" + "\n    fitted: ['4']"))
    assert (issue.field, "no group 'run'" in issue.what) == ("recordings.log.file", True)


def test_a_process_without_a_simulation_need_not_say_what_its_sensors_read() -> None:
    start, end = TEXT.index("simulation:"), TEXT.index("recordings:")
    text = TEXT[:start] + TEXT[end:]
    assert issues(text) == ()
    assert issues(text.replace("  tags: {glucose: glucose}\n", "")) == ()


def test_a_model_without_volume_takes_no_additions() -> None:
    process = examine(TEXT).process
    assert process is not None
    dry = ModelSignature("dry", {name: unit for name, unit in TOY.states.items() if name != "volume"})
    found = [
        issue.field for issue in check_against_model(process, dry) if "nothing can be added" in issue.what
    ]
    assert [field.rpartition(".")[2] for field in found] == ["add", "remove"]


def test_a_pattern_that_python_warns_of_is_no_warning_here() -> None:
    text = changed((r"run_(?P<run>\d+)\.csv", r"'[[](?P<run>\d+)\.csv'"))
    assert issues(text) == ()
