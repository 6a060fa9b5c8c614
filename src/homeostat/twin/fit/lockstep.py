"""Several local searches that evaluate their points together, because many points at once cost little more than one.

In: a `Batched` problem and searches of it. Out: what each search returns, the same as if it had run alone. Each search
runs in a thread of its own and waits for its values; when all have asked, one call answers all. The order of threads
changes nothing: questions are answered and results reported by the number of the search.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from queue import Queue

import numpy as np

from homeostat.twin.fit.local import Search
from homeostat.twin.fit.protocol import Array, Batched, LeastSquares, Rejected, Residuals

Task = Callable[[LeastSquares], Search]
Inbox = Queue[tuple[int, Array | None]]
"""Who asks, and for which point; None: the search has ended."""


class _Abandoned(Exception):  # noqa: N818 - internal: ends the threads when the common evaluation failed
    """No more values will come."""


class _Desk:
    """The problem as one search sees it."""

    def __init__(self, problem: Batched, number: int, inbox: Inbox) -> None:
        self.names, self.lower, self.upper = problem.names, problem.lower, problem.upper
        self.number, self.inbox = number, inbox
        self.replies: Queue[Residuals | Rejected | None] = Queue()

    def residuals(self, theta: Array) -> Residuals:
        """As the problem's own; waits for the other searches."""
        self.inbox.put((self.number, theta))
        answer = self.replies.get()
        if answer is None:
            raise _Abandoned
        if isinstance(answer, Rejected):
            raise answer
        return answer


def together(problem: Batched, tasks: Sequence[Task]) -> Iterator[Search]:
    """Run `tasks` on `problem`; results come as they are finished, those of one round by number."""
    inbox: Inbox = Queue()
    desks = [_Desk(problem, number, inbox) for number in range(len(tasks))]
    running = set(range(len(tasks)))
    with ThreadPoolExecutor(len(tasks)) as pool:
        futures = [pool.submit(task, desk) for task, desk in zip(tasks, desks, strict=True)]
        for number, future in enumerate(futures):
            future.add_done_callback(partial(_ended, inbox, number))
        try:
            while running:
                asked, ended = _collect(inbox, running)
                yield from (futures[number].result() for number in ended)
                _answer(problem, desks, asked)
        finally:
            _release(desks, inbox, running)


def _ended(inbox: Inbox, number: int, _: object) -> None:
    inbox.put((number, None))


def _collect(inbox: Inbox, running: set[int]) -> tuple[dict[int, Array], list[int]]:
    """Wait until every running search has asked or ended; those that ended are no longer running."""
    asked: dict[int, Array] = {}
    ended: list[int] = []
    while len(asked) + len(ended) < len(running):
        number, theta = inbox.get()
        if theta is None:
            ended.append(number)
        else:
            asked[number] = theta
    running.difference_update(ended)
    return dict(sorted(asked.items())), sorted(ended)


def _answer(problem: Batched, desks: Sequence[_Desk], asked: dict[int, Array]) -> None:
    if asked:
        answers = problem.residuals_at(np.stack(list(asked.values())))
        for number, answer in zip(asked, answers, strict=True):
            desks[number].replies.put(answer)


def _release(desks: Sequence[_Desk], inbox: Inbox, running: set[int]) -> None:
    """Let every search that still waits, or is about to, come to its end."""
    for number in running:
        desks[number].replies.put(None)
    while running:
        number, theta = inbox.get()
        if theta is None:
            running.discard(number)
