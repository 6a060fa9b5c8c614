"""An interruption takes effect between scans: what it leaves needs no excuse and can be taken up again."""

import math
import signal
import threading
from collections.abc import Iterator
from functools import partial

import pytest

from homeostat.execution import Options, run
from homeostat.execution.resume import resume
from homeostat.execution.whole import Whole
from homeostat.historian import Recorder
from homeostat.process import Process
from homeostat.quality.verify import verify_site
from homeostat.site import Site

from .conftest import Quiet, story

REALTIME = 36_000_000.0
"""So many times faster that no scan is waited for, and each is committed by itself."""


def interrupt(times: int = 1) -> str:
    for _ in range(times):
        signal.raise_signal(signal.SIGINT)
    return "done"


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """Interruptions are Python's own to handle, also where the tests run in the background of a shell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def test_a_step_is_finished_before_its_interruption_is_raised() -> None:
    done = list[str]()
    with pytest.raises(KeyboardInterrupt), Whole() as whole:
        whole.step(lambda: done.append(interrupt()))
    assert done == ["done"]


def test_between_steps_and_the_second_time_an_interruption_is_raised_at_once() -> None:
    done = list[str]()
    with Whole() as whole:
        assert whole.step(lambda: "result") == "result"
        with pytest.raises(KeyboardInterrupt):
            interrupt()
    with pytest.raises(KeyboardInterrupt), Whole() as whole:
        whole.step(lambda: done.append(interrupt(2)))
    assert done == []


def test_what_is_done_last_leaves_nothing_to_interrupt() -> None:
    with Whole() as whole:
        assert whole.step(interrupt, last=True) == "done"


def test_where_others_handle_interruptions_they_go_on_doing_so() -> None:
    heard = list[int]()
    signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
    with Whole() as whole:
        assert whole.step(interrupt) == "done"
    signal.signal(signal.SIGINT, signal.default_int_handler)
    assert heard == [signal.SIGINT]


def test_another_thread_leaves_the_handler_alone() -> None:
    found = list[object]()

    def work() -> None:
        with Whole() as whole:
            found.append(whole.step(partial(signal.getsignal, signal.SIGINT)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [signal.default_int_handler]


def test_a_scan_interrupted_between_its_rows_and_its_events_is_on_record_whole(
    mini: Process, quiet: Quiet, site: Site, finished: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    flush = Recorder.flush

    def interrupted(self: Recorder, *, durable: bool) -> None:
        flush(self, durable=durable)
        if self.rows == 7:
            interrupt()

    monkeypatch.setattr(Recorder, "flush", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(site, mini, Options(seed=7, speed=REALTIME), quiet)
    monkeypatch.undo()
    found = verify_site(site)
    assert found.rows == 7
    assert found.findings == ()
    resume(site, "B0001", math.inf, quiet)
    assert story(site) == story(finished)
