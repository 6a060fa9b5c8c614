"""Which filter is meant by `Settings.kind`."""

from collections.abc import Mapping

from homeostat.twin.engine import Simulator
from homeostat.twin.observer.filter import Filter
from homeostat.twin.observer.settings import Kind, Settings
from homeostat.twin.observer.unscented import Unscented

KINDS: Mapping[Kind, type[Filter]] = {"ekf": Filter, "ukf": Unscented}


def make_filter(
    simulator: Simulator,
    settings: Settings,
    *,
    parameters: Mapping[str, float] | None = None,
    stride: float = 0.25,
) -> Filter:
    """The filter of `settings.kind`; arguments and errors as of `Filter`."""
    return KINDS[settings.kind](simulator, settings, parameters=parameters, stride=stride)
