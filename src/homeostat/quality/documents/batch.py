"""The batch record as a paper: verdict, identity, signatures, every section, and every event of the batch.

In: the record, the ledger's events of the batch and, for the charts, the historian. Out: a `Paper`. Nothing is left
out that the JSON record has events for: the last section lists each of them with its hash.
"""

from collections.abc import Sequence

from homeostat.historian import Historian
from homeostat.ledger import Finding, Recorded
from homeostat.quality.approved import approval_words
from homeostat.quality.documents.acts import changed, done, settled
from homeostat.quality.documents.events import audit_trail, corrections
from homeostat.quality.documents.measured import charts, judged, measured, monitored
from homeostat.quality.documents.paper import Paper, Section, SignatureLine, Table, Tone, section, table
from homeostat.quality.model import BatchRecord
from homeostat.quality.wording import VOID, count, duration, listed, moment, number


def batch_paper(
    record: BatchRecord,
    events: Sequence[Recorded],
    historian: Historian,
    *,
    training: bool,
    signatures: Sequence[SignatureLine] = (),
    findings: Sequence[Finding] = (),
) -> Paper:
    """The paper of `record`, whose `events` are all of the batch; its time is that of the last of them that tells one.

    `findings` are what nobody's proof carries of what is on record about it.
    """
    head = record.header
    return Paper(
        kind="batch record",
        number=head.batch,
        title=head.title or head.process,
        when=next(one.recorded for one in reversed(events) if one.recorded),
        training=training,
        statement=record.summary,
        tone=_tone(record),
        note=_review(record),
        facts=_identity(record),
        sections=(*_unproven(findings), *_sections(record, events, historian)),
        signatures=tuple(signatures),
        origin=_origin(record),
    )


def _unproven(findings: Sequence[Finding]) -> list[Section]:
    """What somebody put on record in others' names, settled or not: it comes first."""
    rows = [(str(one.event), one.what, one.settled or "not settled") for one in findings]
    named = table("What is on record and nobody's proof carries", "Event>|What|Settled", rows)
    return [section("Findings of the verification", named)] if rows else []


def _tone(record: BatchRecord) -> Tone:
    worst = record.exceptions[0].severity if record.exceptions else ""
    if worst == "critical":
        return "bad"
    return "care" if worst == "major" or not record.header.finished else "good"


def _review(record: BatchRecord) -> str:
    found = count(len(record.exceptions), "finding") if record.exceptions else "Nothing"
    tallies = (
        ("attributes within", record.passed.attributes),
        ("parameters in range", record.passed.parameters),
        ("steps complete", record.passed.steps),
        ("prompts settled", record.passed.prompts),
        ("samples complete", record.passed.samples),
        ("commands done", record.passed.commands),
    )
    passed = ", ".join(f"{good} of {whole} {name}" for name, (good, whole) in tallies if whole)
    return f"{found} to review by exception. Passed: {passed or 'nothing was to be checked'}."


def _identity(record: BatchRecord) -> tuple[tuple[str, str], ...]:
    head = record.header
    pairs = (
        ("Patient (code)", head.patient),
        ("Process", f"{head.process} {head.version}".strip()),
        ("Content hash of the process", head.process_hash),
        ("Approval", approval_words(head)),
        ("Equipment", str(head.equipment.get("kind", ""))),
        ("Started", head.started),
        ("Ended", head.ended or "not yet"),
        ("Process time", duration(head.duration)),
        ("Scans", number(head.scans, 9)),
        ("State", head.state + (f": {head.reason}" if head.reason else "")),
    )
    return tuple((name, value) for name, value in pairs if value)


def _sections(record: BatchRecord, events: Sequence[Recorded], historian: Historian) -> list[Section]:
    found = [(one.severity, one.kind, one.subject, moment(one.time), one.text) for one in record.exceptions]
    interrupted = [(str(one.scan), one.recorded, one.reason) for one in record.interruptions]
    made = [
        section("Exceptions", table("To be reviewed", "Severity|Kind|Subject|At>|What", found)),
        section("Quality attributes", judged(record)),
        measured(record, charts(record, historian)),
        section("Steps and prompts", *done(record)),
        section("Samples and materials", *settled(record)),
        section("Commands, set-points and orders", *changed(record)),
        section("Alarms, signals, models and controllers", *monitored(record)),
        section("Interruptions", table("Execution was taken up again", "Scan>|Recorded|Reason", interrupted)),
        section("Values changed since they were first entered", corrections(events)),
        section("Software and equipment", _software(record)),
        audit_trail(events),
    ]
    return [one for one in made if one.tables or one.charts or one.texts]


def _software(record: BatchRecord) -> Table:
    head = record.header
    rows = [
        (group, name, str(value))
        for group, values in (
            ("software", head.environment),
            ("equipment", head.equipment),
            ("twin", head.twin),
        )
        for name, value in sorted(values.items())
    ]
    return table("What it was made with", "Of|Name|Value", rows)


def _origin(record: BatchRecord) -> tuple[tuple[str, str], ...]:
    source = record.provenance
    return (
        ("Events of the batch", number(source.events, 9)),
        ("First", f"{source.first}: {source.first_hash}"),
        ("Last", f"{source.last}: {source.last_hash}"),
        *([(VOID, listed(source.void))] if source.void else []),
        ("Sealed stretches of readings", number(source.sealed, 9)),
        ("Attached", "the whole record as JSON"),
    )
