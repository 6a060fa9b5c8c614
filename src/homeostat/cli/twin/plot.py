"""A study as a picture: PNG by matplotlib, or a page of its own in HTML, by the name of the file."""

from pathlib import Path
from typing import TYPE_CHECKING

from homeostat.cli.files import write_whole
from homeostat.cli.twin.values import OptionError

if TYPE_CHECKING:
    from homeostat.cli.output import Table
    from homeostat.quality.page.study import Sheet, Study

_HTML = (".html", ".htm")


def check_plot(path: Path | None) -> None:
    """Raise before anything is computed, if `path` cannot become a picture."""
    if path is None:
        return
    if path.suffix.lower() not in (".png", *_HTML):
        raise OptionError(
            f"'{path.suffix or path.name}' is no kind of picture",
            where=f"--plot {path}",
            mend="name a .png or .html file",
        )
    if not path.parent.is_dir():
        raise OptionError(
            "there is no such directory", where=f"--plot {path}", mend="name a file in one that exists"
        )
    if path.suffix.lower() == ".png":
        from homeostat.cli.twin.png import check_matplotlib

        check_matplotlib()


def draw(study: "Study", path: Path) -> None:
    """Write the picture to `path`. Raises OutputError where it cannot be written."""
    if path.suffix.lower() in _HTML:
        from homeostat.quality.page.twin import render_study

        write_whole(path, render_study(study))
    else:
        from homeostat.cli.twin.png import write_png

        write_png(study, path)


def as_sheet(table: "Table", caption: str = "") -> "Sheet":
    """A table of the command line as one of the page."""
    from homeostat.quality.page.study import Sheet

    heads = [
        name[:1].upper() + name[1:].strip() + (">" if name in table.numeric else "") for name in table.columns
    ]
    return Sheet(caption or table.title, "|".join(heads), tuple(tuple(row) for row in table.rows))


def places(csv: Path | None, plot: Path | None) -> list[str]:
    """Where table and picture were written, in words."""
    named = (("Table", csv), ("Picture", plot))
    return [f"{kind}: {path}" for kind, path in named if path is not None]
