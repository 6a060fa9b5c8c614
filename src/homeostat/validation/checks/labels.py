"""Identifiers and data carriers: check characters, vectors in print, and that no licensed table is in the package."""

from itertools import pairwise
from pathlib import Path

import homeostat
from homeostat.errors import AuthorityError, SiteError
from homeostat.governance.labels import load_tables, meaning, read
from homeostat.governance.labels.check import (
    ALPHABET,
    check_character,
    check_digit,
    check_flag,
    digit_holds,
    holds,
)
from homeostat.governance.labels.coded import coded
from homeostat.governance.labels.codes import code_128, data_matrix
from homeostat.validation.checking import Workbench, expect, proves, refused

_NUMBERS = 40
_GS1 = ("4006381333931", "00614141123452", "0614141000418", "106141412345678908", "96385074")
"""An EAN-13, a GTIN-14, a GLN, an SSCC and an EAN-8 that are in print."""

_123456 = (
    "#.#.#.#.#.",
    "##..#.##.#",
    "##.....#..",
    "##...###.#",
    "##....#...",
    "#.....####",
    "###.##....",
    "####.##..#",
    "#..###.#..",
    "##########",
)
"""The DataMatrix of 123456 as ISO/IEC 16022 works it out (paraphrase); an independent decoder reads it in the tests."""


@proves("COI-2")
def the_worked_example_comes_out(bench: Workbench) -> str:
    """G123498654321 has the check character H, whose value 17 is carried as 77."""
    found = check_character("G123498654321"), check_flag("G123498654321")
    expect(found == ("H", "77"), f"G123498654321 gave {found}")
    return "G123498654321 has the check character H, flag 77"


@proves("COI-2")
def no_single_error_and_no_transposition_is_missed(bench: Workbench) -> str:
    """Every wrong character at every place and every exchange of neighbours, of forty donation numbers."""
    singles = swaps = 0
    for number in _numbers():
        text = number + check_character(number)
        expect(holds(text), f"{text} does not hold itself")
        for wrong in _singles(text):
            singles += 1
            expect(not holds(wrong), f"{wrong} passed for {text}")
        for wrong in _swaps(text):
            swaps += 1
            expect(not holds(wrong), f"{wrong} passed for {text}")
    return f"0 of {singles:,} single errors and 0 of {swaps:,} transpositions passed"


def _numbers() -> list[str]:
    """Donation numbers without a pattern, the same each time: a linear congruence (Knuth's MMIX)."""
    state, made = 2026, list[str]()
    for _ in range(_NUMBERS):
        signs = list[str]()
        for place in range(13):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            signs.append(ALPHABET[(state >> 33) % (36 if place < 5 else 10)])
        made.append("".join(signs))
    return made


def _singles(text: str) -> list[str]:
    return [
        text[:place] + other + text[place + 1 :]
        for place, right in enumerate(text)
        for other in (ALPHABET if place == len(text) - 1 else ALPHABET[:36])
        if other != right
    ]


def _swaps(text: str) -> list[str]:
    return [
        text[:place] + second + first + text[place + 2 :]
        for place, (first, second) in enumerate(pairwise(text))
        if first != second
    ]


@proves("COI-3")
def no_table_of_registered_codes_is_in_the_package(bench: Workbench) -> str:
    """Every installed file is searched for lists of codes; a planted list is found, so the search sees one."""
    planted = bench.folder / "planted"
    planted.mkdir()
    (planted / "codes.txt").write_text("\n".join(f"S{number:04d}" for number in range(30)), "utf-8")
    expect(len(coded(planted)) == 1, "the search did not find a planted list")
    package = Path(homeostat.__file__).parent
    found = coded(package)
    expect(not found, f"lists of registered codes: {', '.join(path.name for path in found)}")
    files = sum(path.is_file() for path in package.rglob("*"))
    return f"none of {files:,} files of the package holds a list of codes; a planted one was found"


@proves("COI-3")
def a_sites_own_table_is_taken_and_a_faulty_one_refused(bench: Workbench) -> str:
    """Meanings come from the site alone."""
    folder = bench.folder / "tables"
    folder.mkdir()
    expect(not load_tables(folder), "there is a table that nobody supplied")
    (folder / "own.json").write_text(
        '{"name": "facilities", "edition": "own", "entries": {"G1234": "Ward"}}', "utf-8"
    )
    said = meaning(load_tables(folder), "facilities", "G1234")
    expect(said == "Ward", f"the site's table said {said!r}")
    (folder / "bad.json").write_text('{"name": "codes"}', "utf-8")
    with refused(SiteError, "a table without entries"):
        load_tables(folder)
    return "a site's table was read, a faulty one refused by name"


@proves("BTC")
def gs1_keys_have_their_check_digits(bench: Workbench) -> str:
    """Keys in print hold; with another digit they do not, and a code with one is refused."""
    for key in _GS1:
        expect(check_digit(key[:-1]) == key[-1], f"{key} does not hold")
        wrong = [key[:-1] + str(digit) for digit in range(10) if str(digit) != key[-1]]
        expect(not any(digit_holds(one) for one in wrong), f"another digit held for {key}")
    with refused(AuthorityError, "a GTIN with a wrong check digit"):
        read("0100614141123453")
    return f"{len(_GS1)} keys hold, with no other digit"


@proves("BTC")
def data_carriers_are_read_apart(bench: Workbench) -> str:
    """An element string of GS1, a donation number of ISBT 128 and the site's own label are each made out."""
    gs1 = read("]d201006141411234521726113010LOT-7\x1d21S1").fields
    wanted = {"GTIN": "00614141123452", "expiry": "261130", "lot": "LOT-7", "serial": "S1"}
    expect(gs1 == wanted, f"the element string said {dict(gs1)}")
    donation = read("=G12349865432177")
    expect(donation.identifier == "G123498654321", f"the donation number said {donation}")
    with refused(AuthorityError, "a donation number with flags of another"):
        read("=G12349865432178")
    expect(read("H1|A|B").identity == "A", "the site's own label was not known")
    return "GS1, ISBT 128 and own labels told apart; wrong flags refused"


@proves("BTC")
def codes_are_drawn_as_the_standards_say(bench: Workbench) -> str:
    """The worked example of DataMatrix, module for module; start, stop and length of Code 128."""
    drawn = tuple("".join("#" if module else "." for module in row) for row in data_matrix("123456"))
    expect(drawn == _123456, "the DataMatrix of 123456 is another")
    bars = "".join("1" if module else "0" for module in code_128("PJJ123C"))
    expect(len(bars) == 11 * 9 + 13, f"Code 128 has {len(bars)} modules")
    expect(bars.startswith("11010010000") and bars.endswith("1100011101011"), "start or stop is another")
    return "DataMatrix of 123456 module for module; Code 128 of PJJ123C from start B to stop"
