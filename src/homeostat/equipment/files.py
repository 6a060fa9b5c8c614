"""A file of a recording as it lies on disk: its bytes, their hash, and the text they encode."""

import codecs
import hashlib
from dataclasses import dataclass
from pathlib import Path

from homeostat.equipment.findings import Findings
from homeostat.errors import EquipmentError


@dataclass(frozen=True, slots=True)
class Source:
    """The content of one file; `sha256` in hexadecimal digits."""

    name: str
    data: bytes
    sha256: str


def load(path: Path) -> Source:
    """Read a file once. Raises EquipmentError when that is impossible."""
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the path
        reason = getattr(error, "strerror", None) or "it is not a usable path"
        raise EquipmentError(
            f"the log cannot be read: {reason}", where=str(path), mend="check the path"
        ) from error
    return Source(path.name, data, hashlib.sha256(data).hexdigest())


def decode(source: Source, encoding: str, findings: Findings) -> tuple[str, str]:
    """The text of `source` without a byte order mark, and the encoding that was used.

    A UTF-8 mark overrules another declared encoding. Raises EquipmentError with the line of the first byte
    that does not belong to the encoding, or of a NUL character.
    """
    used = encoding
    if source.data.startswith(codecs.BOM_UTF8):
        if encoding != "utf-8":
            findings.add(
                source.name, f"declared {encoding}, but begins with the mark of UTF-8 and is read as such"
            )
        used = "utf-8-sig"
    try:
        text = source.data.decode(used)
    except UnicodeDecodeError as error:
        line = source.data.count(b"\n", 0, error.start) + 1
        raise EquipmentError(
            f"byte {source.data[error.start]:#04x} is not {encoding} text",
            where=f"{source.name}, line {line}",
            mend="declare its encoding (utf-8, latin-1, cp1252, utf-16), or copy the file again",
        ) from error
    if "\0" in text:
        raise EquipmentError(
            "there is a NUL character",
            where=f"{source.name}, line {text.count(chr(10), 0, text.index(chr(0))) + 1}",
            mend="copy the file again; if every other character is NUL, declare encoding: utf-16",
        )
    return text, used.removesuffix("-sig")
