"""Signs one subject after the other at a site until it is killed; says on standard output what was acknowledged."""

import sys
from pathlib import Path

from homeostat.execution.clock import nonce, stamp
from homeostat.governance import Office
from homeostat.governance.people import Secret, login
from homeostat.governance.signing import Subject, sign
from homeostat.site import Site


def main(root: str) -> None:
    """Sign for ever."""
    secret = Secret("training")
    with Office.open(Site.open(Path(root)), stamp, nonce) as office:
        session = login(office, "demo-operator", secret)
        print("ready", flush=True)
        number = 0
        while True:
            subject = Subject("step", f"{session.token}/{number}", b"shown")
            given = sign(office, session, secret, subject, "performed", "done")
            print(given.event, flush=True)
            number += 1


main(sys.argv[1])
