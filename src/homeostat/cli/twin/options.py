"""The arguments and options that the twin's commands share."""

from pathlib import Path
from typing import Annotated

import typer

ModelName = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="A shipped model (see `homeostat twin models`), or a Python file: my_model.py[:ClassName].",
    ),
]
Days = Annotated[
    float | None, typer.Option(metavar="N", help="Length of the run in days.", show_default="12")
]
Hours = Annotated[float | None, typer.Option(metavar="N", help="Length of the run in hours.")]
Every = Annotated[float | None, typer.Option(metavar="H", help="Hours between reports.", show_default="1")]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE[ UNIT]",
        help="A parameter, an initial state, or an input from the start on; without a unit in the model's own.",
    ),
]
Input = Annotated[
    list[str] | None,
    typer.Option("--input", metavar="NAME@HOUR=VALUE[ UNIT]", help="An input from an hour on."),
]
Schedule = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Inputs over time: a CSV table with columns such as time [h],perfusion [mL/h], or a YAML list.",
    ),
]
Event = Annotated[
    list[str] | None,
    typer.Option(
        "--event",
        metavar="'HOURS: ACTION'",
        help="What is done at once: '48 h: bolus 5 mL with glucose = 2500', '24, 48 h: draw 2 mL', "
        "'72 h: exchange 50 % keep viable, dead with glucose = 20', '96 h: passage 1:4 with glucose = 20', "
        "'48 h: glucose += 10 mmol/L' (or =, -=, *=). What comes in holds nothing that is not named. Repeat it for "
        "more; those of one hour happen in order.",
    ),
]
Columns = Annotated[str | None, typer.Option(metavar="A,B", help="States and outputs to report.")]
Csv = Annotated[
    Path | None, typer.Option("--csv", metavar="FILE", help="Write a table; '-' prints it instead.")
]
Plot = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Draw it: FILE.png (extra `plot`) or FILE.html.")
]
Seed = Annotated[int, typer.Option(metavar="N", min=0, max=2**32 - 1, help="What all randomness comes from.")]
Mapped = Annotated[
    Path | None,
    typer.Option(
        "--map",
        metavar="MAP.yaml",
        help="What the columns mean. Without it the headings must be the model's names: time [h],glucose [g/L].",
    ),
]
