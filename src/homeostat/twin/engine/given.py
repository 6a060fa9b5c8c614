"""What an ensemble is given: arrays of states, parameters and inputs by batch, checked, as its kernel reads them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homeostat.errors import TwinError
from homeostat.twin.declare import Group, Signature
from homeostat.twin.engine.schedule import Array, Schedule


@dataclass(frozen=True)
class Given:
    """The arrays of one call, and how far apart two batches lie in each: 0 where all share one."""

    n: int
    arrays: tuple[Array, ...]
    strides: tuple[int, ...]

    @classmethod
    def of(
        cls,
        s: Signature,
        plan: Schedule,
        states: Array | None,
        parameters: Array | None,
        inputs: Array | None,
    ) -> "Given":
        first, second = _rows(states, s.states), _rows(parameters, s.parameters)
        third = plan.inputs[None] if inputs is None else _courses(plan, inputs, s.inputs)
        arrays = (first, second, third, plan.jumps[None])
        counts = {len(array) for array in arrays} - {1}
        if len(counts) > 1 or 0 in counts:
            raise TwinError(
                f"states, parameters and inputs are of {sorted(counts)} batches",
                mend="give each as many rows",
            )
        strides = tuple(0 if len(array) == 1 else array[0].size for array in arrays)
        return cls(max(counts, default=1), arrays, strides)

    def only(self, batches: NDArray[np.intp]) -> "Given":
        """Some of the batches."""
        arrays = tuple(
            a[batches] if stride else a for a, stride in zip(self.arrays, self.strides, strict=True)
        )
        return Given(len(batches), arrays, self.strides)

    def table(self, plan: Schedule) -> list[int]:
        """The kernel's argument from the states to the number of rows."""
        pairs = [v for a, s in zip(self.arrays, self.strides, strict=True) for v in (a.ctypes.data, s)]
        arrays = (plan.hours, plan.at, plan.events)
        return [*pairs, *(a.ctypes.data for a in arrays), len(plan.events), len(plan.times)]


def _numbers(values: object, what: str) -> Array:
    """As an array of doubles; `TwinError` for what is not real numbers."""
    try:
        return np.asarray(values).astype(np.float64, casting="same_kind")
    except (TypeError, ValueError) as error:
        raise TwinError(f"{what} are not an array of real numbers") from error


def _rows(values: Array | None, group: Group) -> Array:
    if values is None:
        return np.array([group.vector()])
    rows = np.atleast_2d(_numbers(values, f"the {group.kind}s"))
    if rows.ndim != 2 or rows.shape[1] != len(group):
        raise TwinError(f"expected {len(group)} {group.kind} values a batch, got an array of {rows.shape}")
    return np.ascontiguousarray(rows)


def _courses(plan: Schedule, inputs: Array, group: Group) -> Array:
    """Inputs batch by batch, with the declared values before the first segment."""
    courses = _numbers(inputs, "the inputs")
    expected = (len(plan.inputs) - 1, len(group))
    if courses.ndim != 3 or courses.shape[1:] != expected:
        raise TwinError(
            f"expected inputs of shape (n, {expected[0]}, {expected[1]}), got {courses.shape}",
            mend="give one row for each segment, in the order of time",
        )
    before = np.broadcast_to(plan.inputs[0], (len(courses), 1, len(group)))
    return np.ascontiguousarray(np.concatenate([before, courses], axis=1))
