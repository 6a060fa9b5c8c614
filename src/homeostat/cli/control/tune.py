"""`homeostat control tune`: an experiment on the simulated plant, the constants it gives, and what they are worth."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeostat.cli.options import AsJson
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import clock, number

if TYPE_CHECKING:
    from homeostat.control.regulatory.tuning import Identified
    from homeostat.execution.tuning import Tuned, Worth
    from homeostat.process import Quantity


class Rule(StrEnum):
    """How a loop is tuned."""

    SIMC = "simc"
    LAMBDA = "lambda"
    RELAY = "relay"


Source = Annotated[str, typer.Argument(metavar="PROCESS", help="A process of the library, or a YAML file.")]
Name = Annotated[str, typer.Option(metavar="NAME", help="The loop of the strategy.")]
How = Annotated[
    Rule,
    typer.Option(help="A step test with SIMC or lambda rules; a relay experiment with Tyreus-Luyben rules."),
]
At = Annotated[
    str | None,
    typer.Option(
        metavar="TIME", help="When in the batch, such as '24 h'.", show_default="automatic and calm"
    ),
]
Size = Annotated[
    str | None,
    typer.Option(
        metavar="QUANTITY",
        help="How far the output is moved, as '2 degC'.",
        show_default="a tenth of its range",
    ),
]
Closed = Annotated[
    str | None,
    typer.Option(
        metavar="TIME", help="The time constant wanted of the closed loop.", show_default="by the rules"
    ),
]
Longest = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="How long an experiment may last at most.",
        show_default="12 h, or 80 scans if that is longer",
    ),
]
Seed = Annotated[int, typer.Option(metavar="N", min=0, help="The seed of the simulated plant.")]


def tune(
    *,
    process: Source,
    loop: Name,
    method: How = Rule.SIMC,
    at: At = None,
    size: Size = None,
    closed: Closed = None,
    longest: Longest = None,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Tune a loop on the process's simulated plant, and compare with the tuning it has. Nothing is changed."""
    from homeostat.cli.models import signatures
    from homeostat.execution.tuning import Wish
    from homeostat.execution.tuning import tune as tuned
    from homeostat.process import load

    wish = Wish(
        method=method.value,
        seed=seed,
        at=_quantity(at),
        size=_quantity(size),
        closed=_quantity(closed),
        longest=_quantity(longest),
    )
    found = tuned(load(process, signatures()), loop, wish)
    if as_json:
        show_json(_object(found))
    else:
        _tell(found)


def _quantity(text: str | None) -> "Quantity | None":
    from homeostat.process import Quantity

    return Quantity.parse(text) if text is not None else None


def _tell(found: "Tuned") -> None:
    from homeostat.execution.tuning import METHODS, as_yaml

    experiment = Table(
        f"{found.name}: {METHODS[found.method]}, at {clock(found.time)}",
        ("found", "value", "unit"),
        [(name, number(value), unit) for name, value, unit in _model(found)],
        numeric=frozenset({"value"}),
    )
    compared = Table(
        f"A step of the set-point by {number(found.step)} {found.unit}, followed for {_time(found.followed)}; "
        "then holding",
        ("", "present", "new"),
        [(what, *cells) for what, *cells in _compared(found)],
        numeric=frozenset({"present", "new"}),
    )
    show(
        experiment,
        compared,
        "",
        "For the process file:",
        "",
        *as_yaml(found.name, found.after.loop).rstrip().splitlines(),
    )


def _model(found: "Tuned") -> list[tuple[str, float, str]]:
    """What the experiment found, in the units of the process file."""
    from homeostat.control.regulatory.tuning import Lagged, Oscillation

    seen: Identified | Oscillation = found.found
    gain = f"{found.unit} per {found.output_unit}"
    if isinstance(seen, Oscillation):
        inverse = f"{found.output_unit} per {found.unit}"
        rows = [("ultimate gain", seen.ultimate, inverse), ("ultimate period", 60.0 * seen.period, "min")]
        return [*rows, ("amplitude of the tag", seen.amplitude, found.unit)]
    model = seen.model
    if isinstance(model, Lagged):
        rows = [("gain", model.gain, gain), ("lag", 60.0 * model.lag, "min")]
    else:
        rows = [("slope", model.slope, f"{gain} and h")]
    rows += [("delay", 60.0 * model.delay, "min"), ("explained", 100.0 * seen.explained, "%")]
    return [
        *rows,
        ("error", seen.error, found.unit),
        ("closed loop asked for", 60.0 * found.constants.closed, "min"),
    ]


def _compared(found: "Tuned") -> list[tuple[str, str, str]]:
    """The rows of the comparison: what is compared, of the present tuning, of the new."""
    pair = (found.before, found.after)
    rows = [
        ("gain", *(str(worth.loop.gain) for worth in pair)),
        ("integral", *(str(worth.loop.integral or "-") for worth in pair)),
        ("derivative", *(str(worth.loop.derivative or "-") for worth in pair)),
        ("overshoot, %", *(number(100.0 * worth.response.overshoot) for worth in pair)),
        ("settling to 5 %", *(_settled(worth) for worth in pair)),
        (f"absolute error, {found.unit} h", *(number(worth.response.error) for worth in pair)),
        (f"travel of the output, {found.output_unit}", *(number(worth.response.travel) for worth in pair)),
        ("Harris index (1: best)", *(number(w.harris.index if w.harris else None) for w in pair)),
        (f"scatter, {found.unit}", *(number(w.harris.variance**0.5 if w.harris else None) for w in pair)),
    ]
    return [(what, before, after) for what, before, after in rows]


def _settled(worth: "Worth") -> str:
    settling = worth.response.settling
    return "not in time" if settling is None else _time(settling)


def _time(hours: float) -> str:
    return f"{60.0 * hours:.4g} min"


def _object(found: "Tuned") -> dict[str, Any]:
    from homeostat.execution.tuning import as_yaml

    return {
        "loop": found.name,
        "method": found.method,
        "time": found.time,
        "found": [{"what": name, "value": value, "unit": unit} for name, value, unit in _model(found)],
        "step": {"size": found.step, "unit": found.unit, "hours": found.followed},
        "present": _worth(found.before),
        "new": _worth(found.after),
        "yaml": as_yaml(found.name, found.after.loop),
    }


def _worth(worth: "Worth") -> dict[str, Any]:
    loop, response = worth.loop, worth.response
    return {
        "gain": str(loop.gain),
        "integral": str(loop.integral) if loop.integral else None,
        "derivative": str(loop.derivative) if loop.derivative else None,
        "overshoot": response.overshoot,
        "settling_hours": response.settling,
        "absolute_error": response.error,
        "travel": response.travel,
        "harris": worth.harris.index if worth.harris else None,
        "variance": worth.harris.variance if worth.harris else None,
    }
