"""The shipped models, one file each; `models` is the table of their names.

A name may add disturbances, as `t_cell_expansion disturbed in glucose, lactate`.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

from homeostat.errors import TwinError
from homeostat.twin.disturbed import disturbed
from homeostat.twin.model import Model
from homeostat.twin.models.cho_culture import ChoCulture
from homeostat.twin.models.ipsc_cardiomyocytes import IpscCardiomyocytes
from homeostat.twin.models.msc_microcarriers import MscMicrocarriers
from homeostat.twin.models.raav_hek293 import RaavHek293
from homeostat.twin.models.t_cell_expansion import TCellExpansion
from homeostat.twin.models.yeast_fed_batch import YeastFedBatch

_MODELS: Mapping[str, type[Model]] = MappingProxyType(
    {
        "t_cell_expansion": TCellExpansion,
        "msc_microcarriers": MscMicrocarriers,
        "ipsc_cardiomyocytes": IpscCardiomyocytes,
        "cho_culture": ChoCulture,
        "raav_hek293": RaavHek293,
        "yeast_fed_batch": YeastFedBatch,
    }
)


def models() -> Mapping[str, type[Model]]:
    """Return every shipped model by name."""
    return _MODELS


DISTURBED = " disturbed in "
"""What stands in a name between the model and the states that are disturbed."""


def model(name: str) -> type[Model]:
    """Return the model called `name`; `TwinError` when there is none."""
    of, _, states = name.partition(DISTURBED)
    if of not in _MODELS:
        raise TwinError(f"no model is called {of!r}", mend="choose one of: " + ", ".join(_MODELS))
    return _disturbed(of, states) if states else _MODELS[of]


@cache
def _disturbed(of: str, states: str) -> type[Model]:
    return disturbed(_MODELS[of], states.split(", "))


def named(of: str, states: Iterable[str] = ()) -> str:
    """The name of the model `of` with disturbances in `states`; its own name where there are none."""
    return DISTURBED.join(filter(None, (of, ", ".join(states))))
