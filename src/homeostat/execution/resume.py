"""Resume a batch: after a crash, after a pause, or once a person has reconciled a held command.

The scans on record are executed again from the record, and every decision is compared with the one on record; then
execution goes on where the record ends. Nothing acknowledged is lost and nothing is done twice.
"""

from contextlib import closing

from homeostat.errors import AuthorityError, ExecutionError
from homeostat.execution.batch import observe, recall_plan, recall_start, reconnect, rig, specs
from homeostat.execution.clock import nonce, stamp
from homeostat.execution.desk import prepare
from homeostat.execution.engine import Engine
from homeostat.execution.journal import Journal
from homeostat.execution.memory import Arrivals, Rows
from homeostat.execution.models import recall_models
from homeostat.execution.orders import Inbox, slips
from homeostat.execution.rig import Finish, Watcher
from homeostat.execution.taking_up import order_wanted
from homeostat.execution.vouching import Voucher
from homeostat.governance import Office, Session
from homeostat.governance.authority import authorise
from homeostat.governance.ended import end_of
from homeostat.governance.numbering import next_id
from homeostat.ledger import Event, Ledger
from homeostat.ledger.catalogue import BatchResumed, TailAnchored, payload
from homeostat.site import Site


def resume(
    site: Site,
    batch: str,
    speed: float,
    watch: Watcher,
    *,
    reconcile: str = "",
    reason: str = "resumed",
    equipment: str | None = None,
    session: Session | None = None,
) -> Finish:
    """Continue `batch`: after a crash, after a pause, or after a hold.

    `reconcile` answers what became of commands whose outcome is unknown or that were refused; a held batch that waits
    for no such answer is restarted, for `reason`. `equipment` says where the equipment or its log is found now, and
    `session` who takes it up: at a GMP site somebody has to, see `taking_up`.
    Raises ExecutionError when the batch is unknown or has ended, or when the record does not execute to itself, and
    AuthorityError where nobody who may takes it up.
    """
    with site.writing(stamp) as (ledger, historian):
        events = {recorded.event.id: recorded for recorded in ledger.events(batch=batch)}
        start = recall_start(events, batch)
        if end_of(ledger, batch) is not None:
            raise ExecutionError(
                f"batch {batch} has ended", mend="look at it with: homeostat record " + batch
            )
        by = _permitted(Office(site, ledger, stamp, nonce), session, batch)
        plan = recall_plan(start, recall_models(events.values()))
        prepare(plan.controllers)
        with closing(reconnect(start, plan, equipment)) as driver:
            vouch = Voucher(ledger, batch, plan, stamp)
            with_rig = rig(
                batch=batch,
                plan=plan,
                observer=observe(plan),
                driver=driver,
                journal=Journal(ledger, batch, events.values()),
                historian=historian,
                speed=speed,
                watcher=watch,
                sources=vouch.sources,
                manned=start.operator == "person",
            )
            names = [spec.name for spec in specs(plan)]
            rows = Rows.read(historian, batch, names[: len(plan.tags)], names[len(plan.tags) :])
            _refuse_fewer(ledger, batch, len(rows))
            _note(ledger, batch, len(rows), reason, by or "operator")
            watch.started(batch, None)
            inbox = Inbox(site.orders / batch, slips(events.values()), vouch=vouch)
            return Engine(with_rig, rows, Arrivals(events.values()), inbox).run(reason, reconcile, by)


def _permitted(office: Office, session: Session | None, batch: str) -> str | None:
    """Who takes a batch up, by their account; None where a training site asks for nobody. Raises AuthorityError."""
    gmp = office.site.kind == "gmp"
    if gmp and session is None:
        raise AuthorityError(
            "at a GMP site a batch is taken up by an identified person",
            where=str(office.site.root),
            mend="name your account with --as",
        )
    wanted = order_wanted(office, batch) if gmp else None
    if wanted is not None:
        raise AuthorityError(
            f"batch {batch} goes on by a person's signed order to {wanted} it",
            where=batch,
            mend=f"give it: homeostat batch {wanted} {batch} --why TEXT --as ACCOUNT",
        )
    return None if session is None else authorise(office, session, "batch.start").id


def _refuse_fewer(ledger: Ledger, batch: str, rows: int) -> None:
    """A historian with fewer readings than the ledger vouches for was damaged: nothing may be built on it."""
    for recorded in ledger.events(batch="", types=[TailAnchored.type]):
        content = payload(recorded.event.type, recorded.event.data)
        if isinstance(content, TailAnchored) and content.batch == batch and content.rows > rows:
            raise ExecutionError(
                f"the historian holds {rows} scans of batch {batch}, but the ledger vouches for {content.rows}",
                mend="restore historian.db from a copy; see: homeostat verify",
            )


def _note(ledger: Ledger, batch: str, scans: int, reason: str, actor: str) -> None:
    """Put the interruption on record, as an event of the site: the batch's own events stay as they would be."""
    number = sum(1 for _ in ledger.events(batch="", types=[BatchResumed.type]))
    content = BatchResumed(batch=batch, scan=scans, reason=reason)
    name = next_id(ledger, "site/resume", number)
    event = Event(name, content.type, "", 0, actor, content.model_dump(mode="json"))
    ledger.append(event)
    ledger.commit()
