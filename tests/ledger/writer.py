"""A writer for the crash drill: appends and commits until it is killed, acknowledging each durable size."""

import os
import random
import sys
from pathlib import Path

from homeostat.ledger import Event, Ledger, SiteKey


def main(folder: Path, seed: int, batch: str) -> None:
    """Print how many events of `batch` are durable after each commit; go on from wherever the ledger is."""
    rng = random.Random(seed)
    key = SiteKey.load(folder / "keys")
    with Ledger.open(
        folder / "ledger.db", key=key, heads=folder / "heads" / "heads.jsonl", clock=lambda: "2026"
    ) as ledger:
        number = sum(1 for _ in ledger.events(batch=batch))
        while True:
            for _ in range(rng.choice((1, 1, 5, 40))):
                number += 1
                ledger.append(Event(f"{batch}/{number:06d}", "phase.started", batch, number, "autopilot", {}))
            ledger.commit()
            os.write(1, b"%d\n" % number)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
