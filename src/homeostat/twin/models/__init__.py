"""The shipped models, one file each; `models` is the table of their names."""

from collections.abc import Mapping
from types import MappingProxyType

from homeostat.errors import TwinError
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


def model(name: str) -> type[Model]:
    """Return the model called `name`; `TwinError` when there is none."""
    if name not in _MODELS:
        raise TwinError(f"no model is called {name!r}", mend="choose one of: " + ", ".join(_MODELS))
    return _MODELS[name]
