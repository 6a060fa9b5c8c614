"""The head of the record: identity of batch, process, equipment and software, and the state it ended in."""

from homeostat.ledger.catalogue import ChunksSealed, StateChanged
from homeostat.process.declaration import Approval
from homeostat.quality.model import Header, Interruption, Provenance, StateLine
from homeostat.quality.story import Story

NOTICES = {"training": "TRAINING - not for use in patients", "gmp": "", "": ""}
"""What every record and document of a site says of itself, by the site's kind; "": from before there were kinds."""


def header(story: Story) -> Header:
    """Who, what and where; fields stay empty where the ledger does not say."""
    start, end, process = story.started, story.ended, story.process
    data = start.data if start else None
    scans = end.data.scans if end else _scans(story)
    return Header(
        batch=story.batch,
        patient=data.patient if data else "",
        process=data.process if data else "",
        title=process.title if process else "",
        version=data.version if data else "",
        process_hash=data.process_hash if data else "",
        approval=process.approval if process else Approval(),
        scan=data.scan if data else 0,
        equipment=data.equipment if data else {},
        environment=data.environment if data else {},
        twin=data.twin if data else {},
        state=state(story),
        reason=end.data.reason if end else "",
        finished=end is not None,
        scans=scans,
        duration=scans * data.scan if data else story.now,
        started=start.recorded if start else "",
        ended=end.recorded if end else "",
        site_kind=data.site_kind if data else "",
        notice=NOTICES[data.site_kind] if data else "",
        definition=data.definition if data else "",
        started_by=data.started_by if data else "",
    )


def state(story: Story) -> str:
    """The ISA-88 state the batch is in, or ended in."""
    if story.ended is not None:
        return story.ended.data.state
    changes = story.of(StateChanged)
    return changes[-1].data.after if changes else "idle"


def states(story: Story) -> tuple[StateLine, ...]:
    """Every change of the batch's state."""
    return tuple(
        StateLine(time=fact.time, before=fact.data.before, after=fact.data.after, cause=fact.data.cause)
        for fact in story.of(StateChanged)
    )


def interruptions(story: Story) -> tuple[Interruption, ...]:
    """Every time execution was taken up again after it had broken off."""
    return tuple(
        Interruption(scan=fact.data.scan, recorded=fact.recorded, reason=fact.data.reason)
        for fact in story.interruptions
    )


def provenance(story: Story) -> Provenance:
    """The stretch of the ledger that this record was folded from, and which events there count for nothing."""
    first, last = story.stored[0], story.stored[-1]
    count = {one.seq for one in story.events}
    return Provenance(
        events=len(story.stored),
        first=first.seq,
        first_hash=first.hash.hex(),
        last=last.seq,
        last_hash=last.hash.hex(),
        sealed=sum(len(fact.data.chunks) for fact in story.of(ChunksSealed)),
        void=tuple([one.seq for one in story.stored if one.seq not in count]),
    )


def _scans(story: Story) -> int:
    """How many scans the events of an unfinished batch bear witness to."""
    return story.now // story.started.data.scan + 1 if story.started and story.started.data.scan else 0
