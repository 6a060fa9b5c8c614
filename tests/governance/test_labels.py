"""Check characters, identifiers and what scans say: worked examples, published vectors, and no error that passes."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.errors import AuthorityError, SiteError
from homeostat.governance.labels import PARSERS, Scanned, describe, load_tables, read
from homeostat.governance.labels.check import (
    ALPHABET,
    check_character,
    check_digit,
    check_flag,
    digit_holds,
    holds,
)
from homeostat.governance.labels.private import LETTERS, next_number, parse, site_prefix, written

LETTERED = st.text(ALPHABET[:36], min_size=1, max_size=20)


def test_the_worked_example_of_the_donation_number() -> None:
    assert check_character("G123498654321") == "H"
    assert check_flag("G123498654321") == "77"
    assert holds("G123498654321H")


@given(LETTERED, st.data())
def test_no_single_wrong_character_passes(body: str, data: st.DataObject) -> None:
    text = body + check_character(body)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from(ALPHABET[:36] if place < len(body) else ALPHABET))
    if other != text[place]:
        assert not holds(text[:place] + other + text[place + 1 :])


@given(LETTERED, st.data())
def test_no_two_neighbours_that_changed_places_pass(body: str, data: st.DataObject) -> None:
    text = body + check_character(body)
    place = data.draw(st.integers(0, len(text) - 2))
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    assert holds(swapped) == (swapped == text)


def test_every_single_error_and_transposition_of_one_number_is_found() -> None:
    text = "G123498654321H"
    single = [text[:i] + c + text[i + 1 :] for i in range(len(text)) for c in ALPHABET if c != text[i]]
    swaps = [text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in range(13) if text[i] != text[i + 1]]
    assert not [one for one in (*single, *swaps) if holds(one)]


@pytest.mark.parametrize("text", ["", "g1", "A B", "A*", "Ä"])
def test_what_has_no_value_has_no_check_character(text: str) -> None:
    with pytest.raises(AuthorityError):
        check_character(text)
    assert not holds(text + "0")


@pytest.mark.parametrize(
    "key",
    [
        "4006381333931",  # GTIN-13
        "00614141123452",  # GTIN-14
        "0614141000418",  # GLN
        "106141412345678908",  # SSCC
        "96385074",  # GTIN-8
    ],
)
def test_gs1_keys_in_print_have_their_check_digit(key: str) -> None:
    assert check_digit(key[:-1]) == key[-1]
    assert digit_holds(key)
    assert not digit_holds(key[:-1] + str((int(key[-1]) + 1) % 10))


@pytest.mark.parametrize("digits", ["", "12a", "١٢٣"])
def test_a_gs1_key_has_digits_only(digits: str) -> None:
    with pytest.raises(AuthorityError):
        check_digit(digits)


@given(
    st.text("0123456789abcdef", min_size=64, max_size=64),
    st.sampled_from(list(LETTERS)),
    st.integers(0, 10**5),
)
def test_a_private_number_reads_as_it_was_written(key: str, kind: str, last: int) -> None:
    number = next_number(site_prefix(key), kind, last)  # type: ignore[arg-type]
    assert parse(number.text) == number
    assert last < number.sequence <= last + 2
    assert not number.text.endswith("*")
    assert len(number.text) == 12


def test_a_number_that_is_none_is_not_taken_for_one() -> None:
    good = written("K7Q2", "identity", 1)
    for bad in ("", good[:-1], good + "0", good.lower(), good[:4] + "X" + good[5:], good[:-1] + "*"):
        assert parse(bad) is None


@pytest.mark.parametrize(
    ("text", "system", "identifier"),
    [
        ("H1|K7Q2I000001X|K7Q2C000001Y", "label", "K7Q2C000001Y"),
        ("H1|HOSP/77|", "label", "HOSP/77"),
        ("]d1H1|A|B", "label", "B"),
        ("=G12349865432177", "ISBT 128 donation", "G123498654321"),
        ("=G12349865432100", "ISBT 128 donation", "G123498654321"),
        ("G1234 98 654321 H", "ISBT 128 donation", "G123498654321"),
        ("G123498654321", "ISBT 128 donation", "G123498654321"),
        ("&/ANYTHING", "ISBT 128 chain of identity", "ANYTHING"),
        ("=<E0001", "ISBT 128 structure", "E0001"),
        ("010061414112345210AB\x1d21S1", "GS1", "010061414112345210AB\x1d21S1"),
        ("whatever", "unknown", "whatever"),
    ],
)
def test_a_scan_is_made_out(text: str, system: str, identifier: str) -> None:
    found = read(text)
    assert (found.system, found.identifier) == (system, identifier)


@pytest.mark.parametrize(
    "text", ["G123498654321J", "=G12349865432178", "0100614141123453", "", "   ", "x" * 401]
)
def test_a_misread_code_is_refused_and_not_guessed(text: str) -> None:
    with pytest.raises(AuthorityError):
        read(text)


def test_gs1_elements_are_told_apart() -> None:
    found = read("]d201006141411234521726113010LOT-7\x1d21S1").fields
    assert found == {"GTIN": "00614141123452", "expiry": "261130", "lot": "LOT-7", "serial": "S1"}
    assert read("00106141412345678908").fields == {"SSCC": "106141412345678908"}
    assert read("4140614141000418").fields == {"GLN": "0614141000418"}


@given(st.text(max_size=60))
def test_any_text_is_made_out_or_refused_in_words(text: str) -> None:
    try:
        found = read(text)
    except AuthorityError as refusal:
        assert refusal.what
    else:
        assert found.identifier


def test_a_site_adds_its_own_symbology() -> None:
    def ward(text: str) -> Scanned | None:
        return Scanned("ward", text[2:]) if text.startswith("W:") else None

    assert read("W:12", (ward, *PARSERS)) == Scanned("ward", "12")


def put(folder: Path, name: str, value: object) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")


def test_the_sites_own_table_says_what_a_code_means(tmp_path: Path) -> None:
    scanned = read("=G12349865432177")
    assert "no table" in describe(scanned, {})["facility"]
    put(tmp_path / "t", "f.json", {"name": "facilities", "edition": "own", "entries": {"G1234": "Our ward"}})
    assert describe(scanned, load_tables(tmp_path / "t"))["facility"] == "G1234 (Our ward)"


def test_a_site_without_tables_is_in_order(tmp_path: Path) -> None:
    assert load_tables(tmp_path / "tables") == {}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("{", "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ([], "name, edition and entries"),
        ({"name": "x", "entries": {}}, "edition"),
        ({"name": "", "edition": "1", "entries": {}}, "name"),
        ({"name": "x", "edition": "1", "entries": {"A": 1}}, "entries.A"),
        ({"name": "x", "edition": "1", "entries": {}, "more": 1}, "more"),
    ],
)
def test_an_unusable_table_says_what_is_wrong_and_where(value: object, told: str, tmp_path: Path) -> None:
    put(tmp_path / "t", "bad.json", value)
    with pytest.raises(SiteError) as fault:
        load_tables(tmp_path / "t")
    assert told in str(fault.value)
    assert "bad.json" in str(fault.value)


def test_two_tables_of_one_name_are_refused(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        put(tmp_path / "t", name, {"name": "x", "edition": "1", "entries": {}})
    with pytest.raises(SiteError, match="two tables"):
        load_tables(tmp_path / "t")
