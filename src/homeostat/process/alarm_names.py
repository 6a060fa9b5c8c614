"""The alarms that a process can raise, by name: limits, sensors, signals, loops, the twin, the outlook and models.

The outcome of a single command is an alarm as well, called after the command: nothing can be settled on it beforehand.
"""

from collections.abc import Iterator

from homeostat.process.declaration import Process

KINDS = ("normal", "proven", "hard")
SIDES = ("low", "high")
SIGNAL_KINDS = ("balance", "drift", "erratic", "frozen", "stuck")
"""Findings about a signal that are alarms."""
VERDICTS = ("alert", "action")
RUNGS = ("last-plan", "loops", "hold")
"""On which a predictive controller does not move as it should."""


def blind(loop: str) -> str:
    """The alarm that a loop has had no reading for too long."""
    return f"{loop}.blind"


def on_rung(controller: str, rung: str) -> str:
    """The alarm that a predictive controller stands on a rung on which it does not move as it should."""
    return f"control.{controller}.{rung.replace(' ', '-')}"


def lowered(controller: str) -> str:
    """The alarm that a predictive controller lost authority by itself, and nobody has settled that."""
    return f"control.{controller}.lowered"


def limit_alarms(process: Process) -> Iterator[tuple[str, str, str, str]]:
    """Each limit of each parameter: alarm, parameter, kind and side."""
    for name, parameter in process.parameters.items():
        for kind in KINDS:
            if getattr(parameter, kind) is not None:
                for side in SIDES:
                    yield f"{name}.{kind}.{side}", name, kind, side


def alarm_names(process: Process) -> tuple[str, ...]:
    """Every alarm of which something can be settled, in the order of the file."""
    limits = (alarm for alarm, *_ in limit_alarms(process))
    return (*limits, *_of_sensors(process), *_of_control(process), *_of_models(process))


def _of_sensors(process: Process) -> Iterator[str]:
    sensors = [name for name, tag in process.tags.items() if tag.kind == "sensor"]
    yield from (f"{name}.health" for name in sensors)
    yield from (f"signal.{name}.{kind}" for name in sensors for kind in SIGNAL_KINDS)


def _of_control(process: Process) -> Iterator[str]:
    yield from map(blind, process.strategy)
    for name in process.controllers:
        yield from (on_rung(name, rung) for rung in RUNGS)
        yield lowered(name)


def _of_models(process: Process) -> Iterator[str]:
    yield "twin.belief"
    observer = process.twin.observer
    if observer is not None:
        results = [f"{assay} {quantity}" for assay, of in observer.assays.items() for quantity in of]
        for kind in ("signal", "dropped"):
            yield from (f"twin.{kind}.{name}" for name in (*observer.tags, *results))
        yield from (f"twin.result.{name}" for name in results)
        yield from (f"outlook.{name}.{verdict}" for name in process.attributes for verdict in VERDICTS)
    for kind in ("soft", "watch"):  # which of them a model is, its package says
        yield from (f"{kind}.{name}.{verdict}" for name in process.monitoring.models for verdict in VERDICTS)
