"""Work done by several threads that take the next piece whenever they are free.

In: a function and any number of pieces, which are made one at a time. Out: nothing; the first failure, or an
interruption, ends all threads after the piece they are at. The calling thread works too: it has a core already, and
the system puts a new thread on another one, while two new ones may begin on the same.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Piece = TypeVar("Piece")


def in_turn(work: Callable[[Piece], None], pieces: Iterator[Piece], threads: int) -> None:
    """Call `work` once for each of `pieces` on as many `threads`; raises what `work` raised first."""
    lock, stop = threading.Lock(), threading.Event()

    def worker() -> None:
        while not stop.is_set():
            with lock:
                piece = next(pieces, None)
            if piece is None:
                return
            try:
                work(piece)
            except BaseException:
                stop.set()
                raise

    if threads < 2:
        worker()
        return
    with ThreadPoolExecutor(threads - 1) as pool:
        others = [pool.submit(worker) for _ in range(threads - 1)]
        try:
            worker()
        finally:
            stop.set()
        for other in others:
            other.result()
