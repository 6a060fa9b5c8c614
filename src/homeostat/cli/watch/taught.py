"""The options of `homeostat watch train`: what is learnt from, what for, and how it is judged."""

from pathlib import Path
from typing import Annotated

import typer

from homeostat.cli.watch.options import TABLE_HELP

TableFile = Annotated[Path, typer.Argument(metavar="TABLE", help=TABLE_HELP)]
Target = Annotated[
    str | None, typer.Option(metavar="COLUMN", help="What is to be predicted: numbers, or classes.")
]
Out = Annotated[Path, typer.Option(metavar="MODEL.json", help="Where the model is written.")]
Group = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN", help="Donor, batch or reactor: its rows are held out together; three at least."
    ),
]
Rule = Annotated[
    str | None,
    typer.Option(metavar="RULE", help="What the target must meet: '>= 90', '80..120', '== activated'."),
]
Possible = Annotated[
    str | None,
    typer.Option(
        metavar="RANGE",
        help="What the target can be at all, '0..100' or '>= 0': values and intervals are cut to it.",
    ),
]
Columns = Annotated[
    list[str] | None, typer.Option(metavar="PATTERN", help="Inputs: headings, or regular expressions.")
]
Without = Annotated[
    list[str] | None, typer.Option(metavar="PATTERN", help="Columns that are no inputs, likewise.")
]
Until = Annotated[
    str | None,
    typer.Option(metavar="DAY", help="Early prediction: only columns known by this day, such as dd5."),
]
TestTable = Annotated[
    Path | None, typer.Option(metavar="TABLE2", help="A locked test set, used once, after all is chosen.")
]
TestShare = Annotated[
    float | None,
    typer.Option(
        metavar="SHARE", min=0.01, max=0.9, help="Lock this share of the groups as test set instead."
    ),
]
Applied = Annotated[
    Path | None,
    typer.Option(
        metavar="TABLE2", help="Inputs from where the model will be used; a target there is never read."
    ),
]
Level = Annotated[float, typer.Option(metavar="SHARE", min=0.5, max=0.99, help="Coverage of the intervals.")]
Accept = Annotated[
    list[str] | None,
    typer.Option(
        metavar="LIMIT", help="Fixed before the test: 'rmsep<=3', 'coverage>=0.85@*' (every group)."
    ),
]
Named = Annotated[str | None, typer.Option(metavar="NAME", help="The model's name.", show_default="OUT")]
UnitText = Annotated[str, typer.Option(metavar="UNIT", help="The target's unit.")]
Question = Annotated[str, typer.Option(metavar="TEXT", help="The question the model answers.")]
Context = Annotated[str, typer.Option(metavar="TEXT", help="Where and by whom the answer is used.")]
Critical = Annotated[
    bool, typer.Option("--critical/--not-critical", help="Whether quality or patients depend on it.")
]
Batches = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="Instead of --target: the rows are samples of good batches, told by this column.",
    ),
]
Time = Annotated[
    str,
    typer.Option(metavar="COLUMN", help="With --batches: when a sample was taken, in hours or '[min]'."),
]
Phases = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="With --batches: the recipe's phase, each with a model of its own."),
]
Every = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="With --batches: between samples.", show_default="as the table"),
]
Align = Annotated[
    str | None,
    typer.Option(metavar="TAG", help="With --batches: a tag that tells how far a batch has come."),
]
Lags = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, help="With --batches: watch what the last N samples tell of the next (CVA)."
    ),
]
Components = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        help="With --batches: how many; found by leaving out if not given. With --live: the most tried (8).",
    ),
]
IsLive = Annotated[
    bool,
    typer.Option(
        "--live",
        help="A calibration of spectra that follows a process: outliers refused, smoothed without looking ahead, "
        "corrected at-line. Chosen for the process's first spectra, given by --applied.",
    ),
]
Wavelengths = Annotated[
    list[str] | None,
    typer.Option(
        metavar="LOW..HIGH",
        help="With --live: where to look in the spectrum (repeat to try more).",
        show_default="all",
    ),
]
Scatters = Annotated[
    list[str] | None,
    typer.Option(
        metavar="WAY",
        help="With --live: corrections of scatter to try: none, snv, emsc (repeat for more).",
        show_default="none and snv",
    ),
]
StandardsOf = Annotated[
    tuple[Path, Path] | None,
    typer.Option(
        metavar="PROBE LABORATORY",
        help="With --live: two tables of the same samples, row by row, as the process's probe and the calibration's "
        "instrument saw them (piecewise standardisation).",
    ),
]
Quick = Annotated[bool, typer.Option("--quick", help="Try a short list only, for a first look.")]
Seed = Annotated[int, typer.Option(metavar="N", min=0, help="Of everything that is drawn at random.")]
