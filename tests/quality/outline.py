"""A strict reader of the pages and charts under test: every element must close in its place."""

from dataclasses import dataclass
from html.parser import HTMLParser

VOID = frozenset({"meta", "br", "hr", "link", "wbr"})


@dataclass
class Element:
    """An element with its attributes (names in lower case) and the text directly in it."""

    name: str
    attributes: dict[str, str]
    text: str = ""

    @property
    def classes(self) -> list[str]:
        """Its style classes."""
        return self.attributes.get("class", "").split()


class Outline(HTMLParser):
    """All elements of a text in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(text)
        self.close()
        assert self._open == []

    @property
    def text(self) -> str:
        """Everything there is to read."""
        return " ".join(one.text for one in self.elements)

    def named(self, name: str) -> list[Element]:
        """All elements of one name."""
        return [one for one in self.elements if one.name == name]

    def styled(self, style: str) -> list[Element]:
        """All elements of one class."""
        return [one for one in self.elements if style in one.classes]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len(dict(attrs)), f"<{tag}> has an attribute twice"
        element = Element(tag, {key: value or "" for key, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().name == tag

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1].text += data
