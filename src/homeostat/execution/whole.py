"""Whole: what has begun is finished before an interruption (Ctrl+C) takes effect.

A scan puts rows into the historian and events into the ledger. Whoever interrupts it between the two has a record
that looks as if somebody had added rows, until the batch is resumed.
"""

import signal
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

Done = TypeVar("Done")


class Whole:
    """While it is entered, an interruption waits until the step under way is done; a second one does not.

    Only the main thread hears interruptions: in another one, or where somebody else handles them, nothing changes.
    """

    def __init__(self) -> None:
        self._busy = self._interrupted = False
        main = threading.current_thread() is threading.main_thread()
        self._ours = main and signal.getsignal(signal.SIGINT) is signal.default_int_handler

    def step(self, do: Callable[[], Done], *, last: bool = False) -> Done:
        """Do it; then raise the KeyboardInterrupt that came meanwhile, unless nothing is left to interrupt."""
        self._busy = True
        done = do()
        self._busy = False
        if self._interrupted and not last:
            raise KeyboardInterrupt
        return done

    def __enter__(self) -> "Whole":
        if self._ours:
            signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _hear(self, *_: object) -> None:
        if self._interrupted or not self._busy:
            raise KeyboardInterrupt
        self._interrupted = True
