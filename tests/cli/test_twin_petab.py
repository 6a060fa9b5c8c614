"""`homeostat twin fit --petab`: a published problem, and files that are none."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Call = Callable[..., subprocess.CompletedProcess[str]]
PUBLISHED = 138.22199
"""Negative log-likelihood of Boehm et al. 2014 at the nominal parameters, as the benchmark collection gives it."""


def test_a_published_problem(homeostat: Call, shared: Path) -> None:
    pytest.importorskip("libsbml", reason="the extra `petab` is not installed")
    name = "Boehm_JProteomeRes2014"
    path = shared / "data" / "petab_ode_benchmarks" / name / f"{name}.yaml"
    found = json.loads(
        homeostat("twin", "fit", "--petab", path, "--starts", "2", "--hops", "0", "--json").stdout
    )
    assert found["objective"]["nominal"] == pytest.approx(PUBLISHED, abs=1e-3)
    assert found["objective"]["best"] < 200.0
    assert len(found["estimates"]) == 9


@pytest.mark.parametrize("content", [None, "", "- 1\n", "a: [\n", "format_version: 1\n"])
def test_files_that_are_no_problem(homeostat: Call, tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "problem.yaml"
    if content is not None:
        path.write_text(content, "utf-8")
    ended = homeostat("twin", "fit", "--petab", path)
    assert ended.returncode == 2, ended
    assert "problem.yaml" in ended.stderr
    assert "Traceback" not in ended.stderr
