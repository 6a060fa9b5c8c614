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
COLUMNS = ("columns", "without")
"""What chooses inputs among columns; a live calibration takes the spectrum."""
LIVE = ("wavelengths", "scatter", "standards")
"""What is asked of a live calibration only."""
TARGETED = ("group", "possible", "applied", "level", "unit", "quick", "components")
"""What a live calibration has use for of what is asked of the others."""
GOOD = "Does the batch run like good ones?"
"""What a watcher answers, unless another question is told."""
LONGEST = 500
"""Characters of a question."""


def check_meant(given: typer.Context, target: str | None, batches: str | None, *, live: bool) -> None:
    """Raise OptionError where a model is to predict and to watch, or neither, or an option goes with another kind."""
    if target is not None and batches is not None:
        what = "a model either predicts or watches"
        raise OptionError(what, where="--target, --batches", mend="give one of them")
    if target is None and batches is None:
        raise OptionError(
            "there is nothing to learn",
            where="--target",
            mend="name the column to predict, or with --batches the one that tells batches apart",
        )
    if live and batches is not None:
        raise OptionError(
            "a model either reads spectra or watches", where="--live, --batches", mend="give one of them"
        )
    does = "reads a process live" if live else "predicts" if batches is None else "watches"
    stray = [
        (f"--{name.replace('_', '-')}", kind)
        for name, kind in _others(batches, live=live)
        if _written(given, name)
    ]
    if stray:
        kinds = dict.fromkeys(kind for _, kind in stray)
        raise OptionError(
            f"a model that {does} has no use for it",
            where=", ".join(name for name, _ in stray),
            mend=f"it goes with {' or '.join(kinds)} only",
        )
    if live and not _written(given, "applied"):
        raise OptionError(
            "a live calibration is chosen for the first spectra of its process",
            where="--live",
            mend="give --applied TABLE2 with one of them or more; their values are not needed",
        )


def _others(batches: str | None, *, live: bool) -> list[tuple[str, str]]:
    """The options that other kinds of model have use for, and what asks for these."""
    watching, reading = [(name, "--batches") for name in WATCHES], [(name, "--live") for name in LIVE]
    predicting = [(name, "--target") for name in PREDICTS]
    if live:
        searching = [(name, "--target without --live") for name in (*PREDICTS, *COLUMNS)]
        return [one for one in (*watching, *searching) if one[0] not in TARGETED]
    return [*watching, *reading] if batches is None else [*predicting, *reading]


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
