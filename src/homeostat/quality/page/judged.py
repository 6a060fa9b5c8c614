"""Sections of what was measured and judged: exceptions, attributes, twin, parameters, readings, provenance."""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from homeostat.quality.approved import approval_words
from homeostat.quality.model import BatchRecord, ComparisonLine, Finding
from homeostat.quality.page.figures import Drawn, rendered
from homeostat.quality.page.glyphs import bullet, shares
from homeostat.quality.page.markup import Markup, join, tag
from homeostat.quality.page.tables import chip, code, facts, plain, table, tight
from homeostat.quality.wording import (
    VOID,
    bounds,
    count,
    duration,
    listed,
    moment,
    number,
    percent,
    quantity,
    unit_text,
)

LISTED = 12  # the longest excursions and gaps of a tag are listed on the page; the JSON record has them all


def exceptions(record: BatchRecord, drawn: Drawn) -> Markup:
    """What a reviewer must look at, the gravest first."""
    noted = [one for one in record.exceptions if one.kind == "equipment"]
    apart = [one for one in record.exceptions if one.kind != "equipment"]
    rows = [
        (chip(one.severity, one.severity), _origin(one.kind), one.text, moment(one.time)) for one in apart
    ]
    rows += [(chip("minor", "minor"), _origin("equipment"), _notes(noted), "–")] if noted else []
    return join(
        [
            table("Findings, the gravest first", "Severity|Kind|Finding|When>", rows),
            tag("p", _checked(record)),
            *(tag("p", f"Remark: {one.text}") for one in record.remarks),
            _interruptions(record),
        ]
    )


def _checked(record: BatchRecord) -> str:
    """By which rules, of how many things, how many passed: so that no silence is taken for a check."""
    checked, passed, flagged, waiting = (
        sum(getattr(one, count) for one in record.checks)
        for count in ("checked", "passed", "flagged", "waiting")
    )
    return (
        f"By rule set {record.rules}, {count(checked, 'thing was', 'things were')} checked:"
        f" {passed} passed, {flagged} flagged, {waiting} not due yet."
    )


def _notes(noted: Sequence[Finding]) -> Markup:
    """All remarks of the equipment as one finding: logs bring many small ones."""
    remarks = [tag("li", one.text) for one in noted]
    return join(
        [f"The equipment reports {count(len(noted), 'remark')}:", tag("ul", *remarks, class_="notes")]
    )


def _origin(kind: str) -> Markup:
    """The kind of a finding, as a way to the section that it comes from."""
    return tag("a", kind, href=f"#{ORIGINS.get(kind, 'provenance')}")


ORIGINS: Mapping[str, str] = {
    "state": "steps",
    "attribute": "attributes",
    "alarm": "alarms",
    "command": "commands",
    "batch command": "commands",
    "parameter": "parameters",
    "step": "steps",
    "prompt": "prompts",
    "sample": "samples",
    "readings": "readings",
    "signal": "signals",
    "entry": "prompts",
    "control": "control",
    "outlook": "outlook",
    "interruption": "exceptions",
}


def _interruptions(record: BatchRecord) -> Markup:
    rows = [(one.recorded, number(one.scan), one.reason) for one in record.interruptions]
    text = "Execution broke off and was taken up again from the ledger."
    return (
        join([tag("p", text), table("Interruptions", "Resumed at|Scan>|Reason", rows)])
        if rows
        else Markup("")
    )


def attributes(record: BatchRecord) -> Markup:
    """Critical quality attributes against their specification, the twin's prediction beside them."""
    rows = [
        (
            join([line.title, _earlier(len(line.earlier))]),
            tag("b", quantity(line.value, line.unit)),
            bounds(line.low, line.high, line.unit),
            bullet(line.low, line.high, line.value, line.predicted),
            number(line.predicted),
            number(line.error, 3),
            chip(*VERDICTS[line.verdict]),
        )
        for line in record.attributes
    ]
    columns = "Attribute|Measured>|Specification|Where it lies|Twin>|Error>|Verdict"
    return table("Critical quality attributes", columns, rows)


VERDICTS: Mapping[str, tuple[str, str]] = {
    "within": ("within", "good"),
    "outside": ("outside", "critical"),
    "not measured": ("not measured", "major"),
    "pending": ("not yet judged", "minor"),
}


def _earlier(times: int) -> Markup:
    return tag("small", f" last of {times + 1} judgements") if times else Markup("")


def comparisons(record: BatchRecord, drawn: Drawn) -> Markup:
    """The twin against the laboratory."""
    rows = [
        (
            line.title,
            unit_text(line.unit) or "–",
            str(line.count),
            number(line.rmse, 3),
            number(line.bias, 3),
            percent(line.relative),
        )
        for line in record.comparisons
    ]
    columns = "Quantity|Unit|Pairs>|RMSE>|Mean error>|Mean relative error>"
    pairs = [_pairs(line) for line in record.comparisons]
    return join(
        [
            tag(
                "p",
                "Predicted is the twin's value when the sample was taken. Errors are predicted minus measured.",
            ),
            tag("p", record.comparison_note) if record.comparison_note else "",
            table("Errors of the twin", columns, rows),
            rendered(drawn.compared, "twin"),
            tag("div", *pairs, class_="abreast") if pairs else "",
        ]
    )


def _pairs(line: ComparisonLine) -> Markup:
    rows = [
        (moment(pair.time), pair.sample, *map(number, (pair.measured, pair.predicted)), number(pair.error, 3))
        for pair in line.pairs
    ]
    caption = f"{line.title} ({unit_text(line.unit)})" if unit_text(line.unit) else line.title
    return table(caption, "Taken at|Sample|Measured>|Predicted>|Error>", rows)


def parameters(record: BatchRecord, drawn: Drawn) -> Markup:
    """Critical process parameters against NOR and PAR."""
    rows = [
        (
            line.title,
            tight(bounds(*line.normal, line.unit)),
            tight(bounds(*line.proven, line.unit)),
            *(number(one) for one in (line.low, line.mean, line.high)),
            shares(line.within_normal, line.within_proven),
            percent(line.within_normal),
            percent(line.within_proven),
            percent(line.bad),
        )
        for line in record.parameters
    ]
    columns = "Parameter|NOR|PAR|Lowest>|Mean>|Highest>|Shares|In NOR>|In PAR>|Unusable>"
    excursions = [
        (line.title, moment(one.start), duration(one.end - one.start), quantity(one.extreme, line.unit))
        for line in record.parameters
        for one in longest(line.excursions)
    ]
    hidden = sum(len(line.excursions) for line in record.parameters) - len(excursions)
    return join(
        [
            table("Critical process parameters", columns, rows),
            rendered(drawn.held, "cpp"),
            table(
                "Readings outside the proven acceptable range",
                "Parameter|From>|For>|Farthest value>",
                excursions,
            ),
            _unlisted(hidden, "shorter stretch", "shorter stretches"),
        ]
    )


def readings(record: BatchRecord, drawn: Drawn) -> Markup:
    """How far the readings can be trusted."""
    rows = [
        (
            line.title,
            tag("code", line.tag),
            *(
                str(line.qualities.get(code_, 0))
                for code_ in ("good", "held", "uncertain", "stale", "bad", "missing")
            ),
            percent(line.usable),
            str(len(line.gaps)),
        )
        for line in record.readings
    ]
    gaps = [
        (line.title, moment(gap.start), duration(gap.end - gap.start), gap.worst)
        for line in record.readings
        for gap in longest(line.gaps)
    ]
    hidden = sum(len(line.gaps) for line in record.readings) - len(gaps)
    columns = "Signal|Tag|Good>|Held>|Uncertain>|Stale>|Bad>|Missing>|Usable>|Gaps>"
    return join(
        [
            table("Quality of the readings", columns, rows),
            rendered(drawn.others, "tag"),
            table("Gaps in the readings", "Signal|From>|For>|Worst quality", gaps),
            _unlisted(hidden, "shorter gap", "shorter gaps"),
        ]
    )


class Stretch(Protocol):
    """Anything that lasts from `start` to `end` (µs)."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


S = TypeVar("S", bound=Stretch)


def longest(stretches: Sequence[S]) -> list[S]:
    """The `LISTED` longest stretches, in order of time."""
    kept = sorted(stretches, key=lambda one: one.start - one.end)[:LISTED]
    return sorted(kept, key=lambda one: one.start)


def _unlisted(hidden: int, singular: str, plural: str) -> Markup:
    text = f"{count(hidden, singular, plural)} not listed here; the JSON record has them all."
    return tag("p", text) if hidden else Markup("")


def provenance(record: BatchRecord, drawn: Drawn) -> Markup:
    """What this record was made from, and by what."""
    head, source = record.header, record.provenance
    return join(
        [
            facts(
                {
                    "Process": f"{head.process} {head.version}",
                    "Approval": approval_words(head),
                    "Content hash of the process": code(head.process_hash),
                    "Events": f"{source.events}, from {source.first} to {source.last}",
                    "Hash of the first event": code(source.first_hash),
                    "Hash of the last event": code(source.last_hash),
                    **({VOID: listed(source.void)} if source.void else {}),
                    "Sealed historian chunks": str(source.sealed),
                    "Record format": record.format,
                }
            ),
            *(
                join([tag("h3", title), facts({key: plain(value) for key, value in entries.items()})])
                for title, entries in (
                    ("Equipment", head.equipment),
                    ("Twin", head.twin),
                    ("Environment", head.environment),
                )
                if entries
            ),
        ]
    )
