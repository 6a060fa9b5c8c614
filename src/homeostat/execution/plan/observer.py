"""The observer: its tags and laboratory quantities as signals of the filter, each in the model's unit."""

import math
from collections.abc import Iterator, Mapping

from homeostat.execution.plan.believing import InputSource, LaboratorySignal, ObserverPlan
from homeostat.process import Process, Quantity, convert
from homeostat.process.observer import Fused, Observer
from homeostat.process.units import convert_difference
from homeostat.twin import Model
from homeostat.twin.disturbed import disturbance
from homeostat.twin.observer import Doubt, Learnt, Settings, Signal


def resolve_observer(process: Process, of: type[Model], tags: tuple[str, ...]) -> ObserverPlan | None:
    """What the filter is told, and where its readings come from; None where the process declares no observer.

    Raises HomeostatError where a name or unit does not fit the model.
    """
    observer = process.twin.observer
    if observer is None:
        return None
    laboratory = tuple(_laboratory(process, observer, of, len(observer.tags)))
    online = tuple(_signal(process, of, tag, fused) for tag, fused in observer.tags.items())
    bench = tuple(_bench_signal(process, of, entry) for entry in laboratory)
    shares = {name: Doubt(share.to("1")) for name, share in observer.wander.items()}
    states = of.signature.states.names
    settings = Settings(
        signals=online + bench,
        learnt=tuple(
            Learnt(name, share.to("1"), shares[name].relative if name in shares else 0.0)
            for name, share in observer.learn.items()
        )
        + tuple(_disturbed(of, name, rate) for name, rate in observer.disturbances.items()),
        initial={name: Doubt(share.to("1")) for name, share in observer.initial.items()},
        wander={name: doubt for name, doubt in shares.items() if name in states},
        elsewhere=Doubt(observer.model_error.to("1")),
        kind=observer.kind,
        drop=observer.drop.to("h"),
        again=observer.again.to("h"),
    )
    settings.check(of)
    return ObserverPlan(
        settings=settings,
        every=round(observer.every.to("s") * 1_000_000),
        sources=tuple(_source(process, of, tag, tags) for tag in observer.tags),
        laboratory=laboratory,
        contents=_shares(observer.contents),
        volumes=observer.volumes.to("1"),
    )


def _disturbed(of: type[Model], state: str, rate: Quantity) -> Learnt:
    """The disturbance of a state: 0 at the start, give or take `rate`, and a random walk by that in an hour."""
    return Learnt(disturbance(state), 0.0, absolute=rate.ratio(of.signature.states[state].unit, "h"))


def _seen(of: type[Model], quantity: str) -> str:
    """The unit of a state or output of the model."""
    states, outputs = of.signature.states, of.signature.outputs
    return (states if quantity in states.names else outputs)[quantity].unit


def _scale(unit: str, own: str) -> tuple[float, float]:
    """Slope and offset from `unit` to `own`."""
    offset = convert(0.0, unit, own)
    return convert(1.0, unit, own) - offset, offset


def _source(process: Process, of: type[Model], tag: str, tags: tuple[str, ...]) -> InputSource:
    slope, offset = _scale(process.tags[tag].unit, _seen(of, process.twin.tags[tag]))
    return InputSource(tags.index(tag), slope, offset, -math.inf, math.inf)


def _signal(process: Process, of: type[Model], tag: str, fused: Fused) -> Signal:
    quantity = process.twin.tags[tag]
    unit = _seen(of, quantity)
    return Signal(
        tag,
        quantity,
        Doubt(fused.relative.to("1"), fused.noise.difference(unit)),
        0.0 if fused.bias is None else fused.bias.difference(unit),
        fused.memory.to("h"),
    )


def _laboratory(
    process: Process, observer: Observer, of: type[Model], first: int
) -> Iterator[LaboratorySignal]:
    position = first
    for name, quantities in observer.assays.items():
        for quantity in quantities:
            slope, offset = _scale(process.assays[name].reports[quantity], _seen(of, quantity))
            yield LaboratorySignal(name, quantity, position, slope, offset)
            position += 1


def _bench_signal(process: Process, of: type[Model], entry: LaboratorySignal) -> Signal:
    """The assay's variation, of the value and of one unit of the report beside it: no method sees nothing exactly."""
    assay = process.assays[entry.assay]
    variation = assay.variation.to("1")
    least = convert_difference(variation, assay.reports[entry.quantity], _seen(of, entry.quantity))
    name = f"{entry.assay} {entry.quantity}"
    return Signal(name, entry.quantity, Doubt(variation, least), confirmed=True)


def _shares(given: Mapping[str, Quantity]) -> tuple[tuple[str, float], ...]:
    return tuple((name, share.to("1")) for name, share in given.items())
