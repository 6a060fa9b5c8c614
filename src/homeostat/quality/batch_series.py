"""The finished batches of a site as a long table: one row a sample, for a watcher to learn from.

In: the ledger, the historian and an interval. Out: headings and cells: batch, donor, hours since the start, the phase
that ran, and every reading as a running batch would take it, called as a watcher's input may be ("glucose [mmol/L]").
"""

from collections.abc import Iterator
from itertools import count, takewhile

from homeostat.errors import RecordError
from homeostat.governance.ended import ends
from homeostat.historian import Historian
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import StepChanged
from homeostat.process.soft import ModelInput, heading
from homeostat.process.units import Quantity
from homeostat.quality.batch_table import BATCH, DONOR, BatchTable, Units, doubted_spans, value_at
from homeostat.quality.story import Story

TIME, PHASE = "time [h]", "phase"
HOUR = 3_600_000_000


def batch_series(ledger: Ledger, historian: Historian, every: Quantity) -> BatchTable:
    """A row every `every` of each batch that has ended, in the order in which they began.

    Raises RecordError where there is no finished batch, or a tag's units differ in kind from batch to batch.
    """
    step = round(every.to("s") * 1e6)
    if step <= 0:
        raise RecordError("samples are taken at no interval", mend="name one, such as 1 h")
    ended = ends(ledger)
    stories = [Story.read(ledger, historian, name) for name in ledger.batches() if name in ended]
    tags = tuple(dict.fromkeys(tag for story in stories for tag in _tags(story)))
    if not tags:
        raise RecordError("the site has no batch that has ended", mend="run one to its end")
    units = Units()
    rows = tuple(row for story in stories for row in _rows(story, tags, step, units))
    headings = (heading(ModelInput(tag), units.known.get(tag, "1")) for tag in tags)
    return BatchTable((BATCH, DONOR, TIME, PHASE, *headings), rows)


def _tags(story: Story) -> tuple[str, ...]:
    """The tags of a batch that have a series."""
    return tuple(
        tag for tag in (story.started.data.tags if story.started else ()) if tag in story.tapes.units
    )


def _rows(story: Story, tags: tuple[str, ...], step: int, units: Units) -> Iterator[tuple[str, ...]]:
    end = story.tapes.end
    donor = story.started.data.patient if story.started else ""
    doubted, own = doubted_spans(story), set(_tags(story))
    spans = list(_spans(story))
    for time in takewhile(lambda at: end is not None and at <= end, count(0, step)):
        cells = []
        for tag in tags:
            series = story.tapes.series(tag) if tag in own else None
            value = None if series is None else value_at(series, time, doubted.get(tag, []))
            cells.append(units.cell(tag, None if value is None else (value, story.tapes.units[tag])))
        running = [name for name, first, last in spans if first < time <= last]
        yield (story.batch, donor, repr(time / HOUR), running[-1] if running else "", *cells)


def _spans(story: Story) -> Iterator[tuple[str, int, int]]:
    """Each phase with the times after which and until which a scan found it running, in the order of the recipe."""
    began: dict[str, int] = {}
    ended: dict[str, int] = {}
    for fact in story.of(StepChanged):
        if fact.data.level == "phase":
            if fact.data.state == "running":
                began.setdefault(fact.data.step, fact.time)  # a further run follows the one before at once
                ended.pop(fact.data.step, None)
            else:
                ended[fact.data.step] = fact.time
    paths = [path for path in _paths(story) if path in began]
    for path in paths:
        yield path.rsplit("/", 1)[-1], began[path], ended.get(path, 2**62)


def _paths(story: Story) -> Iterator[str]:
    """The paths of all phases, in the order of the recipe."""
    for procedure in story.process.recipe.procedure if story.process else ():
        for operation in procedure.operations:
            for phase in operation.phases:
                yield f"{procedure.name}/{operation.name}/{phase.name}"
