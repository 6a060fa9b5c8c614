"""Rivals that are not installed: they are named, with how to get them, and never counted as beaten."""

from homeostat.bench.measuring import spread
from homeostat.bench.result import Result

MEND = "pip install 'homeostat[bench]'"


def absent(topic: str, *names: str) -> Result:
    """That rivals are left out of a topic; the value is how many."""
    what = f"{topic}: left out, not installed: {', '.join(names)} ({MEND})"
    return Result(what, spread([len(names)]), "rivals")
