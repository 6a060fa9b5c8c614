"""Judges a JUnit report of pytest: how long the tests took, and which were skipped for want of ../shared.

check_report.py REPORT --shared yes|no [--limit SECONDS]; ends with 1 when the folder is there and tests that
need it were skipped all the same, or when the tests took longer than the limit.
"""

import argparse
import sys
import xml.etree.ElementTree as ET
from pathlib import Path


def skipped_for_shared(report: ET.Element) -> list[str]:
    """The tests whose reason for being skipped names the shared folder."""
    return [
        f"{case.get('classname')}::{case.get('name')}"
        for case in report.iter("testcase")
        for skip in case.iter("skipped")
        if "shared" in f"{skip.get('message', '')} {skip.text or ''}"
    ]


def seconds(report: ET.Element) -> float:
    """What all test suites of the report took together."""
    return sum(float(suite.get("time", "0")) for suite in report.iter("testsuite"))


def faults(report: ET.Element, *, shared: bool, limit: float) -> list[str]:
    """What is wrong with a run of the tests, in words; empty when nothing is."""
    found = []
    if shared and (names := skipped_for_shared(report)):
        found.append("../shared is there, yet these tests were skipped for its absence: " + ", ".join(names))
    if (took := seconds(report)) > limit:
        found.append(f"the tests took {took:.0f} s, more than {limit:.0f} s")
    return found


def main() -> int:
    """Judge one report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("--shared", choices=("yes", "no"), required=True)
    parser.add_argument("--limit", type=float, default=float("inf"))
    options = parser.parse_args()
    report = ET.parse(options.report).getroot()  # noqa: S314 - our own pytest wrote it a moment ago
    found = faults(report, shared=options.shared == "yes", limit=options.limit)
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
