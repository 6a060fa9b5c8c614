"""The sections of the page in their order: anchor, title, and the function that makes it from the record."""

from collections.abc import Callable

from homeostat.quality.model import BatchRecord
from homeostat.quality.page import done, foreseen, found, judged, steered
from homeostat.quality.page.figures import Drawn
from homeostat.quality.page.markup import Markup

Section = Callable[[BatchRecord, Drawn], Markup]
SECTIONS: tuple[tuple[str, str, Section], ...] = (
    ("exceptions", "Exceptions", judged.exceptions),
    ("twin", "Twin against laboratory", judged.comparisons),
    ("outlook", "Outlook", foreseen.outlook),
    ("control", "Predictive control", steered.controllers),
    ("parameters", "Process parameters", judged.parameters),
    ("steps", "Steps", done.steps),
    ("prompts", "Prompts", done.prompts),
    ("samples", "Samples and results", done.samples),
    ("materials", "Materials", done.materials),
    ("alarms", "Alarms", found.alarms),
    ("signals", "Signals", found.signals),
    ("commands", "Commands and set-points", done.moves),
    ("loops", "Loops", done.loops),
    ("readings", "Readings", judged.readings),
    ("provenance", "Provenance", judged.provenance),
)


def sections(record: BatchRecord) -> tuple[tuple[str, str, Section], ...]:
    """The sections of one record: where nothing is steered by plans, nothing is said of it."""
    return tuple(section for section in SECTIONS if section[0] != "control" or record.controllers)
