"""A GMP site starts only what was approved, for whom it knows; a training site says what it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from homeostat.errors import AuthorityError
from homeostat.execution import Options, run
from homeostat.execution.clock import nonce, stamp
from homeostat.governance import Office
from homeostat.governance.definitions import approve, review, submit
from homeostat.governance.places import create
from homeostat.ledger.catalogue import BatchStarted, payload
from homeostat.process import Process
from homeostat.site import Site
from homeostat.validation.staff import Member, staff

from .conftest import Quiet, Runner


@pytest.fixture
def gmp(tmp_path: Path) -> Iterator[tuple[Office, dict[str, Member]]]:
    site = create(tmp_path / "gmp", "gmp", stamp, nonce)
    with Office.open(site, stamp, nonce) as office:
        yield (
            office,
            staff(office, sam="process scientist", quinn="quality assurance", olga="operator"),
        )


def start_of(site: Site) -> tuple[str, BatchStarted]:
    with site.reading() as (ledger, _):
        (one,) = ledger.events(types=(BatchStarted.type,))
    told = payload(one.event.type, one.event.data)
    assert isinstance(told, BatchStarted)
    return one.event.actor, told


def approved(office: Office, team: dict[str, Member], process: Process) -> None:
    name = ("process", process.process, process.version)
    quinn = team["quinn"]
    submit(
        office,
        team["sam"].session,
        "process",
        process.process,
        process.version,
        process.model_dump_json(),
        why="x",
    )
    review(office, quinn.session, quinn.secret, *name, why="read")
    approve(office, quinn.session, quinn.secret, *name, why="good")


def test_p11_10k_a_gmp_batch_names_its_definition_and_who_started_it(
    gmp: tuple[Office, dict[str, Member]], mini: Process, quiet: Quiet
) -> None:
    office, team = gmp
    approved(office, team, mini)
    options = Options(until="inoculate", session=team["olga"].session)
    run(office.site, mini, options, quiet)
    actor, start = start_of(office.site)
    assert (actor, start.started_by, start.site_kind) == ("olga", "olga", "gmp")
    assert start.definition == "process/mini/1.0.0"
    assert start.process_hash == mini.content_hash


def test_exe_2_what_was_changed_after_its_approval_does_not_start_and_leaves_no_batch(
    gmp: tuple[Office, dict[str, Member]], mini: Process, quiet: Quiet
) -> None:
    office, team = gmp
    approved(office, team, mini)
    changed = mini.model_copy(update={"title": "A longer culture"})
    assert changed.content_hash != mini.content_hash
    for process, options in (
        (changed, Options(session=team["olga"].session)),
        (mini, Options()),
        (mini, Options(session=team["quinn"].session)),
    ):
        with pytest.raises(AuthorityError):
            run(office.site, process, options, quiet)
    assert office.ledger.batches() == []


def test_a_training_site_asks_for_nobody_and_says_what_it_is(site: Site, run_mini: Runner) -> None:
    run_mini(site, until="inoculate")
    actor, start = start_of(site)
    assert (actor, start.started_by, start.site_kind, start.definition) == ("operator", "", "training", "")


def test_a_record_from_before_there_were_kinds_still_opens() -> None:
    """Version 1 of the event knew none of the later fields."""
    later = ("models", "definition", "started_by", "site_kind")
    assert all(not BatchStarted.model_fields[name].is_required() for name in later)
