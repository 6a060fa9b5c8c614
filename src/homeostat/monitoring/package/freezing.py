"""Freezing: from the parts of a trained model to a hashed package with its self-test."""

from typing import Any

from pydantic import ValidationError

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.package.filling import keep_rows
from homeostat.monitoring.package.model import Package
from homeostat.monitoring.package.selftest import check, chosen_rows, self_test


def freeze(x: Array, **parts: Any) -> Package:
    """The package of `parts` (the fields of `Document`), learnt from rows `x` (n, p): its self-test is run on some.

    Where inputs may be missing, some are kept to tell what filling them could do (`filling`).

    Raises `MonitoringError` when the parts do not make a package, or do not fit together on these rows.
    """
    try:
        draft = Package(**parts)
    except ValidationError as fault:
        raise MonitoringError(told(fault), where="model package", mend="correct this part") from fault
    if x.ndim != 2 or not len(x) or x.shape[1] != len(draft.inputs):
        raise MonitoringError(
            f"rows of {len(draft.inputs)} values are wanted for the self-test", where="freeze"
        )
    if draft.missing_allowed and draft.filling is None:
        draft = draft.model_copy(update={"filling": keep_rows(x)})
    try:
        tested = draft.model_copy(update={"self_test": self_test(draft, chosen_rows(x))})
        check(tested, "freeze")
    except (ValueError, IndexError) as fault:
        raise MonitoringError(
            f"steps, form and inputs do not fit together: {fault}", where="freeze"
        ) from fault
    return tested.model_copy(update={"content_hash": tested.hashed()})


def told(fault: ValidationError) -> str:
    """The first complaint of a validation, in one sentence; that of a piece within a piece is its own."""
    first = fault.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    inner = first.get("ctx", {}).get("error")
    if isinstance(inner, ValidationError):
        return f"{place}.{told(inner)}"
    message = first["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message
