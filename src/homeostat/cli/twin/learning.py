"""What is to be fitted, as it is typed: the model, the runs, what to learn within which bounds, what is held.

In: names, tables, `--fit`, `--set`. Out: a `Task`. Raises OptionError with the option that cannot be served.
"""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from homeostat.cli.twin.values import OptionError, declared, given, in_unit, names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from homeostat.twin import Model
    from homeostat.twin.fit import Free, Options, Run


class Task(NamedTuple):
    """What is to be fitted: the model, the runs, others to be predicted, what to learn, and how."""

    model: "type[Model]"
    runs: "tuple[Run, ...]"
    held_out: "tuple[Run, ...]"
    learn: "list[Free]"
    options: "Options"


class Tables(NamedTuple):
    """Files of runs to fit, files of runs to predict, and the map of their columns."""

    data: list[Path]
    others: list[Path]
    mapped: Path | None


def task_of(
    model: str,
    tables: Tables,
    learn: str | None,
    values: list[str],
    settings: tuple[int, int, bool],
) -> Task:
    """Read the runs, and what to learn of them; `settings` are starts, seed and whether residuals tell the errors."""
    from homeostat.cli.twin.loading import load_model
    from homeostat.cli.twin.runs import read
    from homeostat.twin.fit import Options

    chosen = load_model(model)
    runs = read(chosen, tables.data, tables.mapped)
    held_out = read(chosen, tables.others, tables.mapped) if tables.others else ()
    found = given(chosen, values)
    if found.inputs:
        what = f"{next(iter(found.inputs))} is an input: what was done in a run comes with its data"
        mend = "give it as a column of the tables, or under `constants` in the map"
        raise OptionError(what, where="--set", mend=mend)
    held = {**found.states, **found.parameters}
    return Task(
        chosen, runs, held_out, _not_held(wanted(chosen, learn, held), held), Options(*settings, fixed=held)
    )


def _not_held(learn: "list[Free]", held: "Mapping[str, float]") -> "list[Free]":
    """`learn`. Raises OptionError for a quantity that is held at a value, too."""
    for each in learn:
        if each.name in held:
            mend = f"leave out --set {each.name}, or do not learn it; its search begins at the declared value"
            what = f"{each.name} is learnt, and cannot be held at {held[each.name]:g}"
            raise OptionError(what, where=f"--set {each.name}", mend=mend)
    return learn


def check_unseen(task: Task, tables: Tables) -> None:
    """Raise OptionError for a run to be predicted that was fitted: its score would say nothing."""
    mend = "name tables of runs that the fit has not seen; the fitted ones are scored anyway"
    fitted, names = {path.resolve() for path in tables.data}, {run.name for run in task.runs}
    for path in tables.others:
        if path.resolve() in fitted:
            raise OptionError("the table is fitted, too", where=f"--predict {path}", mend=mend)
    for run in task.held_out:
        if run.name in names:
            raise OptionError(f"run {run.name} is fitted, too", where="--predict", mend=mend)


def named(text: str | None, task: Task, option: str) -> tuple[str, ...]:
    """Names between commas that are all learnt. Raises OptionError for the first that is not."""
    learnt, found = [each.name for each in task.learn], names(text)
    if text is not None and not found:
        raise OptionError("no quantity is named", where=option, mend="learnt are: " + ", ".join(learnt))
    for name in found:
        if name not in learnt:
            mend = f"name it in --fit, too; learnt are: {', '.join(learnt)}"
            raise OptionError(f"{name} is not learnt", where=f"{option} {text}", mend=mend)
    return found


def wanted(model: "type[Model]", text: str | None, held: "Mapping[str, float]") -> "list[Free]":
    """What to learn: names, each with its bounds if they are given; without any, what differs and is not `held`."""
    from homeostat.twin.fit import free

    if text is not None:
        return [_free(model, part) for part in names(text)]
    s = model.signature
    spread = [quantity.name for quantity in s.parameters if quantity.spread > 0.0]
    if spread and not set(spread) - set(held):
        what = "everything that differs between donors is held, so nothing is learnt"
        raise OptionError(what, where="--set", mend="hold less, or name what to learn by --fit")
    if not spread:
        mend = "name what to learn, such as --fit " + ",".join(s.parameters.names[:2])
        what = "the model tells of no parameter how it differs between donors"
        raise OptionError(what, where="--fit", mend=mend)
    return [free(model, name) for name in spread if name not in held]


def _free(model: "type[Model]", part: str) -> "Free":
    """NAME, NAME@RUN or either with =LOW:HIGH."""
    s, where = model.signature, f"--fit {part}"
    name, sign, ends = part.partition("=")
    quantity = declared((*s.parameters, *s.states), name.partition("@")[0].strip(), where)
    if not sign:
        return _bounded(model, name, where)
    low, colon, high = ends.partition(":")
    if not colon:
        raise OptionError("these are no bounds", where=where, mend=f"write such as {name}=0.01:0.1")
    lower, upper = (in_unit(end.strip(), quantity.unit, where) for end in (low, high))
    if not lower < upper:
        mend = f"write LOW:HIGH, the lower first{f': {name}={high}:{low}' if upper < lower else ''}"
        raise OptionError(f"nothing lies between {low} and {high}", where=where, mend=mend)
    return _bounded(model, name, where, lower, upper)


def _bounded(
    model: "type[Model]", name: str, where: str, lower: float | None = None, upper: float | None = None
) -> "Free":
    """The quantity, its bounds from its declaration unless given. Raises OptionError in the words of the option."""
    from homeostat.errors import TwinError
    from homeostat.twin.fit import free

    try:
        return free(model, name, lower=lower, upper=upper)
    except TwinError as error:
        mend = f"write {name}=LOW:HIGH, the lower first, within what the model declares"
        raise OptionError(error.what, where=where, mend=mend) from error
