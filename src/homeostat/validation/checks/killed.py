"""That a process which is killed in the middle loses nothing that was acknowledged, and leaves nothing half done.

A signer of its own process is killed (SIGKILL) at seeded moments, and the site backed up and restored after each.
"""

import random
import signal
import subprocess
import sys
import time

from homeostat.execution.clock import nonce, stamp
from homeostat.governance import Office
from homeostat.governance.demonstration import SECRET, enrol_demonstration
from homeostat.governance.keeping import make_backup, restore
from homeostat.governance.people import login
from homeostat.governance.places import ledger_of
from homeostat.governance.signing import Judge
from homeostat.quality.verify import verify_site
from homeostat.site import Site
from homeostat.validation.checking import Workbench, expect, proves

ROUNDS, SEED = 3, 20261121
_LONGEST = 0.3
"""Seconds of signing until it is killed, at most: each signature takes some milliseconds."""
_SIGNER = "homeostat.validation.signer"


@proves("A11-7")
def who_is_killed_while_signing_has_lost_nothing_acknowledged(bench: Workbench) -> str:
    """Kill, verify, back up, restore, again: all that was acknowledged is there, genuine, and in the backup too."""
    site = bench.site()
    with Office.open(site, stamp, nonce) as office:
        enrol_demonstration(office)
    moments, acknowledged, kills = random.Random(SEED), set[str](), 0  # noqa: S311  no secret
    for number in range(ROUNDS):
        given, code = _killed(site, moments.uniform(0.02, _LONGEST))
        acknowledged |= given
        kills += code == -signal.SIGKILL
        _all_there(site, acknowledged)
        with Office.open(site, stamp, nonce) as office:
            made = make_backup(
                office,
                login(office, "demo-admin", SECRET),
                bench.folder / f"{number}.zip",
                why="a scene",
                passphrase="a phrase of a scene",  # noqa: S106  of this scene alone
            )
        back = restore(made.path, bench.folder / f"back{number}", passphrase="a phrase of a scene")  # noqa: S106
        _all_there(back.site, acknowledged)
    expect(kills == ROUNDS, f"of {ROUNDS} signers {kills} were killed: the others ended by themselves")
    expect(bool(acknowledged), "nobody signed anything before they were killed")
    return (
        f"{ROUNDS} kills: {len(acknowledged)} acknowledged signatures are there and restored, none half made"
    )


def _killed(site: Site, after: float) -> tuple[set[str], int]:
    """What a signer has acknowledged until it was killed, so many seconds after it was ready; and how it ended."""
    command = [sys.executable, "-m", _SIGNER, str(site.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as signer:  # noqa: S603  this very program
        if signer.stdout is None:
            return set(), 0
        expect(signer.stdout.readline() == "ready\n", "the signer did not begin")
        time.sleep(after)
        signer.kill()
        given = {line.strip() for line in signer.stdout if line.endswith("\n")}
    return given, signer.returncode


def _all_there(site: Site, acknowledged: set[str]) -> None:
    with ledger_of(site) as ledger:
        found = {one.event: one.state for one in Judge(ledger).all()}
    lost = sorted(acknowledged - found.keys())
    expect(not lost, f"{len(lost)} signatures were acknowledged and are lost: {lost[:1]}")
    expect(set(found.values()) <= {"valid"}, "a signature is there by half, or not genuine")
    findings = verify_site(site).findings
    expect(not findings, f"the site does not verify: {findings[:1]}")
