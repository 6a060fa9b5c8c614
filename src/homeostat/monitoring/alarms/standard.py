"""The standing rationalisation: why each kind of alarm exists and what is done about it. Entries are assumptions.

How bad each kind is, and how soon it wants an answer, stands in `process.standing`. A process may give a rationale of
its own to any alarm; these hold where it does not.
"""

from collections.abc import Mapping

from homeostat.monitoring.alarms.priority import MICROSECONDS, Rationale
from homeostat.process.standing import STANDING, kind_of

_WORDS: Mapping[str, tuple[str, str, str]] = {
    "normal": (
        "a control loop, a supply or the culture does not behave as usual",
        "the process moves towards the end of its proven range",
        "look at the trend, the loop and the supply; note what was found",
    ),
    "proven": (
        "a loop or a supply fails, or the culture needs more than it is given",
        "the process is where nobody has shown that the product stays good",
        "bring the parameter back; open a deviation",
    ),
    "hard": (
        "equipment fails",
        "the cells die or the equipment is damaged",
        "act on the equipment at once; hold the batch",
    ),
    "health": (
        "a sensor, its cable or its transmitter fails",
        "the parameter is neither seen nor steered",
        "check the sensor; measure by hand until it is back",
    ),
    "signal": (
        "a sensor ages, is fouled or stands still",
        "what is steered and predicted by the signal is led astray",
        "compare with a sample; calibrate or replace",
    ),
    "result": (
        "a sample or its result was mistaken, or the culture is not what the twin takes it for",
        "what is foreseen of the batch may rest on a wrong twin",
        "have the result checked and the sample repeated: a second one on the same side is believed",
    ),
    "alert": (
        "the culture, or what is fed to it, goes another way than planned",
        "a quality attribute may end outside its specification",
        "look at what drives the forecast; draw a sample; consider a change while there is time",
    ),
    "action": (
        "the culture, or what is fed to it, has gone another way than planned",
        "a quality attribute is expected to end outside its specification",
        "confirm by a sample; decide on a change of the process with QA; open a deviation",
    ),
    "blind": (
        "the loop's sensor, its cable or its transmitter fails",
        "the parameter is held by a safe output, or by the last one, unseen",
        "measure by hand; restore the sensor, or steer the actuator by hand",
    ),
    "last-plan": (
        "the optimiser was late or found no plan",
        "the process follows a plan that does not know the last readings",
        "look at what the controller says of it",
    ),
    "loops": (
        "the optimiser has found no plan for some time, or its readings are missing",
        "the loops hold their set-points; what the plan would have gained is lost",
        "restore what the controller misses; give set-points by hand if they do not fit any more",
    ),
    "lowered": (
        "the controller had no plan several times in a row",
        "it moves less by itself, or nothing, until somebody decides what it may do",
        "find out why it had none; give it authority again, or make it advisory, by name and with a reason",
    ),
    "hold": (
        "neither a plan nor the loops can be relied on",
        "the actuators stay where they are, whatever the culture needs",
        "steer by hand; find out what fails",
    ),
    "fault": (
        "a command had no known outcome, or the twin could not follow",
        "the batch goes on without what was meant to happen",
        "find out what happened at the equipment; answer the prompt",
    ),
}
"""Cause, consequence of no answer, and response, by kind of alarm."""


def _rationale(kind: str) -> Rationale:
    (cause, consequence, response), (severity, within) = _WORDS[kind], STANDING[kind]
    return Rationale(cause, consequence, severity, response, round(within.to("s") * MICROSECONDS))


RATIONALES: Mapping[str, Rationale] = {kind: _rationale(kind) for kind in _WORDS}
"""Rationale by kind of alarm; the priority follows from the table in `priority`."""


def standing(alarm: str) -> Rationale | None:
    """The standing rationale of an alarm, by the kind that its name tells; None for one of no known kind."""
    return RATIONALES.get(kind_of(alarm))
