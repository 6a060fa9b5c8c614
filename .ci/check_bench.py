"""Reads benchmark results on standard input; fails unless they are a list of objects with the agreed keys."""

import json
import sys

KEYS = {"what", "value", "unit", "bar", "holds", "rivals"}


def faults(text: str) -> list[str]:
    """What is wrong with the printed results; empty when nothing is."""
    try:
        rows = json.loads(text)
    except ValueError as error:
        return [f"the benchmark printed no JSON: {error}"]
    if not isinstance(rows, list) or not rows:
        return ["the benchmark printed no list of results"]
    return [f"result {row} lacks {sorted(KEYS - set(row))}" for row in rows if not set(row) >= KEYS]


if __name__ == "__main__":
    output = sys.stdin.read()
    print(output)
    found = faults(output)
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(1 if found else 0)
