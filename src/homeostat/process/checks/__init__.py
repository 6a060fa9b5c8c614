"""The checks of a whole process, one idea a file: a subject in, the faults of its parts against each other out.

Each check is a generator of faults over a `Subject`; none raises, none knows of files or lines, and none assumes that
another has passed. `CHECKS` is their table; `model` needs the twin's description of its model and is called apart.
"""

from collections.abc import Callable, Iterator

from homeostat.process.checks.agreeing import agreeing
from homeostat.process.checks.alarms import alarms
from homeostat.process.checks.chosen import chosen
from homeostat.process.checks.controllable import controllable
from homeostat.process.checks.controllers import controllers
from homeostat.process.checks.crosschecked import crosschecked
from homeostat.process.checks.dimensions import dimensions
from homeostat.process.checks.kinds import kinds
from homeostat.process.checks.laboratory import laboratory
from homeostat.process.checks.limits import limits
from homeostat.process.checks.loops import loops
from homeostat.process.checks.model import ModelSignature, model
from homeostat.process.checks.names import names
from homeostat.process.checks.observed import observed
from homeostat.process.checks.order import order
from homeostat.process.checks.outputs import outputs
from homeostat.process.checks.prompts import prompts
from homeostat.process.checks.recordings import recordings
from homeostat.process.checks.references import references
from homeostat.process.checks.released import released
from homeostat.process.checks.scanned import scanned
from homeostat.process.checks.seeded import seeded
from homeostat.process.checks.simulated import simulated
from homeostat.process.checks.soft import soft
from homeostat.process.checks.subject import Subject
from homeostat.process.issues import Fault

Check = Callable[[Subject], Iterator[Fault]]

CHECKS: tuple[Check, ...] = (
    scanned,
    names,
    references,
    kinds,
    dimensions,
    limits,
    outputs,
    order,
    chosen,
    prompts,
    loops,
    controllers,
    controllable,
    agreeing,
    laboratory,
    simulated,
    seeded,
    observed,
    crosschecked,
    alarms,
    soft,
    released,
    recordings,
)

__all__ = ["CHECKS", "Check", "ModelSignature", "Subject", "model"]
