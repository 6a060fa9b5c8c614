"""The validation report as one page that needs nothing else, to read and to print."""

from collections.abc import Sequence
from importlib.resources import files

from homeostat.cli.output import Table
from homeostat.cli.twin.plot import as_sheet
from homeostat.quality.page.markup import Markup, tag
from homeostat.quality.page.tables import facts, table


def page(title: str, entries: dict[str, str], tables: Sequence[Table]) -> str:
    """The page: a title, facts, and the tables that have rows."""
    sheets = [as_sheet(each) for each in tables if each.rows]
    main = (
        tag("h1", title),
        facts(entries, "identity"),
        *(table(sheet.caption, sheet.columns, sheet.rows) for sheet in sheets),
    )
    body = (
        tag("header", tag("span", "Homeostat"), tag("span", "Monitoring"), class_="masthead"),
        tag("main", *main),
        tag("footer", "Made by homeostat watch report from the model's file and the record of its uses."),
    )
    return "<!doctype html>\n" + tag("html", _head(title), tag("body", *body), lang="en") + "\n"


def _head(title: str) -> Markup:
    style = (files("homeostat.quality.page") / "style.css").read_text("utf-8")
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="generator", content="Homeostat"),
        tag("title", title),
        tag("style", Markup(style)),
    )
