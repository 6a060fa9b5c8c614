"""The results a release rests on: of each attribute the assay's, or a soft sensor's where that is allowed.

batch record, process, what models may stand for -> one `Result` an attribute, decided on with its uncertainty
"""

from collections.abc import Mapping
from typing import Literal

from homeostat.process import Process
from homeostat.process.attributes import Attribute
from homeostat.quality.credibility import Adequate
from homeostat.quality.model import AttributeLine, BatchRecord, ModelLine
from homeostat.quality.model.base import Part
from homeostat.quality.release.conformity import Conformity, judge
from homeostat.quality.standing_in import foretold

Source = Literal["assay", "real-time", "none"]


class Result(Part):
    """One line of a certificate: what was measured or predicted, against what, and the decision on it.

    `uncertainty` is standard, in `unit`; `probability` is that of conformity. A real-time result names its `model`
    package (SHA-256) and the ends of its interval.
    """

    attribute: str
    title: str
    unit: str
    low: float | None
    high: float | None
    source: Source
    method: str
    sample: str
    value: float | None
    uncertainty: float | None
    probability: float | None
    interval: tuple[float, float] | None
    model: str
    conformity: Conformity | Literal["not measured"]
    words: str


def results(
    record: BatchRecord,
    process: Process,
    credible: Mapping[str, Adequate],
    against: Mapping[str, str] | None = None,
) -> tuple[Result, ...]:
    """Every attribute of the process; `credible` tells of each soft sensor by name if it may stand for an assay.

    `against` says for attributes what else speaks against the soft sensor that they name: its quantity, unit or use.
    """
    lines = {line.attribute: line for line in record.attributes}
    models = {line.model: line for line in record.models}
    return tuple(
        _result(attribute, lines[name], process, models, credible, (against or {}).get(name, ""))
        for name, attribute in process.attributes.items()
        if name in lines
    )


def _result(
    attribute: Attribute,
    line: AttributeLine,
    process: Process,
    models: Mapping[str, ModelLine],
    credible: Mapping[str, Adequate],
    against: str,
) -> Result:
    if line.value is not None:
        return _measured(attribute, line, process)
    sensor = process.release.realtime.get(line.attribute, "")
    if not sensor:
        return _without(line, "no assay has reported, and no soft sensor may stand for it")
    if against:
        return _without(line, f"the soft sensor {sensor} may not stand for the assay: {against}")
    adequate = credible.get(sensor, Adequate(False, "its credibility was never assessed"))
    if not adequate.allowed:
        return _without(line, f"the soft sensor {sensor} may not stand for the assay: {adequate.words}")
    return _predicted(line, models.get(sensor), adequate)


def _measured(attribute: Attribute, line: AttributeLine, process: Process) -> Result:
    assay, value = process.assays[attribute.assay], line.value
    if value is None:
        return _without(line, "no assay has reported")
    judged = judge(value, assay.variation.to("1"), (line.low, line.high), process.release)
    return _line(line).model_copy(
        update={
            "source": "assay",
            "method": assay.title,
            "value": value,
            "uncertainty": judged.uncertainty,
            "probability": judged.probability,
            "conformity": judged.conformity,
            "words": judged.words,
        }
    )


def _predicted(line: AttributeLine, model: ModelLine | None, adequate: Adequate) -> Result:
    """A prediction conforms where the model decided so and its whole interval lies within the specification.

    It stands in the unit of the attribute.
    """
    told = foretold((line.low, line.high), line.unit, model)
    if model is None or told is None:
        return _without(line, "the soft sensor that may stand for the assay gave no value")
    if told.well:
        words = f"the whole interval lies within; {adequate.words}"
    elif model.decision == "ok":
        words = "the interval does not lie within as a whole"
    else:
        words = f"the model says {model.decision}"
    return _line(line).model_copy(
        update={
            "source": "real-time",
            "method": model.title,
            "value": told.value,
            "interval": (told.low, told.high),
            "model": model.hash,
            "conformity": "conforms" if told.well else "undecided",
            "words": words,
        }
    )


def _without(line: AttributeLine, words: str) -> Result:
    return _line(line).model_copy(update={"words": words})


def _line(line: AttributeLine) -> Result:
    """What a result has in common with the record's line; nothing measured yet."""
    return Result(
        attribute=line.attribute,
        title=line.title,
        unit=line.unit,
        low=line.low,
        high=line.high,
        source="none",
        method="",
        sample=line.sample,
        value=None,
        uncertainty=None,
        probability=None,
        interval=None,
        model="",
        conformity="not measured",
        words="",
    )
