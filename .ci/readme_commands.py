"""Prints the commands of README.md, one a line; fails unless there are two, each alone in a fenced block."""

import re
import sys
from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"
FENCE = re.compile(r"^(```+|~~~+)[^\n]*\n(.*?)^\1\s*$", re.MULTILINE | re.DOTALL)


def commands(text: str) -> list[str]:
    """The content of the fenced blocks of `text`. ValueError unless there are two of one line each."""
    blocks = [match.group(2).strip() for match in FENCE.finditer(text)]
    if len(blocks) != 2 or any(not block or "\n" in block for block in blocks):
        raise ValueError(f"README.md must hold two fenced blocks of one line each, it holds {blocks}")
    return blocks


if __name__ == "__main__":
    try:
        print(*commands(README.read_text(encoding="utf-8")), sep="\n")
    except ValueError as error:
        sys.exit(str(error))
