"""`homeostat twin models`: which models there are, and what each declares."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeostat.cli.options import AsJson
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import limits, number

if TYPE_CHECKING:
    from homeostat.twin import Model


def models(
    *,
    model: Annotated[
        str | None,
        typer.Argument(metavar="MODEL", help="One model: shipped, or a Python file my_model.py[:ClassName]."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the shipped models, or everything that one model declares."""
    if model is None:
        _list(as_json=as_json)
        return
    from homeostat.cli.twin.loading import load_model

    found = load_model(model)
    if as_json:
        show_json(described(found))
    else:
        show(f"{found.__name__}: {purpose(found)}", f"fingerprint {found.fingerprint()}", *tables(found))


def _list(*, as_json: bool) -> None:
    from homeostat.twin import models

    rows = [
        (name, len(one.signature.states), len(one.signature.parameters), purpose(one))
        for name, one in models().items()
    ]
    if as_json:
        columns = ("model", "states", "parameters", "purpose")
        show_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    shown = [(name, str(states), str(parameters), what) for name, states, parameters, what in rows]
    columns = ("model", "states", "parameters", "what it describes")
    show(Table("", columns, shown, frozenset({"states", "parameters"})))


def purpose(model: "type[Model]") -> str:
    """The first sentence of the model's own description."""
    text = " ".join((model.__doc__ or "").split())
    end = text.find(". ")
    return text if end < 0 else text[: end + 1]


def described(model: "type[Model]") -> dict[str, Any]:
    """The model as plain data."""
    return {
        "model": model.__name__,
        "description": " ".join((model.__doc__ or "").split()),
        "fingerprint": model.fingerprint(),
        "quantities": [dict(row) for row in model.describe()],
    }


def tables(model: "type[Model]") -> list[Table]:
    """One table for each kind of quantity."""
    columns = ("name", "value", "unit", "bounds", "spread", "what it is", "source")
    return [
        Table(
            f"{group.kind}s".capitalize(),
            columns,
            [
                (
                    q.name,
                    "-" if q.kind == "output" else number(q.value),
                    q.unit,
                    limits(*_bounds(q.low, q.high)),
                    f"{100 * q.spread:g} %" if q.spread else "-",
                    q.doc,
                    q.source or "-",
                )
                for q in group
            ],
            frozenset({"value"}),
        )
        for group in model.signature.groups
    ]


def _bounds(low: float, high: float) -> tuple[float | None, float | None]:
    infinite = float("inf")
    return (None if low == -infinite else low), (None if high == infinite else high)
