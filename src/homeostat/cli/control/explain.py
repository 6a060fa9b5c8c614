"""`homeostat control explain`: what the controllers of a batch did, move by move, and why."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import clock, number
from homeostat.errors import RecordError

if TYPE_CHECKING:
    from homeostat.ledger.catalogue import Foretold, MovePlanned
    from homeostat.quality.steered import Happening


def explain(
    *,
    batch: Annotated[str, typer.Argument(metavar="BATCH", help="The batch, as `batches` lists it.")],
    controller: Annotated[str | None, typer.Option(metavar="NAME", help="Only this controller.")] = None,
    move: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Everything about the Nth plan, from 1.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="With --move: make it again from what is on record of it.")
    ] = False,
    site: SiteDir = DEFAULT_SITE,
    as_json: AsJson = False,
) -> None:
    """Say what the controllers of a batch did and why: every plan in a sentence, or all about one of them."""
    from homeostat.ledger.catalogue import MovePlanned
    from homeostat.quality.steered import steered
    from homeostat.site import Site

    with Site.open(site).reading() as (ledger, _):
        if batch not in ledger.batches():
            raise RecordError(
                f"there is no batch {batch} in this site", mend="list them with: homeostat batches"
            )
        found = steered(ledger, batch, controller=controller)
    if controller is not None and not found:
        raise RecordError(
            f"no controller '{controller}' was at work in batch {batch}",
            mend="leave --controller out to see those that were",
        )
    plans = [one for one in found if isinstance(one.fact, MovePlanned)]
    if move is not None:
        if move > len(plans):
            raise RecordError(
                f"there is no plan {move}: batch {batch} has {len(plans)}", mend="name one of them"
            )
        chosen = plans[move - 1]
        _one(chosen, _again(site, batch, chosen) if again else None, as_json=as_json)
        return
    if again:
        raise RecordError("it is not said which plan is to be made again", mend="name it with --move")
    if as_json:
        show_json([_object(one) for one in found])
        return
    _all(found, plans)


def _object(one: "Happening") -> dict[str, object]:
    kind = {"event": one.event, "time": one.time, "type": one.fact.type}
    return {**kind, **one.fact.model_dump(mode="json")}


def _again(site: Path, batch: str, one: "Happening") -> tuple[str, ...]:
    """What comes out otherwise when a plan is made again from its event."""
    from homeostat.execution.again import again
    from homeostat.ledger.catalogue import MovePlanned
    from homeostat.site import Site

    if not isinstance(one.fact, MovePlanned):
        return ()
    with Site.open(site).reading() as (ledger, _):
        return again(ledger, batch, one.fact)


def _all(found: "list[Happening]", plans: "list[Happening]") -> None:
    from homeostat.quality.steered import told

    numbers = {one.event: str(k) for k, one in enumerate(plans, start=1)}
    rows = [(clock(one.time), numbers.get(one.event, ""), told(one.fact)) for one in found]
    show(
        Table("", ("at", "plan", "what and why"), rows)
        if rows
        else "No controller was at work in this batch."
    )


def _one(one: "Happening", differs: tuple[str, ...] | None, *, as_json: bool) -> None:
    from homeostat.ledger.catalogue import MovePlanned

    if as_json:
        show_json(_object(one) | ({} if differs is None else {"differs": differs}))
        return
    fact = one.fact
    if isinstance(fact, MovePlanned):
        show(fact.text, *_tables(fact))
        show(
            f"Objective {number(fact.value)}, {number(fact.without)} if nothing were moved{_left_out(fact)}; "
            f"{fact.iterations} iterations; model, aims and settings {fact.means[:16]}"
        )
    if differs is not None:
        same = "every number comes out the same" if not differs else "these differ: " + ", ".join(differs)
        show(f"Made again from what this event says was believed: {same}.")


def _tables(fact: "MovePlanned") -> list[Table]:
    moves = [(clock(time), *map(number, row)) for time, row in zip(fact.times, fact.outputs, strict=True)]
    names = tuple(f"{loop} [{unit}]" for loop, unit in zip(fact.loops, fact.units, strict=True))
    expected = [(each.of, each.unit, *map(number, (each.values[0], *_ends(each)))) for each in fact.foretold]
    columns = (
        "quantity",
        "unit",
        "now",
        "at the end",
        "lowest",
        "highest",
        "this move left out",
        "unmoved until then",
    )
    limits = [(each.limit, clock(each.at), number(each.multiplier)) for each in fact.limits]
    ends = [(clock(end), number(value)) for end, value in fact.harvests]
    return [
        Table("Planned outputs", ("from", *names), moves, frozenset(names)),
        Table("Expected", columns, expected, frozenset(columns[2:])),
        Table("Limits that shape it", ("limit", "at", "multiplier"), limits, frozenset({"multiplier"})),
        Table("Ends that were compared", ("end", "objective"), ends, frozenset({"objective"})),
    ]


def _left_out(fact: "MovePlanned") -> str:
    return "" if fact.skipped is None else f", {number(fact.skipped)} if only this move were left out"


def _ends(each: "Foretold") -> tuple[float, ...]:
    skipped = each.skipped[-1] if each.skipped else math.nan
    return each.values[-1], each.low[-1], each.high[-1], skipped, each.without[-1]
