"""`homeostat site`: both kinds, and that a GMP site starts nothing that was not approved."""

import json
from pathlib import Path

import pytest

from .conftest import Call

MINI = Path(__file__).parents[1] / "execution" / "mini.yaml"


@pytest.mark.parametrize(("option", "kind", "accounts"), [("--gmp", "gmp", 0), ("--training", "training", 9)])
def test_a_site_is_made_and_shown(
    homeostat: Call, tmp_path: Path, option: str, kind: str, accounts: int
) -> None:
    place = tmp_path / "site"
    made = json.loads(homeostat("site", "create", place, option, "--json").stdout)
    assert (made["kind"], made["accounts"], made["batches"]) == (kind, accounts, 0)
    assert json.loads(homeostat("site", "show", "--site", place, "--json").stdout) == made
    assert kind in homeostat("site", "show", "--site", place).stdout


def test_a_site_keeps_its_kind(homeostat: Call, tmp_path: Path) -> None:
    homeostat("site", "create", tmp_path / "site")
    again = homeostat("site", "create", tmp_path / "site", "--gmp")
    assert again.returncode == 2
    assert "there is a training site here already" in again.stderr


def test_p11_10k_a_gmp_site_starts_nothing_for_nobody(homeostat: Call, tmp_path: Path) -> None:
    place = tmp_path / "site"
    homeostat("site", "create", place, "--gmp")
    refused = homeostat("run", MINI, "--site", place)
    assert refused.returncode == 2
    assert "it has to be known who acts" in refused.stderr
    assert json.loads(homeostat("site", "show", "--site", place, "--json").stdout)["batches"] == 0
