"""Orders of persons about alarms, controllers, prompts and the batch: handed in as files, taken up by the batch.

    give -> site/orders/BATCH/TIME-NONCE.json -> Inbox -> on record as an input -> file gone

A file appears whole or not at all. It goes only once its order is durable on record, and the record names it: whatever
dies in between, an order is followed once. Files are taken in the order of their names, that is, of being given.
"""

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from homeostat.errors import ExecutionError
from homeostat.execution.slips import NOTHING, ORDERED, SLIPS, CommandSlip, Ordered, Slip, Vouched, slip_of
from homeostat.governance.ended import end_of
from homeostat.ledger import Recorded
from homeostat.ledger.catalogue import BatchStarted, payload
from homeostat.site import Site

INTERVAL = 1.0  # seconds between looks into the folder
LARGEST = 65_536  # bytes; a longer file is no order
SUFFIX = ".json"


def give(site: Site, batch: str, slip: Slip, *, stamp: str, nonce: str) -> str:
    """Hand `slip` in for a batch, durably; the id of the order. `stamp` (UTC) and `nonce` make it unique.

    Raises ExecutionError where there is no such batch, where it has ended, or where the file cannot be written.
    """
    _refuse_closed(site, batch)
    digits = "".join(filter(str.isdigit, stamp.partition("+")[0]))
    name = f"{digits}-{nonce}"
    try:
        _put(site.orders / batch, name + SUFFIX, slip.model_dump_json(indent=2) + "\n")
    except OSError as error:
        raise ExecutionError(
            f"the order cannot be handed in: {error.strerror}", where=str(site.orders)
        ) from error
    try:
        _refuse_closed(site, batch)  # it may have ended before it could see the order
    except ExecutionError:
        if not _on_record(site, batch, name):
            (site.orders / batch / f"{name}{SUFFIX}").unlink(missing_ok=True)
            raise
    return name


def waiting(site: Site, batch: str) -> tuple[tuple[str, Slip | None], ...]:
    """The orders that no scan has taken up yet, with their ids; None for a file that holds no order."""
    return tuple((path.stem, _read(path)) for path in _files(site.orders / batch))


def _put(folder: Path, name: str, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    scratch = folder / f".{name}"
    with scratch.open("x", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    scratch.replace(folder / name)
    if os.name == "posix":  # elsewhere a folder cannot be opened
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _refuse_closed(site: Site, batch: str) -> None:
    with site.reading() as (ledger, _):
        begun = bool(batch) and any(ledger.events(batch=batch, types=(BatchStarted.type,)))
        over = begun and end_of(ledger, batch) is not None
    if not begun:
        raise ExecutionError(
            f"there is no batch '{batch}' in this site", mend="list them with: homeostat batches"
        )
    if over:
        raise ExecutionError(
            f"batch {batch} has ended: it takes no orders any more",
            mend="look at it with: homeostat record " + batch,
        )


def _on_record(site: Site, batch: str, name: str) -> bool:
    with site.reading() as (ledger, _):
        return name in slips(ledger.events(batch=batch, types=ORDERED))


def slips(events: Iterable[Recorded]) -> frozenset[str]:
    """The ids of the orders on record."""
    found = (slip_of(payload(one.event.type, one.event.data)) for one in events if one.event.type in ORDERED)
    return frozenset(name for name in found if name)


def _files(folder: Path) -> list[Path]:
    """The files of orders, the oldest first; none where there is no folder."""
    try:
        with os.scandir(folder) as entries:
            names = [e.name for e in entries if e.name.endswith(SUFFIX) and not e.name.startswith(".")]
    except OSError:
        return []
    return [folder / name for name in sorted(names)]


def _read(path: Path) -> Slip | None:
    """The order in a file; None where it holds none, for a file must not be able to stop a batch."""
    try:
        with path.open("rb") as stream:
            return SLIPS.validate_json(stream.read(LARGEST))
    except (OSError, ValidationError):
        return None


def _trusting(slip: Slip) -> Vouched:
    return NOTHING


class Inbox:
    """The orders that wait for one batch, each handed out once."""

    def __init__(
        self,
        folder: Path,
        known: Iterable[str] = (),
        clock: Callable[[], float] = time.monotonic,
        vouch: Callable[[Slip], Vouched] = _trusting,
    ) -> None:
        """Orders in `folder` but those that are `known` (on record), looked for once in `INTERVAL` by `clock` (s).

        `vouch` tells what there is to object to an order, and which signature carries it: that goes on record with it.
        """
        self._folder, self._known, self._clock, self._vouch = folder, set(known), clock, vouch
        self._next = -float("inf")
        self._waiting: list[tuple[str, Slip]] = []
        self._handed: dict[str, Path] = {}

    @property
    def waiting(self) -> bool:
        """Whether orders were found that have not been handed out."""
        return bool(self._waiting)

    @property
    def commanding(self) -> bool:
        """Whether one of them is a command to the batch: then the person decides, not the way it was taken up."""
        return any(isinstance(slip, CommandSlip) for _, slip in self._waiting)

    def look(self) -> None:
        """Find the orders that came since the last look, unless the next one is not due yet."""
        if self._clock() < self._next:
            return
        self._next = self._clock() + INTERVAL
        for path in _files(self._folder):
            slip = self._fresh(path)
            if slip is not None:
                self._waiting.append((path.stem, slip))

    def take(self, now: int) -> list[Ordered]:
        """The orders that were found, as inputs of the scan at `now` (µs), in the order of being given."""
        ordered = [slip.ordered(name, now, self._vouch(slip)) for name, slip in self._waiting]
        self._waiting = []
        return ordered

    def _fresh(self, path: Path) -> Slip | None:
        """The order in a file that was not met before; the file of one on record is only in the way."""
        if path.stem in self._known:
            if path.stem not in self._handed:
                _remove(path)
            return None
        slip = _read(path)
        if slip is not None:
            self._known.add(path.stem)
            self._handed[path.stem] = path
        return slip

    def settle(self, names: Iterable[str]) -> None:
        """Remove the files of these orders: they are durable on record now."""
        for name in names:
            if name in self._handed:
                _remove(self._handed.pop(name))


def _remove(path: Path) -> None:
    """Remove a file; one that cannot be removed does no harm, for its id is known."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
