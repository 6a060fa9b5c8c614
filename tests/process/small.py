"""A small process that uses every part of a declaration, and ways to read variants of it."""

from homeostat.process import Examined, Issue, ModelSignature
from homeostat.process.load import examine_bytes

TEXT = r"""
homeostat: 1
process: small
version: 1.2.3
title: A small process
scan: 1 min
materials:
  cells: {title: Cells, kind: cells, contents: {viable: 1 1e6 cell/mL}}
  medium: {title: Medium, kind: medium, contents: {glucose: 20 mmol/L}}
units:
  vessel:
    title: Vessel
    modules:
      heating:
        title: Heating
        tags:
          temperature: {title: Temperature, kind: sensor, unit: degC, range: [0 degC, 60 degC], resolution: 0.1 degC}
          jacket: {title: Jacket, kind: actuator, unit: degC, range: [0 degC, 50 degC], initial: 20 degC}
      feeding:
        title: Feeding
        tags:
          glucose: {title: Glucose, kind: sensor, unit: mmol/L, range: [0 mmol/L, 50 mmol/L], every: 5 min}
          pump: {title: Pump, kind: actuator, unit: mL/h, range: [0 mL/h, 100 mL/h]}
parameters:
  temperature:
    title: Temperature
    tag: temperature
    setpoint: 37 degC
    normal: [36 degC, 38 degC]
    proven: [35 degC, 39 degC]
    hard: [30 degC, 41 degC]
    deadband: 0.1 degC
attributes:
  viability: {title: Viability, unit: "%", specification: {low: 70 %, high: 100 %}, assay: count, measured: finish}
  density:
    {title: Density, unit: cell/mL, specification: {low: 1e6 cell/mL}, assay: count, quantity: viable, measured: finish}
assays:
  count: {title: Cell count, reports: {viability: "%", viable: 1e6 cell/mL}, turnaround: 20 min, variation: 5 %}
recipe:
  procedure:
    - name: culture
      title: Culture
      unit: vessel
      operations:
        - name: start
          title: Start
          phases:
            - name: inoculate
              title: Inoculate
              prompts:
                - {text: "Ready?", kind: confirm, answer: "yes"}
                - {text: "Viability?", kind: numeric, unit: "%", range: [50 %, 100 %], answer: 90}
                - {text: "Source?", kind: choice, choices: [fresh, frozen], answer: frozen}
              add: [{material: cells, volume: 20 mL}]
            - name: grow
              title: Grow
              set: {heat: 36.5 degC, pump: 5 mL/h}
              modes: {heat: auto}
              until: glucose < 4 mmol/L or elapsed >= 3 d
        - name: end
          title: End
          phases:
            - {name: left, title: Left, after: [], until: elapsed >= 1 h}
            - {name: right, title: Right, after: [],
               remove: [{volume: 50 mL, retain: [viable]}], until: viable > 2 1e6 cell/mL}
            - {name: finish, title: Finish, after: [left, right],
               samples: [{assays: count, every: 1 h, volume: 1 mL}], until: batch_elapsed >= 4 d}
strategy:
  heat:
    title: Heating
    tag: temperature
    actuator: jacket
    setpoint: 37 degC
    gain: 2 degC/degC
    integral: 20 min
    output: [10 degC, 45 degC]
twin:
  model: toy
  initial: {viable: 0.5 1e6 cell/mL, volume: 200 mL}
  parameters: {growth: 0.04 1/h}
  donor: {growth: 10 %}
  inputs: {feed: pump}
  tags: {glucose: glucose}
simulation:
  mismatch: {growth: 5 %}
  sensors:
    glucose: {noise: 0.1 mmol/L, lag: 1 min, drift: 0.1 mmol/L/d, dropout: 1 %}
  signals:
    temperature: {start: 25 degC, follows: jacket, lag: 10 min}
recordings:
  log:
    file: run_(?P<run>\d+)\.csv
    time: {column: t, format: "%H:%M"}
    tags:
      temperature: {column: T, unit: K}
      pump: {column: total, unit: L, rate: true}
    beside:
      - file: gas_{run}.csv
        time: {column: t, format: "%H:%M"}
        tags: {glucose: {column: G, unit: mol/L}}
    offline:
      - file: lab_{run}.csv
        time: {column: t, format: "%H:%M"}
        assay: count
        results: {viability: {column: v, unit: "%"}}
    run_sheet: {file: runs.csv, key: run, row: "r{run}", initial: {volume: {column: V0, unit: L}}}
""".lstrip()

TOY = ModelSignature(
    name="toy",
    states={"viable": "1e6 cell/mL", "glucose": "mmol/L", "volume": "mL"},
    inputs={"feed": "mL/h"},
    parameters={"growth": "1/h"},
    outputs={"viability": "%"},
)


def examine(text: str | bytes) -> Examined:
    """What comes of `text` as a process file."""
    raw = text if isinstance(text, bytes) else text.encode()
    return examine_bytes(raw, "small.yaml", {"toy": TOY})


def issues(text: str | bytes) -> tuple[Issue, ...]:
    """The issues of `text`."""
    return examine(text).issues


def changed(*changes: tuple[str, str]) -> str:
    """The small process with each `old` replaced, in the one place where it stands, by `new`."""
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the small process"
        text = text.replace(old, new)
    return text


def line_of(text: str, part: str) -> int:
    """The line, from 1, in which `part` first stands."""
    return text[: text.index(part)].count("\n") + 1
