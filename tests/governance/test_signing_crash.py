"""A signer that is killed in the middle: what was acknowledged is there, whole; what is there is whole and genuine."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from homeostat.governance.places import ledger_of
from homeostat.governance.signing import Judge
from homeostat.quality.verify import verify_site

from .signing_scene import scene

ROUNDS = 4
SIGNER = Path(__file__).with_name("signer.py")


@pytest.mark.drill
def test_kill_nine_leaves_no_half_signed_state(tmp_path: Path) -> None:
    with scene(tmp_path) as here:
        site = here.office.site
    rng, acknowledged = random.Random(20261121), set[str]()
    for _ in range(ROUNDS):
        with subprocess.Popen(
            [sys.executable, str(SIGNER), str(site.root)], stdout=subprocess.PIPE, text=True
        ) as signer:
            assert signer.stdout is not None
            assert signer.stdout.readline() == "ready\n"
            time.sleep(rng.uniform(0.05, 0.4))
            signer.kill()
            acknowledged |= {line.strip() for line in signer.stdout if line.endswith("\n")}
        with ledger_of(site) as ledger:
            found = {one.event: one.state for one in Judge(ledger).all()}
        assert acknowledged <= found.keys()
        assert set(found.values()) <= {"valid"}
    assert acknowledged
    findings = [one for one in verify_site(site).findings if "historian" not in one.where]
    assert findings == []
