"""Typesetting: a paper and its data become PDF/A-3 bytes, the same ones whenever and wherever it is repeated.

In: a `Paper` and the JSON it was made from. Out: the PDF with that JSON attached (ISO 19005-3). The compiler is
inside the typst package; fonts are those it carries, never the machine's.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Literal

import typst

from homeostat.errors import QualityError
from homeostat.quality.documents.paper import TRAINING, Kind, Paper
from homeostat.quality.documents.seams import seamed
from homeostat.quality.documents.stamps import minute

STANDARD: Literal["a-3a"] = "a-3a"
"""PDF/A-3 with structure for screen readers (level A)."""
TEMPLATES: Mapping[Kind, str] = {
    "batch record": "batch_record.typ",
    "certificate of analysis": "certificate.typ",
    "deviation report": "deviation.typ",
    "credibility report": "credibility.typ",
    "validation report": "validation.typ",
}

_PLAIN = frozenset(map(chr, (*range(0x20, 0x7F), *range(0xA1, 0x180), 0x3A9, 0x3BC, 0x202F, 0x200B)))
"""Characters that are in the text font for certain (a test sets them all)."""
_PLAIN_SIGNS = frozenset("–—‘’“”…·×−≤≥≠±→⁰¹²³⁴⁵⁶⁷⁸⁹⁻°µ\n")


def typeset(paper: Paper, source: bytes) -> bytes:
    """The PDF of `paper` with `source` (JSON) attached. Raises QualityError where it cannot be set."""
    said = {
        **paper.model_dump(mode="json"),
        "warning": TRAINING if paper.training else "",
        "time": minute(paper.when),
        "minutes": [minute(one.when) for one in paper.signatures],
    }
    inputs = {
        "paper": json.dumps(_shown(said), ensure_ascii=False),
        "source": source.decode(),
        "name": f"{paper.kind.replace(' ', '-')}-{_plain_name(paper.number)}.json",
    }
    with as_file(files("homeostat.quality.documents") / "templates") as folder:
        return _compiled(folder / TEMPLATES[paper.kind], inputs, _moment(paper.when))


def _compiled(template: Path, inputs: dict[str, str], when: datetime) -> bytes:
    try:
        made = typst.compile(
            template,
            format="pdf",
            ignore_system_fonts=True,
            sys_inputs=inputs,
            pdf_standards=[STANDARD],
            timestamp=when,
        )
    except typst.TypstError as fault:
        raise QualityError(f"the document cannot be set: {fault.message}") from fault
    if not isinstance(made, bytes):
        raise QualityError("the document cannot be set: the compiler gave no file")
    return made


def _moment(stamp: str) -> datetime:
    try:
        when = datetime.fromisoformat(stamp)
    except ValueError as fault:
        raise QualityError(f"{stamp!r} is no time", mend="ISO 8601 with UTC offset") from fault
    if when.tzinfo is None:
        raise QualityError(f"{stamp!r} names no offset", mend="ISO 8601 with UTC offset")
    return when.replace(microsecond=0)


def _shown(value: object) -> object:
    """What can be printed of every text: a sign that no font here has becomes its code point, long words get seams."""
    if isinstance(value, str):
        return seamed("".join(map(_sign, value)))
    if isinstance(value, Mapping):
        return {name: _shown(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_shown(one) for one in value]
    return value


def _sign(sign: str) -> str:
    return sign if sign in _PLAIN or sign in _PLAIN_SIGNS or _printable(sign) else f"[U+{ord(sign):04X}]"


@cache
def _printable(sign: str) -> bool:
    """Whether the compiler sets `sign` in a PDF/A: asked once for each that is not plain."""
    source = b'#set document(title: "x")\n#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"))\n#sys.inputs.sign'
    try:
        typst.compile(
            source,
            format="pdf",
            ignore_system_fonts=True,
            sys_inputs={"sign": f"x{sign}x"},
            pdf_standards=[STANDARD],
            timestamp=0,
        )
    except typst.TypstError:
        return False
    return True


def _plain_name(number: str) -> str:
    """A name for the attached file: anything but plain signs is left out."""
    return "".join(one for one in number if one.isascii() and (one.isalnum() or one in "-_.")) or "document"
