"""The scripts of .ci find what they are for."""

import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / ".ci"))

import check_assets
import check_bench
import check_report

REPORT = """<testsuites><testsuite name="pytest" time="12.5">
<testcase classname="tests.a" name="test_passes" time="1"/>
<testcase classname="tests.a" name="test_reads" time="0"><skipped message="{reason}"/></testcase>
</testsuite></testsuites>"""


@pytest.mark.parametrize(
    ("reason", "shared", "limit", "count"),
    [
        ("the public data folder ../shared is absent", True, 600.0, 1),
        ("the public data folder ../shared is absent", False, 600.0, 0),
        ("only on Windows", True, 600.0, 0),
        ("only on Windows", True, 12.0, 1),
    ],
)
def test_a_report_is_judged(reason: str, shared: bool, limit: float, count: int) -> None:
    report = ET.fromstring(REPORT.format(reason=reason))  # noqa: S314 - written above
    assert len(check_report.faults(report, shared=shared, limit=limit)) == count


@pytest.mark.parametrize(
    "page",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="//fonts.example/a.css">',
        '<img src="http://example/x.png"/>',
        '<img srcset="a.png 1x, https://example/b.png 2x">',
        "<style>@import 'https://example/a.css';</style>",
        "<style>body { background: url(https://example/x.png) }</style>",
    ],
)
def test_an_asset_from_elsewhere_is_found(page: str) -> None:
    assert len(check_assets.in_html(page)) == 1


def test_links_and_local_assets_are_allowed() -> None:
    page = '<a href="https://example">x</a><script src="_static/a.js"></script>'
    assert check_assets.in_html(page + '<img src="data:image/png;base64,A//B">') == []


def test_every_page_and_style_sheet_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "index.html").write_text("<p>fine</p>")
    (tmp_path / "deep" / "a.css").write_text("a { src: url('//example/font.woff') }")
    assert list(check_assets.in_folder(tmp_path)) == ["deep/a.css: //example/font.woff"]


ROW = {"what": "scans", "value": 1.0, "unit": "1/s", "bar": 1.0, "holds": True, "rivals": []}


def test_benchmark_results_with_all_keys_pass() -> None:
    assert check_bench.faults(json.dumps([ROW])) == []


@pytest.mark.parametrize("text", ["", "fast!", "[]", "{}", json.dumps([{"what": "scans"}])])
def test_other_benchmark_output_is_refused(text: str) -> None:
    assert len(check_bench.faults(text)) == 1
