"""Fails when built documentation would fetch anything from another host: check_assets.py FOLDER."""

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

FETCHED = {
    "script": ("src",),
    "link": ("href",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "iframe": ("src",),
    "object": ("data",),
    "video": ("src", "poster"),
    "audio": ("src",),
}
EXTERNAL = re.compile(r"(?:^|[\s,])(?:https?:)?//")
STYLED = re.compile(r"(?:url\(\s*['\"]?|@import\s+['\"])((?:https?:)?//[^'\")\s]+)")


class _Page(HTMLParser):
    """Collects the addresses that a browser fetches by itself when it shows a page."""

    def __init__(self) -> None:
        super().__init__()
        self.external: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        wanted = FETCHED.get(tag, ())
        self.external += [f"<{tag} {n}={v}>" for n, v in attrs if n in wanted and v and EXTERNAL.search(v)]


def in_html(text: str) -> list[str]:
    """The external assets of a page: elements that load something, and its inline styles."""
    page = _Page()
    page.feed(text)
    return page.external + STYLED.findall(text)


def in_folder(folder: Path) -> Iterator[str]:
    """Every external asset of the pages and style sheets below `folder`, with the file that names it."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".html", ".css"):
            text = path.read_text(encoding="utf-8")
            found = in_html(text) if path.suffix == ".html" else STYLED.findall(text)
            yield from (f"{path.relative_to(folder)}: {asset}" for asset in found)


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1], "index.html").is_file():
        sys.exit("usage: check_assets.py FOLDER, where FOLDER holds index.html")
    assets = list(in_folder(Path(sys.argv[1])))
    print(*assets, sep="\n", end="\n" if assets else "")
    sys.exit(1 if assets else 0)
