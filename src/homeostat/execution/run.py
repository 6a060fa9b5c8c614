"""Run a new batch, from its declaration to its end."""

from collections.abc import Mapping
from contextlib import closing

from homeostat.equipment import connect
from homeostat.errors import ExecutionError
from homeostat.execution.allocation import allocate
from homeostat.execution.batch import Options, check_name, is_corrected, name_batch, observe, rig, started
from homeostat.execution.clock import nonce, stamp
from homeostat.execution.desk import prepare
from homeostat.execution.engine import Engine
from homeostat.execution.journal import Journal
from homeostat.execution.memory import Arrivals
from homeostat.execution.models import keep_models, packages_of, read_models
from homeostat.execution.orders import Inbox
from homeostat.execution.packages import refuse_stand_ins
from homeostat.execution.plan import make_plan
from homeostat.execution.rig import Finish, Watcher
from homeostat.execution.vouching import Voucher
from homeostat.governance import Office
from homeostat.governance.gate import Admission, admit
from homeostat.governance.places import welcome
from homeostat.governance.pseudonym import refuse_telling
from homeostat.process import Process
from homeostat.site import Kind, Site


def run(site: Site, process: Process, options: Options, watch: Watcher) -> Finish:
    """Start a batch of `process` at `site`, which is made if it is new, and execute it.

    Raises HomeostatError where the process, the equipment or the options cannot be used; then nothing is recorded.
    """
    _check(process, options)
    texts = read_models(process, options.folder)
    packages = packages_of(texts)
    refuse_stand_ins(process, packages)
    with closing(connect(process, options.equipment, options.seed)) as driver:
        plan = make_plan(
            process,
            steers=driver.steers,
            initial=driver.initial(),
            until=options.until or "",
            packages=packages,
            corrected=is_corrected(driver.facts()),
            gmp=_kind(site) == "gmp",
            realtime=tuple(process.release.realtime),
        )
        observer = observe(plan)
        prepare(plan.controllers)
        place, hashes = Site.create(site.root), {name: one.content_hash for name, one in packages.items()}
        with place.writing(stamp) as (ledger, historian):
            office = Office(place, ledger, stamp, nonce)
            batch = name_batch(ledger, options.batch)
            admission = _admitted(office, process, hashes, options)
            if place.kind == "gmp":
                allocate(office, batch, process, admission.started_by or "operator")
            start = started(
                plan, observer, driver, options, kind=place.kind, admission=admission, models=hashes
            )
            journal = Journal(ledger, batch, ())
            journal.put(f"{batch}/start", 0, admission.started_by or "operator", start)
            keep_models(journal, batch, texts, packages)
            journal.commit()
            watch.started(batch, _expected(driver.end(), plan.scan))
            vouch = Voucher(ledger, batch, plan, stamp)
            with_rig = rig(
                batch=batch,
                plan=plan,
                observer=observer,
                driver=driver,
                journal=journal,
                historian=historian,
                speed=options.speed,
                watcher=watch,
                sources=vouch.sources,
                manned=start.operator == "person",
            )
            inbox = Inbox(site.orders / batch, vouch=vouch)
            return Engine(with_rig, None, Arrivals(()), inbox).run()


def _kind(site: Site) -> Kind:
    """The kind of a site that may not have been made yet."""
    return Site.open(site.root).kind if (site.root / "site.json").is_file() else site.kind


def _admitted(office: Office, process: Process, models: Mapping[str, str], options: Options) -> Admission:
    """By what right the batch starts; raises AuthorityError where it may not, or its patient's code is none."""
    refuse_telling(office.ledger, options.patient)
    if options.welcome:
        welcome(office)
    return admit(office, options.session, process, models)


def _expected(end: int | None, scan: int) -> int | None:
    """How many scans a log gives; unknown for living equipment."""
    return None if end is None else end // scan + 2


def _check(process: Process, options: Options) -> None:
    if options.batch is not None:
        check_name(options.batch)
    if process.approval.state == "retired":
        raise ExecutionError(
            f"process {process.process} {process.version} is retired", mend="use a later version"
        )
    phases = [phase.name for phase in process.recipe.phases()]
    if options.until is not None and options.until not in phases:
        raise ExecutionError(
            f"the recipe has no phase '{options.until}'", where="--until", mend="phases: " + ", ".join(phases)
        )
