"""Signs one subject after the other at a training site until it is killed: `python -m ...validation.signer SITE`.

Says on standard output that it is ready, then the id of each signature event once that is acknowledged.
"""

import sys
from pathlib import Path

from homeostat.execution.clock import nonce, stamp
from homeostat.governance import Office
from homeostat.governance.demonstration import SECRET
from homeostat.governance.people import login
from homeostat.governance.signing import Subject, sign
from homeostat.site import Site


def main(root: Path) -> None:
    """Sign for ever."""
    with Office.open(Site.open(root), stamp, nonce) as office:
        session = login(office, "demo-operator", SECRET)
        print("ready", flush=True)
        number = 0
        while True:
            subject = Subject("step", f"{session.token}/{number}", b"shown")
            given = sign(office, session, SECRET, subject, "performed", "done")
            print(given.event, flush=True)
            number += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]))
