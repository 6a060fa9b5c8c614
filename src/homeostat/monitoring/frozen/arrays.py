"""Arrays as fields of frozen pieces: finite doubles or integers, read-only, written to JSON as (nested) lists.

A double becomes its shortest decimal form and comes back with the same bits.
"""

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, PlainSerializer

Array = NDArray[np.float64]


def _plain(value: Any, kinds: str) -> NDArray[Any]:
    try:
        found = np.array(value, order="C")
    except (TypeError, ValueError, OverflowError) as fault:
        raise ValueError("an array of numbers is wanted") from fault
    if found.size and found.dtype.kind not in kinds:
        raise ValueError("an array of numbers is wanted" if "f" in kinds else "a list of integers is wanted")
    return found


def _doubles(dimensions: int) -> BeforeValidator:
    def check(value: Any) -> Array:
        found = _plain(value, "fiu").astype(np.float64)
        if found.ndim != dimensions:
            raise ValueError(f"an array of {dimensions} dimension(s) is wanted, not of {found.ndim}")
        if not np.isfinite(found).all():
            raise ValueError("a number is not finite")
        found.flags.writeable = False
        return found

    return BeforeValidator(check)


def _integers(value: Any) -> NDArray[np.int64]:
    found = _plain(value, "iu").astype(np.int64)
    if found.ndim != 1:
        raise ValueError("a list of integers is wanted")
    found.flags.writeable = False
    return found


_AS_LIST = PlainSerializer(lambda array: array.tolist(), return_type=list[Any])

Vector = Annotated[Array, _doubles(1), _AS_LIST]
"""A field of one dimension."""
Matrix = Annotated[Array, _doubles(2), _AS_LIST]
"""A field of two dimensions."""
Integers = Annotated[NDArray[np.int64], BeforeValidator(_integers), _AS_LIST]
"""A field of whole numbers."""
