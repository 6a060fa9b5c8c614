"""How long it takes to open, verify, review and show the record of a batch of 350,000 events, and to typeset one.

A site is written once with events like those of a 12-day run, committed under as many signed heads as such a run makes
at real pace, then measured: reopened and verified, its exceptions found by the newest rules, and its whole record made.
The PDF is that of a batch of car-t, simulated from day 0 to 12.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from homeostat.bench.measuring import in_turn, scratch, seconds
from homeostat.bench.result import Result
from homeostat.bench.scan import Unwatched
from homeostat.execution import Options, run
from homeostat.historian import Historian
from homeostat.ledger import Event, SiteKey
from homeostat.ledger.catalogue import (
    BatchEnded,
    BatchStarted,
    CommandIntended,
    CommandOutcome,
    Payload,
    SignalChanged,
    StepChanged,
)
from homeostat.process import load
from homeostat.quality import batch_record
from homeostat.quality.documents.issuing import batch_document
from homeostat.quality.record import exception_report
from homeostat.quality.verify import verify_site
from homeostat.site import Site

BATCH = "B0001"
EVENTS = 350_000
_DAYS = 12
HEADS = _DAYS * 24 * 60
"""A batch at real pace commits with every scan, of a minute in car-t, and each commit signs a head; persons' acts add
some hundreds. (Simulated as fast as possible it commits every 120 scans: 218 heads for car-t.)"""
_SPAN = _DAYS * 86_400_000_000  # µs
_TAGS = ("oxygen", "ph", "temperature", "glucose_online")


def measure(*, quick: bool) -> list[Result]:
    """Seconds to reopen and verify, to find the exceptions, to make the record and its PDF.

    `quick`: of a tenth of the events, and of the shortest process there is.
    """
    amount, process = (EVENTS // 10, "yeast-fed-batch") if quick else (EVENTS, "car-t")
    with scratch() as folder:
        site, executed = built(folder / "site", amount), Site.create(folder / "executed")
        run(executed, load(process), Options(seed=1), Unwatched())
        opened, report, record, paper = in_turn(
            1 if quick else 3,
            lambda: seconds(lambda: _reopened(site)),
            lambda: seconds(lambda: _report(site)),
            lambda: seconds(lambda: _record(site)),
            lambda: seconds(lambda: _paper(executed)),
        )
        heads = verify_site(site).heads
    of = f"{amount:,} events"
    bar = 0.4 if quick else 2.0
    return [
        Result(
            f"record: reopen and verify a site of {of}, {heads:,} heads", opened, "s", bar=bar, better="less"
        ),
        Result(f"record: exceptions of a batch of {of}", report, "s", better="less"),
        Result(f"record: the whole record of a batch of {of}", record, "s", better="less"),
        Result(
            f"record: the record of a batch of {process}, with its PDF", paper, "s", bar=3.0, better="less"
        ),
    ]


def built(root: Path, amount: int) -> Site:
    """A site with one clean batch of so many events, as if executed in real time."""
    site, ticks, group = Site.create(root), count(), EVENTS // HEADS
    with site.recording(lambda: _stamp(next(ticks), amount)) as ledger:
        for number, payload in enumerate(_story(amount)):
            name = _name(number, payload)
            time = min(number * _SPAN // amount, _SPAN)
            ledger.append(Event(name, payload.type, BATCH, time, "scan", payload.model_dump(mode="json")))
            if number % group == group - 1:
                ledger.commit()
        ledger.commit()
    Historian.open(site.historian_path).close()
    return site


def _name(number: int, payload: Payload) -> str:
    """As an execution names events: each of a scan of its own, an outcome after its command, and the end."""
    if isinstance(payload, BatchEnded):
        return f"{BATCH}/end"
    return f"{payload.intent}.done" if isinstance(payload, CommandOutcome) else f"{BATCH}/{number:06d}/000"


def _stamp(tick: int, amount: int) -> str:
    second = min(tick * _DAYS * 86_400 // amount, _DAYS * 86_400 - 1)
    return (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=second)).isoformat()


def _story(amount: int) -> Iterator[Payload]:
    """A batch of the shipped process: begun, its phases run, moves with outcomes, findings about signals, ended."""
    process = load("car-t")
    yield BatchStarted(
        process=process.process,
        version=process.version,
        process_hash=process.content_hash,
        declaration=process.model_dump_json(),
        patient="bench",
        scan=60_000_000,
        tags=tuple(process.tags),
        outputs=(),
        equipment={"kind": "simulated"},
        twin={},
        environment={},
    )
    paths = [
        (f"{procedure.name}/{operation.name}/{phase.name}", phase.title)
        for procedure in process.recipe.procedure
        for operation in procedure.operations
        for phase in operation.phases
    ]
    for path, title in paths:
        for state in ("running", "complete"):
            yield StepChanged.model_validate(
                {"level": "phase", "step": path, "title": title, "state": state, "cause": ""}
            )
    yield from _moves(amount - 2 * len(paths) - 2, 2 * len(paths) + 1, paths[0][0])
    yield BatchEnded(state="complete", scans=_SPAN // 60_000_000, reason="recipe complete")


def _moves(amount: int, first: int, step: str) -> Iterator[Payload]:
    for number in range(amount):
        place = first + number
        if number % 10 == 9:
            yield _signal(number // 10)
        elif number % 2 == 0 and number % 10 != 8 and number < amount - 1:
            yield CommandIntended(
                kind="set",
                target="perfusion",
                value=number / 7,
                unit="mL/h",
                retain=("viable", "dead"),
                step=step,
            )
        elif number % 2 == 1 and number % 10 != 9:
            intent = f"{BATCH}/{place - 1:06d}/000"
            yield CommandOutcome(intent=intent, status="done", value=(number - 1) / 7, detail="")
        else:
            yield _signal(number // 10)


def _signal(number: int) -> SignalChanged:
    facts = {"tag": _TAGS[number % len(_TAGS)], "kind": "spike", "state": "noted", "since": number}
    return SignalChanged.model_validate(facts | {"value": 1.0, "text": "a spike of one sample"})


def _reopened(site: Site) -> None:
    """Open the ledger to write, as every act does, and verify the whole site."""
    SiteKey.load(site.keys)
    with site.recording(lambda: "2026-02-01T00:00:00+00:00"):
        pass
    if not verify_site(site).ok:
        raise ValueError("the site that was built does not verify")


def _report(site: Site) -> None:
    with site.reading() as (ledger, historian):
        exception_report(ledger, historian, BATCH)


def _record(site: Site) -> None:
    with site.reading() as (ledger, historian):
        batch_record(ledger, historian, BATCH)


def _paper(site: Site) -> None:
    with site.reading() as (ledger, historian):
        batch_document(ledger, historian, BATCH, training=True)
