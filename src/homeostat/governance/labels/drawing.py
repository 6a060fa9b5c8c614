"""A label as a drawing: both codes with the words they hold beside them, in an SVG of the declared size.

It is in millimetres, black on white, and the same for the same label: it prints at its size, alone or in a page.
"""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from homeostat.errors import WordingError
from homeostat.governance.labels.codes import Modules, code_128, data_matrix

_MARGIN = 2.0
_GAP = 1.0
_QUIET_MATRIX = 1  # modules, ISO/IEC 16022
_QUIET_BARS = 10  # modules on either side, ISO/IEC 15417
_FINEST = 0.19
_BARS = 8.0
_LINE = 1.25
_ASPECT = 0.62  # width of a character of a monospaced face, as a share of its height
_SMALLEST, _LARGEST = 1.4, 3.6


@dataclass(frozen=True, slots=True)
class Size:
    """The size of a label in mm."""

    width: float = 70.0
    height: float = 40.0


@dataclass(frozen=True, slots=True)
class Label:
    """What a label says: `matrix` as DataMatrix, `bars` as Code 128, `lines` for people; the first is the largest."""

    matrix: str
    bars: str
    lines: tuple[str, ...]


def draw(label: Label, size: Size) -> str:
    """The label as SVG text.

    Raises WordingError where the size leaves no room for modules of 0.19 mm, or for words that can be read.
    """
    upper = size.height - 2 * _MARGIN - _BARS - 2 * _GAP - _SMALLEST * 1.5
    matrix = data_matrix(label.matrix)
    side = min(upper, size.width * 0.45)
    parts = [
        *_matrix(matrix, side),
        *_words(label.lines, _MARGIN + side + _GAP, size.width - 2 * _MARGIN - side - _GAP, upper),
        *_barred(label.bars, size),
    ]
    extent = (
        f'width="{size.width:g}mm" height="{size.height:g}mm" viewBox="0 0 {size.width:g} {size.height:g}"'
    )
    ground = f'<rect width="{size.width:g}" height="{size.height:g}" fill="#fff"/>'
    title = f"<title>{html.escape(' '.join(label.lines))}</title>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" {extent}>{title}{ground}{"".join(parts)}</svg>'


def _matrix(modules: Modules, side: float) -> Iterator[str]:
    module = _coarse(side / (len(modules) + 2 * _QUIET_MATRIX), "DataMatrix")
    start = _MARGIN + _QUIET_MATRIX * module
    for row, line in enumerate(modules):
        yield from _runs(line, start, start + row * module, module, module)


def _barred(text: str, size: Size) -> Iterator[str]:
    bars = code_128(text)
    room = size.width - 2 * _MARGIN
    module = min(0.5, _coarse(room / (len(bars) + 2 * _QUIET_BARS), "Code 128"))
    below = _SMALLEST * 1.5
    top = size.height - _MARGIN - below - _BARS
    left = (size.width - module * len(bars)) / 2
    yield from _runs(bars, left, top, module, _BARS)
    yield _text(text, size.width / 2, size.height - _MARGIN, _fitting((text,), room, below), "middle")


def _words(lines: Sequence[str], left: float, width: float, height: float) -> Iterator[str]:
    size = min(_fitting(lines, width, height), height / (len(lines) * _LINE))
    if size < _SMALLEST:
        raise WordingError(
            "the words do not fit the label",
            where=f"{_SMALLEST} mm is the least height",
            mend="a larger size",
        )
    for row, line in enumerate(lines, start=1):
        yield _text(line, left, _MARGIN + row * size * _LINE, size, "start")


def _fitting(lines: Sequence[str], width: float, height: float) -> float:
    """The height of characters at which the longest line fits."""
    longest = max(map(len, lines))
    size = min(_LARGEST, height, width / (max(longest, 1) * _ASPECT))
    if size < _SMALLEST:
        raise WordingError(f"a line of {longest} characters does not fit the label", mend="a larger size")
    return size


def _coarse(module: float, code: str) -> float:
    """`module` in mm, unless a reader could not resolve it."""
    if module < _FINEST:
        raise WordingError(
            f"the {code} code would be too fine to be read: {module:.2f} mm a module",
            mend=f"a larger size: {_FINEST} mm is the least",
        )
    return module


def _runs(line: Sequence[bool], left: float, top: float, module: float, height: float) -> Iterator[str]:
    """The dark modules of one line as rectangles, neighbours in one."""
    at = 0
    for dark, run in groupby(line):
        length = len(list(run))
        if dark:
            x, width = left + at * module, length * module
            yield f'<rect x="{x:.4f}" y="{top:.4f}" width="{width:.4f}" height="{height:.4f}"/>'
        at += length


def _text(words: str, x: float, y: float, size: float, anchor: str) -> str:
    style = f'font-family="monospace" font-size="{size:.2f}" text-anchor="{anchor}"'
    return f'<text x="{x:.2f}" y="{y:.2f}" {style}>{html.escape(words)}</text>'
