"""`homeostat twin chain`: virtual patients through every step from apheresis to infusion."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeostat.cli.options import AsJson
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import limits, number
from homeostat.cli.twin.limits import wilson
from homeostat.cli.twin.options import Plot, Seed
from homeostat.cli.twin.values import finite

if TYPE_CHECKING:
    from homeostat.quality.page.study import Ladder, Study
    from homeostat.twin.chain import Chain, ChainResult, Share

EXPLAINED = "dose"
MOST = 10_000_000
"""Patients: about as many as fit into the memory of a workstation."""


def chain(
    *,
    n: Annotated[int, typer.Option("-n", metavar="N", min=1, max=MOST, help="Virtual patients.")] = 2000,
    seed: Seed = 0,
    weight: Annotated[
        str | None, typer.Option(metavar="KG", help="Every patient's body weight.", show_default="varies")
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="STEP.NAME=VALUE[ UNIT]",
            help="Hold a parameter of a step at a value; `--json` lists all of them.",
        ),
    ] = None,
    after: Annotated[
        str,
        typer.Option(metavar="STEP", help="Tell the attributes after this step.", show_default="the last"),
    ] = "",
    sensitivity: Annotated[
        bool, typer.Option("--sensitivity", help="Tell which step's uncertainty matters most.")
    ] = False,
    of: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The attribute that --sensitivity explains.", show_default="dose"),
    ] = None,
    plot: Plot = None,
    as_json: AsJson = False,
) -> None:
    """Simulate patients through the shipped CAR-T chain: quality attributes at infusion, with their uncertainty."""
    from homeostat.cli.twin.plot import check_plot, draw, places
    from homeostat.twin import chain as room

    check_plot(plot)
    explained_of = _asked(of, sensitivity=sensitivity)
    texts = [*(values or ()), *([f"apheresis.weight={weight}"] if weight is not None else [])]
    used = _set(room.car_t_chain(), texts)
    result = room.run(used, n, seed)
    rows = result.rows(after)
    shares = room.sensitivity(used, n, seed, name=explained_of, step=after) if sensitivity else ()
    if plot is not None:
        draw(_study(result, shares, explained_of), plot)
    if as_json:
        explained = {"of": explained_of, "steps": [share.to_plain() for share in shares]} if shares else None
        interval = {"in_specification_interval95": wilson(result.in_specification, result.patients)}
        show_json({**result.to_plain(), **interval, "sensitivity": explained})
        return
    show(_headline(result), _table(rows, after), _shares(shares, explained_of), "", *_verdict(result))
    show(*places(None, plot))


def _asked(of: str | None, *, sensitivity: bool) -> str:
    """The attribute to explain. Raises OptionError where one is named, and nothing is to be explained."""
    from homeostat.cli.twin.values import OptionError

    if of is not None and not sensitivity:
        raise OptionError(
            "nothing is explained", where=f"--of {of}", mend="add --sensitivity, or leave it out"
        )
    return of or EXPLAINED


def _set(chain: "Chain", texts: list[str]) -> "Chain":
    """The chain with the parameters of `texts` held at their values."""
    from dataclasses import replace

    from homeostat.cli.twin.values import OptionError, assignment, in_unit
    from homeostat.process.issues import suggestion
    from homeostat.twin.chain import fixed

    steps = {step.name: step for step in chain.steps}
    for text in texts:
        where = f"--set {text}"
        place, value = assignment(text, where)
        step, _, name = place.partition(".")
        known = [f"{one.name}.{key}" for one in chain.steps for key in one.parameters]
        if place not in known:
            raise OptionError(
                f"the chain has no parameter '{place}'", where=where, mend=suggestion(place, known)
            )
        declared = steps[step].parameters[name]
        number = in_unit(value, declared.unit, where)
        if not declared.low <= number <= declared.high:
            raise OptionError(
                f"{number:g} {declared.unit} lies outside {declared.low:g} to {declared.high:g}",
                where=where,
                mend="stay within the bounds that the chain declares",
            )
        bounds = {"low": declared.low, "high": declared.high}
        changed: Any = {name: fixed(number, declared.unit, "set on the command line", **bounds)}
        steps[step] = replace(steps[step], **changed)
    return replace(chain, steps=tuple(steps.values()))


def _headline(result: "ChainResult") -> str:
    return f"{result.chain.title}: {_patients(result.patients, 'virtual patient')}"


def _table(rows: list[dict[str, Any]], after: str) -> Table:
    columns = ("attribute", "5 %", "median", "95 %", "unit", "specification", "P (in)")
    shown = [
        (
            row["title"],
            *(number(row[key]) for key in ("p05", "median", "p95")),
            row["unit"],
            limits(row.get("low"), row.get("high")),
            f"{row['in_specification']:.4f}" if "in_specification" in row else "-",
        )
        for row in rows
    ]
    title = f"After {after}" if after else "At infusion"
    return Table(title, columns, shown, frozenset({"5 %", "median", "95 %", "P (in)"}))


def _shares(shares: "tuple[Share, ...]", of: str) -> Table:
    columns = ("step", "alone", "+/-", "with interactions", "+/- ")
    rows = [
        (s.step, f"{s.first:.3f}", f"{s.first_error:.3f}", f"{s.total:.3f}", f"{s.total_error:.3f}")
        for s in sorted(shares, key=lambda share: -share.total)
    ]
    return Table(f"What explains the variance of {of}", columns, rows, frozenset(columns[1:]))


def _verdict(result: "ChainResult") -> list[str]:
    """The chance to meet everything at infusion, whichever step is shown: there is no specification before."""
    share, lost = result.in_specification, result.patients - int(result.completed.sum())
    low, high = wilson(share, result.patients)
    lines = [
        f"In every specification at infusion: {100 * share:.2f} % of patients "
        f"(95 % interval {100 * low:.2f} to {100 * high:.2f} %)."
    ]
    if lost:
        lines.append(
            f"{_patients(lost)} could not be computed, and so {'is' if lost == 1 else 'are'} in no band, and not in "
            "specification."
        )
    return lines


def _patients(count: int, kind: str = "patient") -> str:
    return f"{count:,} {kind}{'' if count == 1 else 's'}"


def _study(result: "ChainResult", shares: "tuple[Share, ...]", of: str) -> "Study":
    from homeostat.cli.twin.plot import as_sheet
    from homeostat.quality.page.study import Study

    return Study(
        result.chain.title,
        f"{_patients(result.patients, 'virtual patient')}, seed {result.seed}: 5 %, median and 95 % after every step.",
        {
            "Patients": f"{result.patients:,}",
            "In every specification at infusion": f"{100 * result.in_specification:.2f} %",
        },
        (),
        (*_ladders(result), *_explained(shares, of)),
        (as_sheet(_table(result.rows(), "")),),
        tuple(_verdict(result)),
    )


DRAWN = {
    "dose": "transduction",
    "viability": "apheresis",
    "car": "transduction",
    "memory": "apheresis",
    "beads": "bead-removal",
    "il2": "wash",
}
"""Attributes, and the first step from which they are drawn: before it they are nothing, or would dwarf the rest."""


def _ladders(result: "ChainResult") -> "list[Ladder]":
    """Each drawn attribute after every step that has it."""
    from homeostat.quality.page.study import Ladder, Span

    by_step = {step.name: result.rows(step.name) for step in result.chain.steps}
    found = []
    for name, first in DRAWN.items():
        attribute = result.chain.attributes[name]
        steps = list(by_step)[result.chain.index(first) :]
        rows = [(step, row) for step in steps for row in by_step[step] if row["attribute"] == name]
        spans = tuple(
            Span(step, r["median"], r["p05"], r["p95"]) for step, r in rows if r["median"] is not None
        )
        if spans:
            ends = (finite(attribute.low), finite(attribute.high))
            found.append(Ladder(attribute.title, attribute.unit, spans, False, *ends))
    return found


def _explained(shares: "tuple[Share, ...]", of: str) -> "list[Ladder]":
    from homeostat.quality.page.study import Ladder, Span

    rows = tuple(
        Span(s.step, s.total, s.total - 2 * s.total_error, s.total + 2 * s.total_error)
        for s in sorted(shares, key=lambda share: -share.total)
    )
    return [Ladder(f"Share of the variance of {of}, with interactions", "", rows, bars=True)] if rows else []
