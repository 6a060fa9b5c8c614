"""Pictures of the twin's commands: pages that need nothing else, PNG by an optional library; progress; help."""

import importlib.util
import io
import math
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from tests.cli.conftest import Helped, helps

from homeostat.cli.twin.bar import counting
from homeostat.quality.page.study import Ladder, Panel, Shade, Sheet, Span, Study
from homeostat.quality.page.twin import render_study

Call = Callable[..., subprocess.CompletedProcess[str]]

DECAY = '''
from homeostat.twin import Model, output, parameter, state


class Decay(Model):
    """First-order <decay> & more."""

    amount = state(1.0, "1e6 cell/mL", "what decays")
    rate = parameter(0.5, "1/h", "rate of decay", spread=0.2, low=0.0, high=100.0)

    def rates(self, m):
        return {"amount": -self.rate * self.amount}
'''
VOID = {"meta", "br", "hr", "link"}


class Balance(HTMLParser):
    """Whether every element that is opened is closed, and what would be fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self.fetched += [v or "" for k, v in attrs if k in {"src", "href"} and not (v or "").startswith("#")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def decay(tmp_path: Path) -> Path:
    path = tmp_path / "decay.py"
    path.write_text(DECAY, "utf-8")
    (tmp_path / "data.csv").write_text("time [h],amount\n0,1\n1,0.61\n2,0.37\n3,0.22\n4,0.14\n", "utf-8")
    return path


def commands(decay: Path) -> dict[str, list[object]]:
    data = decay.parent / "data.csv"
    return {
        "simulate": ["simulate", decay, "--hours", 4],
        "ensemble": ["ensemble", decay, "-n", 50, "--hours", 4, "--limit", "amount>=0.1"],
        "sensitivities": ["sensitivities", decay, "--hours", 4],
        "chain": ["chain", "-n", 20, "--sensitivity"],
        "fit": ["fit", decay, data, "--starts", 1],
        "shadow": ["shadow", decay, data],
    }


NAMES = ("simulate", "ensemble", "sensitivities", "chain", "fit", "shadow")


@pytest.mark.parametrize("name", NAMES)
def test_pages_are_whole_and_fetch_nothing(homeostat: Call, decay: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / "page.html"
    ended = homeostat("twin", *commands(decay)[name], "--plot", path)
    assert ended.returncode == 0, ended
    assert f"Picture: {path}" in ended.stdout
    text = path.read_text("utf-8")
    page = Balance()
    page.feed(text)
    assert page.open == []
    assert page.fetched == []
    assert text.startswith("<!doctype html>")
    assert "<svg" in text
    assert "@media print" in text
    assert not re.search(r"url\(|@import|<script|NaN|nan ", text)
    assert "<decay>" not in text


def test_axes_name_their_units_and_bands_are_explained(homeostat: Call, decay: Path, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    homeostat("twin", *commands(decay)["ensemble"], "--plot", path)
    text = path.read_text("utf-8")
    for words in (
        "10⁶ cell/mL",
        "time since start (hours)",
        "5 to 95 %",
        "25 to 75 %",
        "median",
        "specification at least 0.1",
        "No batch failed.",
    ):
        assert words in text


@pytest.mark.parametrize("name", NAMES)
def test_png(homeostat: Call, decay: Path, tmp_path: Path, name: str) -> None:
    pytest.importorskip("matplotlib", reason="the extra `plot` is not installed")
    path = tmp_path / "picture.PNG"
    assert homeostat("twin", *commands(decay)[name], "--plot", path).returncode == 0
    assert path.read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_the_mend_is_named(
    homeostat: Call, decay: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "matplotlib" else found(name)
    )
    ended = homeostat("twin", "simulate", decay, "--plot", tmp_path / "a.png")
    assert ended.returncode == 2
    assert "pip install 'homeostat[plot]'" in ended.stderr


def test_a_picture_that_cannot_be_written(homeostat: Call, decay: Path, tmp_path: Path) -> None:
    for name in ("a.html", "a.png"):
        (tmp_path / name).mkdir()
        ended = homeostat("twin", "simulate", decay, "--hours", 2, "--plot", tmp_path / name)
        assert ended.returncode == 2
        assert "cannot be written" in ended.stderr


def test_a_page_breaks_lines_and_keeps_other_units_of_time() -> None:
    hours = np.arange(5.0)
    gap = np.array([1.0, 2.0, math.nan, 3.0, 4.0])
    panel = Panel("a < b", "degC", hours, gap, shades=(Shade(gap - 1.0, gap + 1.0, "90 %"),), now=3.0)
    ladder = Ladder("what matters", "%", (Span("x", 1.0, 0.5, 1.5), Span("y", -2.0)), bars=True, low=-1.0)
    sheet = Sheet("a table", "Name|Value>", (("x", "1"),))
    study = Study(
        "Title", "Lead.", {"Fact": "1"}, (panel, replace(panel, time_unit="min")), (ladder,), (sheet,)
    )
    text = render_study(study)
    assert "a &lt; b" in text
    assert "time since start (hours)" in text
    assert "time since start (min)" in text
    assert text.count("forecast") == 4  # a stripe and its tool tip in each
    line = re.search(r'd="([^"]*)" class="line median"', text)
    assert line is not None
    assert line[1].count("M") == 2
    assert 'class="rise"' in text
    assert 'class="fall"' in text


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_progress_is_a_bar_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with counting(10, "virtual batches") as progress:
        progress(10)
    assert capsys.readouterr() == ("", "")
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm-256color")
    with counting(10, "virtual batches") as progress:
        progress(4)
        progress(6)
    assert "virtual batches" in screen.getvalue()


@pytest.fixture(scope="module")
def helped() -> Mapping[str, Helped]:
    """What the help of each command loads and prints, one after the other in one process."""
    return helps([f"twin {name} --help" for name in ("models", *NAMES)])


@pytest.mark.parametrize("name", ["models", *NAMES])
def test_every_command_has_help_and_json_and_imports_nothing_heavy(
    helped: Mapping[str, Helped], name: str
) -> None:
    modules, printed = helped[f"twin {name} --help"]
    loaded = {module.partition(".")[0] for module in modules}
    assert not loaded & {"numpy", "scipy", "casadi", "llvmlite", "matplotlib", "yaml", "pint", "rich"}
    assert not {"homeostat.twin", "homeostat.quality", "homeostat.process"} & modules
    assert "  --json " in printed
