"""A patient's code is a pseudonym: dates and names are refused where they would first come into a record."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.errors import WordingError
from homeostat.execution import Options, run
from homeostat.governance.custody import accept, administer, bind, fill, issue
from homeostat.governance.keeping import Patients
from homeostat.governance.pseudonym import refuse_telling, telling
from homeostat.ledger import Event
from homeostat.ledger.catalogue import ContainerAdministered, IdentityIssued
from homeostat.process import load
from homeostat.site import Site

from ..execution.conftest import MINI, Quiet
from .custody_scene import FIRST, HEAD, Scene, scene

DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))
WAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d", "%d%m%Y", "%m%d%Y", "%Y.%m.%d")


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Scene]:
    with scene(tmp_path / "site") as made:
        yield made


@given(DAYS, st.sampled_from(WAYS), st.sampled_from(("{}", "P-{}", "{}/A", "P {} B")))
def test_every_way_to_write_a_day_is_found(day: date, way: str, around: str) -> None:
    assert telling(around.format(day.strftime(way))) == "it holds a date, which may be a date of birth"


@pytest.mark.parametrize(
    "code",
    [
        "1958_11_03", "1958 - 11 - 03", "3-Nov-1958", "58-11-03", "1958–11–03", "Nov 3, 1958", "03NOV58",
        "3. März 1958", "1958-nov-3", "Doe 03.11.58", "１９５８-11-03", "TR-20260115-03",
        "3rd November 1958", "November 3rd, 1958", "3 of Nov 1958", "1st of may 1958", "1958\u200b-11-03",
    ],
)  # fmt: skip
def test_a_day_is_found_however_it_is_written(code: str) -> None:
    assert telling(code) == "it holds a date, which may be a date of birth"


@pytest.mark.parametrize(
    "code",
    [
        "Jo Doe", "Doe, Jo", "zoë müller", "Anna-Lena Roth", "DOE JANE", "de la Cruz", "Doe, Jo 1958", "O'Neil Pat",
        "J. Doe", "J.R. Doe", "Doe J.", "Doe,J", "Müller, Ä", "Jo Doe 1958", "1958 Jo Doe", "Jo O’Neil",
        "DOE^JOHN", "Doe^John^A", "Doe_John", "Doe-John", "Doe-John-1958", "P017 John Doe", "Dr. Doe", "Prof Doe",
        "Jo\u200b Doe",
    ],
)  # fmt: skip
def test_what_reads_as_a_name_is_found(code: str) -> None:
    assert telling(code) == "it reads as a name"


@pytest.mark.parametrize(
    "code",
    [
        "P-017", "P-1", "PRODUCT", "CELL-BANK-7", "A99971234567800", "1234567", "99999999", "123456789",
        "19581332", "1850-01-01", "2026-W47", "UKX 0042", "7f3a-19", "G123498654321", "ward C",
        "SITE-A 0042", "KM-2026-0031", "UPN 12345", "patient A", "demo", "SITE-01-02-03", "TR-2026-03", "P-1, 2026",
        "SITE ALPHA 0042", "12-34-56", "A.1", "1-2-3",
        "TR-AB", "TR_AB", "CAR-T-012", "car-t", "Donor-A", "MR-017", "dr17", "st-03", "1st", "P-017 arm B",
    ],
)  # fmt: skip
def test_a_code_is_a_code(code: str) -> None:
    assert telling(code) == ""


@pytest.mark.parametrize(
    "code",
    [
        "P/../1",
        "../P-1",
        "P..1",
        "P-",
        "-P",
        "P/1",
        "P\\1",
        "P;1",
        "P:1",
        "<b>P",
        "P  1",
        ".",
        "Ⅻ-03",
        "Ｐ１",
    ],
)
def test_signs_that_are_none_of_a_code_are_refused(work: Scene, code: str) -> None:
    with pytest.raises(WordingError, match="something else than letters and digits"):
        issue(work.office, work[HEAD], code, why="order")
    assert work.book.identities == {}


@pytest.mark.parametrize("code", ["P-017", "UKX 0042", "P-1, 2026", "A.1", "TR_AB", "car-t", "Ä-01", "1"])
def test_a_plain_code_is_taken(work: Scene, code: str) -> None:
    assert issue(work.office, work[HEAD], code, why="order").patient == code


def test_nothing_is_issued_started_or_kept_for_a_date(work: Scene, tmp_path: Path) -> None:
    before = work.office.ledger.size
    for attempt in (
        lambda: issue(work.office, work[HEAD], "1958-11-03", why="order"),
        lambda: accept(work.office, work[HEAD], "HOSP/1", "Hospital", "03.11.1958", why="transferred"),
        lambda: Patients.open(work.office).add(work[HEAD], "19581103", {"name": "Jo Doe"}, why="kept"),
    ):
        with pytest.raises(WordingError, match="this is no code for a patient") as refusal:
            attempt()
        assert refusal.value.mend == "use one made for it, as P-017"
    assert work.office.ledger.size == before
    site = Site.create(tmp_path / "other")
    with pytest.raises(WordingError, match="may be a date of birth"):
        run(site, load(MINI), Options(patient="1958-11-03"), Quiet())
    with site.reading() as (ledger, _):
        assert ledger.batches() == []


def test_a_code_that_is_on_record_already_goes_on(work: Scene) -> None:
    """Who was given such a code before is treated under it: another one now would break their chain of identity."""
    old = IdentityIssued(why="order", identity="K7Q2I000001X", patient="1958-11-03", scope="autologous")
    work.office.ledger.append(Event("custody/old", old.type, "", 0, HEAD, old.model_dump(mode="json")))
    work.office.ledger.commit()
    refuse_telling(work.office.ledger, "1958-11-03")
    with pytest.raises(WordingError):
        refuse_telling(work.office.ledger, "1958-11-04")


def test_a_recipients_code_is_judged_as_well_and_one_on_record_goes_on(work: Scene) -> None:
    cells = work.collected(work.issued("D-1", scope="allogeneic"), "D-1")
    bind(work.office, work[FIRST], "B1", cells, scan=cells, second="D-1", why="start")
    bag = fill(work.office, work[FIRST], "B1", place="room", logger="TL", why="harvest").container
    work.released("B1")
    given = {"scan": bag, "place": "ward", "why": "order 5", "second": "Doe, Jo", "recipient": "Doe, Jo"}
    with pytest.raises(WordingError, match="it reads as a name"):
        administer(work.office, work[FIRST], bag, **given)
    assert work.book.containers[bag].went_into == ""
    old = ContainerAdministered(why="order", container="x", recipient="Doe, Jo", place="ward", scanned="x")
    work.office.ledger.append(Event("old", old.type, "", 0, FIRST, old.model_dump(mode="json")))
    work.office.ledger.commit()
    refuse_telling(work.office.ledger, "Doe, Jo")
