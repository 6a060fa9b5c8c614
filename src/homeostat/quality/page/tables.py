"""Tables and lists of facts: headings, alignment and scopes in one place."""

from collections.abc import Iterable, Mapping, Sequence

from homeostat.quality.page.markup import Markup, escape, tag

Row = Sequence[str]


def table(caption: str, columns: str, rows: Iterable[Row]) -> Markup:
    """A table. `columns` names them, separated by "|"; a name that ends in ">" is a column of numbers.

    The first cell of each row is its heading. Cells are escaped unless they are `Markup`.
    """
    names = columns.split("|")
    kinds = ["num" if name.endswith(">") else None for name in names]
    heads = [
        tag("th", name.rstrip(">"), scope="col", class_=kind) for name, kind in zip(names, kinds, strict=True)
    ]
    body = [_row(row, kinds) for row in rows]
    if not body:
        return tag("p", f"{caption}: none.", class_="none")
    return tag(
        "div",
        tag("table", tag("caption", caption), tag("thead", tag("tr", *heads)), tag("tbody", *body)),
        class_="scroll",
        role="region",
        tabindex="0",
        aria_label=caption,
    )


def _row(row: Row, kinds: Sequence[str | None]) -> Markup:
    first, *others = row
    cells = [tag("td", cell, class_=kind) for cell, kind in zip(others, kinds[1:], strict=True)]
    return tag("tr", tag("th", first, scope="row"), *cells)


def facts(entries: Mapping[str, str], style: str = "facts") -> Markup:
    """Names and values as a description list; entries without a value are left out."""
    pairs = [tag("div", tag("dt", name), tag("dd", value)) for name, value in entries.items() if value]
    return tag("dl", *pairs, class_=style)


def chip(word: str, style: str) -> Markup:
    """A word that stands out: its meaning is in the word, the colour only helps."""
    return tag("span", word, class_=f"chip {style}")


def plain(value: object) -> str:
    """A JSON value as a reader wants it: lists with commas, objects as "name: value"."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {plain(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(plain(item) for item in value)
    return "yes" if value is True else "no" if value is False else "–" if value is None else str(value)


def tight(text: str) -> Markup:
    """Text that stays on one line."""
    return tag("span", text, class_="tight")


def code(text: str) -> Markup:
    """A hash or an identifier, in a face of equal widths, with places where it may break."""
    groups = [escape(text[start : start + 8]) for start in range(0, len(text), 8)]
    return tag("code", Markup("<wbr>".join(groups)))
