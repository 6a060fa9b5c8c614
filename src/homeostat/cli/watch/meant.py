"""Whether the options of `watch train` ask for one thing: a model that predicts, or a watcher; and the declared use."""

from typing import TYPE_CHECKING

import typer

from homeostat.cli.twin.values import OptionError

if TYPE_CHECKING:
    from homeostat.monitoring.package import IntendedUse

PREDICTS = (
    "group",
    "rule",
    "possible",
    "until",
    "test",
    "test_share",
    "applied",
    "level",
    "accept",
    "unit",
    "quick",
    "seed",
)
"""What is asked of a model that predicts only."""
WATCHES = ("time", "phases", "every", "align", "lags", "components")
"""What is asked of a watcher only."""
GOOD = "Does the batch run like good ones?"
"""What a watcher answers, unless another question is told."""
LONGEST = 500
"""Characters of a question."""


def check_meant(given: typer.Context, target: str | None, batches: str | None) -> None:
    """Raise OptionError where a model is to predict and to watch, or neither, or an option goes with the other kind."""
    if target is not None and batches is not None:
        what = "a model either predicts or watches"
        raise OptionError(what, where="--target, --batches", mend="give one of them")
    if target is None and batches is None:
        raise OptionError(
            "there is nothing to learn",
            where="--target",
            mend="name the column to predict, or with --batches the one that tells batches apart",
        )
    kind, others = ("--batches", WATCHES) if batches is None else ("--target", PREDICTS)
    stray = [f"--{name.replace('_', '-')}" for name in others if _written(given, name)]
    if stray:
        does = "predicts" if batches is None else "watches"
        raise OptionError(
            f"a model that {does} has no use for it", where=", ".join(stray), mend=f"it goes with {kind} only"
        )


def declared_use(question: str, target: str | None, context: str, *, critical: bool) -> "IntendedUse":
    """What the model is for, as declared. Raises OptionError for a question that is too long."""
    from homeostat.monitoring.package import IntendedUse

    asks = question or (GOOD if target is None else f"What will {target} be?")
    if len(asks) > LONGEST:
        raise OptionError(
            f"the question has {len(asks)} characters", where="--question", mend=f"use {LONGEST} at most"
        )
    return IntendedUse(question=asks, context=context, critical=critical)


def _written(given: typer.Context, name: str) -> bool:
    """Whether the user wrote the option."""
    source = given.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"
