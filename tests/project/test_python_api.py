"""The page about Python: its code is executed in order, at a new site, and prints what the page says it prints."""

import io
import re
import runpy
import shutil
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from homeostat.quality.verify import verify_site
from homeostat.site import Site

DOCS = Path(__file__).resolve().parents[2] / "docs"
BLOCKS = re.compile(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", re.M | re.S)


def written(path: Path, code: str) -> str:
    path.write_text(code, "utf-8")
    return str(path)


def test_the_code_on_the_page_prints_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (DOCS / "python-api.md").read_text("utf-8")
    blocks = BLOCKS.findall(page)
    assert len(blocks) == page.count("```python") == 5
    shutil.copy(DOCS / "examples" / "gmp" / "rested-cells.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    names = dict[str, Any]()
    for code, printed in blocks:
        told = io.StringIO()
        with redirect_stdout(told):
            names = runpy.run_path(written(tmp_path / "page.py", code), names)
        assert told.getvalue() == printed
    assert verify_site(Site.open(tmp_path / "lab")).ok
