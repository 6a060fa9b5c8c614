"""HTML and SVG elements as text that cannot be forged: whatever is not `Markup` is escaped on its way in."""

import html
import re
from collections.abc import Iterable

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_VOID = frozenset({"meta", "br", "hr", "link"})


class Markup(str):
    """Text that is safe to stand in a page as it is."""

    __slots__ = ()


def escape(text: str) -> Markup:
    """`text` for a page: markup escaped, characters that no page may hold replaced by U+FFFD."""
    return Markup(html.escape(_UNPRINTABLE.sub("\ufffd", text), quote=True))


def join(parts: Iterable[str], between: str = "") -> Markup:
    """All parts, each escaped unless it is `Markup`, with `between` between them."""
    return Markup(escape(between).join(part if isinstance(part, Markup) else escape(part) for part in parts))


def tag(name: str, /, *children: str, **attributes: str | float | None) -> Markup:
    """One element. Attribute names lose a last "_" (`class_`) and turn "_" into "-"; None leaves one out."""
    written = "".join(
        f' {key.removesuffix("_").replace("_", "-")}="{escape(_plain(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(children)}</{name}>")


def _plain(value: str | float) -> str:
    return value if isinstance(value, str) else f"{round(value, 2):g}"
