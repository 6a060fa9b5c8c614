"""Search of a folder for lists of registered codes: the tables of ISBT 128 are licensed and must not be shipped."""

import re
from pathlib import Path

_CODE = re.compile(rb"(?<![0-9A-Za-z])[A-Z][0-9]{4}(?![0-9A-Za-z])")
"""The look of facility and product codes: a capital letter and four digits."""
_FEW = 10
"""A worked example or two is no table."""


def coded(folder: Path) -> list[Path]:
    """The files below `folder` that hold ten or more different codes, in order."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".pyc" and len(set(_CODE.findall(path.read_bytes()))) >= _FEW
    ]
