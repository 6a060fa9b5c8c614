"""The batch record: a pure fold over one batch's events and time series.

ledger, historian -> Story -> sections -> findings -> BatchRecord
"""

from homeostat.historian import Historian
from homeostat.ledger import Ledger
from homeostat.quality import header, steps
from homeostat.quality.alarms import alarms
from homeostat.quality.beside import models
from homeostat.quality.comparison import comparisons, fit_note
from homeostat.quality.controllers import controllers
from homeostat.quality.findings import Sections, findings
from homeostat.quality.laboratory import attributes, samples
from homeostat.quality.model import BatchRecord
from homeostat.quality.moves import commands, materials, moves, setpoints
from homeostat.quality.outlook import outlook
from homeostat.quality.parameters import loops, parameters
from homeostat.quality.readings import readings
from homeostat.quality.serving import alarm_orders, alarm_performance
from homeostat.quality.signals import sample_notes, signals
from homeostat.quality.story import Story
from homeostat.quality.verdict import passed, summary
from homeostat.quality.wording import SECOND


def batch_record(ledger: Ledger, historian: Historian, batch: str) -> BatchRecord:
    """The record of `batch`, finished or not. Raises RecordError where the ledger holds no event of it."""
    story = Story.read(ledger, historian, batch)
    sections = _sections(story)
    laboratory = sections.samples
    return BatchRecord(
        summary=summary(sections),
        header=sections.header,
        exceptions=findings(sections),
        passed=passed(sections),
        attributes=sections.attributes,
        comparisons=comparisons(story, laboratory),
        parameters=sections.parameters,
        steps=sections.steps,
        prompts=sections.prompts,
        samples=laboratory,
        materials=materials(story, sections.moves),
        alarms=sections.alarms,
        alarm_orders=alarm_orders(story),
        alarm_performance=alarm_performance(story, sections.header.duration),
        signals=signals(story),
        sample_notes=sample_notes(story),
        outlook=outlook(story),
        models=models(story),
        controllers=controllers(story),
        comparison_note=fit_note(sections.header.equipment),
        states=header.states(story),
        commands=sections.commands,
        moves=sections.moves,
        setpoints=setpoints(story),
        loops=loops(story),
        readings=sections.readings,
        interruptions=header.interruptions(story),
        provenance=header.provenance(story),
    )


def render_json(record: BatchRecord) -> str:
    """The record as indented JSON, every number in full precision."""
    return record.model_dump_json(indent=2) + "\n"


def _sections(story: Story) -> Sections:
    declared = story.process.parameters if story.process else {}
    asked = steps.prompts(story)
    return Sections(
        header=header.header(story),
        readable=story.process is not None,
        attributes=attributes(story),
        parameters=parameters(story),
        delays={name: round(one.delay.to("s") * SECOND) for name, one in declared.items()},
        steps=steps.steps(story),
        prompts=asked,
        samples=samples(story),
        alarms=alarms(story),
        commands=commands(story),
        moves=moves(story, asked),
        readings=readings(story),
    )
