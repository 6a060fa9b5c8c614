"""Labels as a scanner sees them: what was drawn is read back by a decoder that is not ours."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
import zxingcpp
from hypothesis import example, given, settings
from hypothesis import strategies as st

from homeostat.errors import AuthorityError
from homeostat.governance.labels import Label, Size, draw, label_text, page
from homeostat.governance.labels.codes import code_128, data_matrix
from homeostat.validation.checks.labels import _123456

SVG = "{http://www.w3.org/2000/svg}"
DOTS = 24.0  # a millimetre: about 600 dpi
LABEL = Label(
    label_text("K7Q2I000001X", "K7Q2C000001Y"),
    "K7Q2C000001Y",
    ("K7Q2C000001Y", "identity K7Q2I000001X", "patient  P-017", "bag, autologous use"),
)
PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40)


def painted(svg: str) -> "np.ndarray[tuple[int, int], np.dtype[np.uint8]]":
    """The drawing as a printer puts it on paper: its rectangles as dots, dark on white."""
    root = ElementTree.fromstring(svg)  # noqa: S314  our own drawing
    width, height = (float(value) for value in root.attrib["viewBox"].split()[2:])
    paper = np.full((round(height * DOTS), round(width * DOTS)), 255, np.uint8)
    for box in root.iter(f"{SVG}rect"):
        if box.attrib.get("fill") != "#fff":
            x, y, w, h = (float(box.attrib[name]) * DOTS for name in ("x", "y", "width", "height"))
            paper[round(y) : round(y + h), round(x) : round(x + w)] = 0
    return paper


def decoded(svg: str) -> dict[str, str]:
    found = zxingcpp.read_barcodes(painted(svg), try_rotate=False, try_invert=False)
    return {re.sub(r"\W", "", str(one.format).rpartition(".")[2]): one.text for one in found}


def test_both_codes_of_a_label_are_read_back() -> None:
    assert decoded(draw(LABEL, Size())) == {"DataMatrix": LABEL.matrix, "Code128": LABEL.bars}


@pytest.mark.parametrize("size", [Size(50.0, 30.0), Size(70.0, 40.0), Size(100.0, 60.0), Size(148.0, 105.0)])
def test_at_every_size_that_is_not_refused(size: Size) -> None:
    assert decoded(draw(LABEL, size)) == {"DataMatrix": LABEL.matrix, "Code128": LABEL.bars}


@given(PRINTABLE)
@settings(max_examples=60)
@example("99")
@example("990")
@example("9999A1")
@example("9A")
def test_any_printable_text_survives_both_codes(text: str) -> None:
    matrix = np.where(np.kron(np.pad(np.array(data_matrix(text)), 2), np.ones((4, 4), bool)), 0, 255)
    (square,) = zxingcpp.read_barcodes(matrix.astype(np.uint8), formats=zxingcpp.BarcodeFormat.DataMatrix)
    bars = np.where(
        np.kron(np.pad(np.array([code_128(text)]), ((0, 0), (10, 10))), np.ones((40, 3), bool)), 0, 255
    )
    (line,) = zxingcpp.read_barcodes(bars.astype(np.uint8), formats=zxingcpp.BarcodeFormat.Code128)
    assert (square.bytes.decode(), line.bytes.decode()) == (text, text)


def test_words_stand_beside_each_code() -> None:
    root = ElementTree.fromstring(draw(LABEL, Size()))  # noqa: S314
    words = [one.text for one in root.iter(f"{SVG}text")]
    assert words == [*LABEL.lines, LABEL.bars]


def test_all_words_are_inside_the_label() -> None:
    root = ElementTree.fromstring(draw(LABEL, Size(50.0, 30.0)))  # noqa: S314
    for one in root.iter(f"{SVG}text"):
        length = len(one.text or "") * float(one.attrib["font-size"]) * 0.62
        left = float(one.attrib["x"]) - (length / 2 if one.attrib["text-anchor"] == "middle" else 0)
        assert left >= 0
        assert left + length <= 50.0
        assert float(one.attrib["y"]) <= 30.0


@pytest.mark.parametrize("size", [Size(20.0, 10.0), Size(25.0, 40.0), Size(70.0, 14.0), Size(1.0, 1.0)])
def test_a_label_too_small_to_be_read_is_refused(size: Size) -> None:
    with pytest.raises(AuthorityError):
        draw(LABEL, size)


def test_what_is_no_markup_cannot_become_markup() -> None:
    svg = draw(Label("A", "B", ("<script>alert(1)</script>", "a & b")), Size(120.0, 40.0))
    assert "<script" not in svg
    assert "<script" not in page((svg,), Size(), "<script>")


@pytest.mark.parametrize("text", ["", "é", "a\nb", "\x1d"])
def test_a_code_that_could_be_misread_is_not_made(text: str) -> None:
    for code in (data_matrix, code_128):
        with pytest.raises(AuthorityError):
            code(text)


def test_a_page_has_one_label_a_sheet_of_its_size() -> None:
    text = page((draw(LABEL, Size()),) * 3, Size(), "labels")
    assert text.count("<svg ") == 3
    assert "@page{size:70mm 40mm;margin:0}" in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def test_the_same_label_is_the_same_drawing() -> None:
    assert draw(LABEL, Size()) == draw(LABEL, Size())


def test_the_validation_vector_is_read_by_the_independent_decoder() -> None:
    modules = np.array([[sign == "#" for sign in row] for row in _123456])
    matrix = np.where(np.kron(np.pad(modules, 2), np.ones((4, 4), bool)), 0, 255).astype(np.uint8)
    (found,) = zxingcpp.read_barcodes(matrix, formats=zxingcpp.BarcodeFormat.DataMatrix)
    assert found.text == "123456"
