"""Results that a batch need not wait for: of samples whose attributes all have a soft sensor to stand for them."""

from homeostat.process import Process
from homeostat.process.realtime import measured_at


def resolve_outstanding(
    process: Process, realtime: tuple[str, ...]
) -> dict[tuple[str, str], tuple[int, ...]]:
    """By phase and assay of the sample: the models, by index, that all have to say that it is well."""
    order = list(process.monitoring.models)
    named = {name: process.release.realtime[name] for name in realtime}
    return {
        place: tuple([order.index(named[name]) for name in names])
        for place, names in measured_at(process).items()
        if all(named.get(name) in order for name in names)
    }
