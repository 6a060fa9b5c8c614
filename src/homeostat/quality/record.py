"""The batch record: a pure fold over one batch's events and time series.

ledger, historian -> Story -> sections -> exceptions -> BatchRecord
"""

from homeostat.historian import Historian
from homeostat.ledger import Ledger
from homeostat.quality import header, steps
from homeostat.quality.alarms import alarms
from homeostat.quality.approved import with_approval
from homeostat.quality.beside import models
from homeostat.quality.comparison import comparisons, fit_note
from homeostat.quality.controllers import controllers
from homeostat.quality.exceptions import NEWEST, Matter, report
from homeostat.quality.laboratory import attributes, samples
from homeostat.quality.model import BatchRecord, ExceptionReport
from homeostat.quality.moves import commands, materials, moves, setpoints
from homeostat.quality.outlook import outlook
from homeostat.quality.parameters import loops, parameters
from homeostat.quality.readings import readings
from homeostat.quality.serving import alarm_orders, alarm_performance
from homeostat.quality.signals import sample_notes, signals
from homeostat.quality.signed import with_signatures
from homeostat.quality.story import Story
from homeostat.quality.unhurried import collecting_later
from homeostat.quality.verdict import passed, summary
from homeostat.quality.wording import SECOND


@collecting_later()
def batch_record(ledger: Ledger, historian: Historian, batch: str, rules: int = NEWEST) -> BatchRecord:
    """The record of `batch`, finished or not, with its exceptions by the rule set `rules`.

    Raises RecordError where the ledger holds no event of it, QualityError where there is no such rule set.
    """
    return record_of(ledger, matter(Story.read(ledger, historian, batch)), rules)


def record_of(ledger: Ledger, sections: Matter, rules: int = NEWEST) -> BatchRecord:
    """The same of a batch whose `sections` are at hand."""
    story, found, laboratory = sections.story, report(sections, rules), sections.samples
    return with_signatures(
        ledger,
        BatchRecord(
            summary=summary(sections),
            header=with_approval(ledger, sections.header),
            rules=found.rules,
            rules_sha256=found.rules_sha256,
            exceptions=found.items,
            checks=found.checks,
            remarks=found.remarks,
            passed=passed(found),
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
            signals=sections.signals,
            sample_notes=sample_notes(story),
            outlook=sections.outlook,
            models=sections.models,
            controllers=sections.controllers,
            comparison_note=fit_note(sections.header.equipment),
            states=header.states(story),
            commands=sections.commands,
            moves=sections.moves,
            setpoints=setpoints(story),
            loops=loops(story),
            readings=sections.readings,
            interruptions=header.interruptions(story),
            provenance=header.provenance(story),
        ),
        lambda version: found if version == found.rules else report(sections, version),
    )


def render_json(record: BatchRecord) -> str:
    """The record as indented JSON, every number in full precision."""
    return record.model_dump_json(indent=2) + "\n"


@collecting_later()
def exception_report(
    ledger: Ledger, historian: Historian, batch: str, rules: int = NEWEST
) -> ExceptionReport:
    """What the rule set `rules` says of `batch`. Raises RecordError and QualityError as `batch_record` does."""
    return report(matter(Story.read(ledger, historian, batch)), rules)


def matter(story: Story) -> Matter:
    """The sections of the record that rules look at."""
    declared = story.process.parameters if story.process else {}
    asked = steps.prompts(story)
    return Matter(
        story=story,
        header=header.header(story),
        delays={name: round(one.delay.to("s") * SECOND) for name, one in declared.items()},
        attributes=attributes(story),
        parameters=parameters(story),
        steps=steps.steps(story),
        prompts=asked,
        samples=samples(story),
        alarms=alarms(story),
        signals=signals(story),
        commands=commands(story),
        moves=moves(story, asked),
        readings=readings(story),
        models=models(story),
        outlook=outlook(story),
        controllers=controllers(story),
    )
