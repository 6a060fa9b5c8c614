"""What was measured: samples, attributes, parameters, readings, and the twin beside them."""

from typing import Literal

from homeostat.quality.model.base import Part, Verdict


class Value(Part):
    """One reported quantity; None where the laboratory gave no value."""

    quantity: str
    value: float | None
    unit: str


class ResultLine(Part):
    """What the laboratory reported for one assay of a sample."""

    assay: str
    title: str
    taken: int
    reported: int
    values: tuple[Value, ...]


class SampleLine(Part):
    """A sample, the assays it was drawn for and their results; `missing` are the assays without one."""

    sample: str
    step: str
    taken: int
    volume: float | None
    assays: tuple[str, ...]
    results: tuple[ResultLine, ...]
    missing: tuple[str, ...]


class Judgement(Part):
    """One comparison of a quality attribute with its specification; `error` is predicted minus measured."""

    sample: str
    time: int
    value: float | None
    verdict: Verdict
    predicted: float | None
    error: float | None


class AttributeLine(Part):
    """A critical quality attribute; the last of its judgements decides, earlier ones are kept beside it."""

    attribute: str
    title: str
    quantity: str
    unit: str
    low: float | None
    high: float | None
    verdict: Verdict
    value: float | None
    predicted: float | None
    error: float | None
    sample: str
    judged: int | None
    earlier: tuple[Judgement, ...]


class LoopLine(Part):
    """A regulatory loop: its declared set-point, its output in `unit`, and its tag's share of time within the NOR."""

    loop: str
    title: str
    tag: str
    actuator: str
    unit: str
    setpoint: float | None
    low: float | None
    mean: float | None
    high: float | None
    within_normal: float | None


class Excursion(Part):
    """A stretch outside the proven acceptable range, with the value farthest out."""

    start: int
    end: int
    extreme: float


class ParameterLine(Part):
    """A critical process parameter: ranges, what was measured, and shares (0 to 1) of readings."""

    parameter: str
    title: str
    tag: str
    unit: str
    normal: tuple[float, float]
    proven: tuple[float, float]
    readings: int
    within_normal: float | None
    within_proven: float | None
    low: float | None
    mean: float | None
    high: float | None
    bad: float | None
    excursions: tuple[Excursion, ...]


class Gap(Part):
    """A stretch without usable readings; `worst` names the worst quality in it."""

    start: int
    end: int
    worst: str


class ReadingLine(Part):
    """The quality of one tag's readings: how many of each code, and the gaps."""

    tag: str
    title: str
    kind: Literal["sensor", "actuator"]
    unit: str
    readings: int
    qualities: dict[str, int]
    usable: float | None
    gaps: tuple[Gap, ...]


class Pair(Part):
    """A laboratory value beside the twin's for that time; `error` is predicted minus measured."""

    sample: str
    assay: str
    time: int
    measured: float
    predicted: float
    error: float


class ComparisonLine(Part):
    """The twin against the laboratory for one quantity; `relative` is the mean of |error| / |measured|."""

    quantity: str
    title: str
    unit: str
    count: int
    rmse: float
    bias: float
    relative: float | None
    pairs: tuple[Pair, ...]
