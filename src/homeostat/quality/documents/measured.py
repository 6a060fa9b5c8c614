"""Tables and charts of what was measured, judged and monitored in a batch."""

from homeostat.historian import Historian
from homeostat.quality.documents.paper import Chart, Section, Table, listed, section, table
from homeostat.quality.model import AlarmLine, AttributeLine, BatchRecord, ParameterLine, SignalLine
from homeostat.quality.page.charts import Bucket
from homeostat.quality.page.figures import Tape
from homeostat.quality.wording import HOUR, bounds, moment, number, percent, quantity, unit_text


def judged(record: BatchRecord) -> Table:
    """Every judgement of every critical quality attribute; the last one decides."""
    rows = [row for line in record.attributes for row in _judgements(line)]
    return table("Against the specification", "Attribute|Specification=|Sample|At>|Value>|Verdict", rows)


def _judgements(line: AttributeLine) -> list[tuple[str, ...]]:
    known = [
        (one.sample, moment(one.time), quantity(one.value, line.unit), f"{one.verdict} (earlier)")
        for one in line.earlier
    ]
    known.append((line.sample or "–", moment(line.judged), quantity(line.value, line.unit), line.verdict))
    return [(line.title, bounds(line.low, line.high, line.unit), *one) for one in known]


def charts(record: BatchRecord, historian: Historian) -> tuple[Chart, ...]:
    """Each critical parameter over the batch: mean, lowest to highest, with its proven acceptable range."""
    tape = Tape(historian, record)
    drawn = [_chart(line, tape) for line in record.parameters if line.tag in tape.units]
    return tuple(one for one in drawn if one.points)


def _chart(line: ParameterLine, tape: Tape) -> Chart:
    known = [_point(one) for one in tape.line(line.tag, "measured", unit=line.unit).buckets]
    points = tuple(one for one in known if one is not None)
    return Chart(title=line.title, unit=unit_text(line.unit), points=points, limits=line.proven)


def _point(bucket: Bucket) -> tuple[float, float, float, float] | None:
    low, mean, high = bucket.low, bucket.mean, bucket.high
    if low is None or mean is None or high is None:
        return None
    return bucket.time / HOUR, low, mean, high


def measured(record: BatchRecord, drawn: tuple[Chart, ...]) -> Section:
    """Critical parameters with their excursions, loops, the twin beside the laboratory, and how good readings were."""
    excursions = [
        (line.title, moment(one.start), moment(one.end), quantity(one.extreme, line.unit))
        for line in record.parameters
        for one in line.excursions
    ]
    compared = [
        (
            line.title,
            str(line.count),
            quantity(line.rmse, line.unit),
            quantity(line.bias, line.unit),
            percent(line.relative),
        )
        for line in record.comparisons
    ]
    return section(
        "Parameters and readings",
        _parameters(record),
        table("Excursions from the proven acceptable range", "Parameter|From>|To>|Extreme>", excursions),
        _loops(record),
        table("The twin against the laboratory", "Quantity|Samples>|RMSE>|Bias>|Relative>", compared),
        _readings(record),
        charts=drawn,
    )


def _parameters(record: BatchRecord) -> Table:
    rows = [
        (
            line.title,
            bounds(*line.normal, line.unit),
            bounds(*line.proven, line.unit),
            *(number(one) for one in (line.low, line.mean, line.high)),
            percent(line.within_normal),
            percent(line.within_proven),
        )
        for line in record.parameters
    ]
    columns = "Parameter|NOR=|PAR=|Lowest>|Mean>|Highest>|In NOR>|In PAR>"
    return table("Critical process parameters", columns, rows)


def _loops(record: BatchRecord) -> Table:
    rows = [
        (
            line.title,
            line.tag,
            line.actuator,
            *(quantity(one, line.unit) for one in (line.low, line.mean, line.high)),
            percent(line.within_normal),
        )
        for line in record.loops
    ]
    return table("Regulatory loops", "Loop|Holds|By|Lowest>|Mean>|Highest>|Its tag in NOR>", rows)


def _readings(record: BatchRecord) -> Table:
    rows = [
        (
            f"{line.title} ({line.tag})",
            number(line.readings, 9),
            percent(line.usable),
            ", ".join(f"{amount} {code}" for code, amount in sorted(line.qualities.items())),
            "; ".join(f"{moment(one.start)} to {moment(one.end)} {one.worst}" for one in line.gaps[:GAPS])
            + (f"; and {len(line.gaps) - GAPS} more" if len(line.gaps) > GAPS else ""),
        )
        for line in record.readings
    ]
    return table("Quality of the readings", "Tag|Readings>|Usable>|By quality|Gaps", rows)


GAPS = 5
"""So many gaps of a tag are printed; the attached JSON has all of them."""


def monitored(record: BatchRecord) -> tuple[Table, ...]:
    """Alarms with who answered them, findings about signals, frozen models, and controllers."""
    return (
        listed("Alarms", "Alarm|Priority|Raised>|Cleared>|Value>|Acknowledged", record.alarms, _alarm),
        listed("Findings about signals", "Signal|Kind|Since>|Until>|What", record.signals, _signal),
        *_advised(record),
    )


def _alarm(line: AlarmLine) -> tuple[str, ...]:
    answered = f"{moment(line.acknowledged)} by {line.acknowledged_by}: {line.acknowledged_why}"
    return (
        line.text,
        line.priority,
        moment(line.raised),
        "standing" if line.standing else moment(line.cleared),
        quantity(line.value, line.unit),
        answered if line.acknowledged is not None else ("owed" if line.owed else "–"),
    )


def _signal(line: SignalLine) -> tuple[str, ...]:
    return line.title, line.kind, moment(line.since), moment(line.closed), line.text


def _advised(record: BatchRecord) -> tuple[Table, ...]:
    models = [
        (line.title, line.package, line.hash[:16], line.decision, moment(line.since), line.question)
        for line in record.models
    ]
    outlook = [
        (line.title, line.verdict, moment(line.since), percent(line.probability), line.reason)
        for line in record.outlook
    ]
    controllers = [
        (line.title, line.authority, line.rung, str(line.plans), str(line.failed), line.why)
        for line in record.controllers
    ]
    return (
        table("Frozen models", "Model|Package|Hash (first 16)|Decision|Since>|Question", models),
        table("Outlook of the attributes", "Attribute|Verdict|Since>|Probability>|Why", outlook),
        table("Controllers", "Controller|Authority|Rung|Plans>|Failed>|Why", controllers),
    )
