"""From bytes to a tree of texts: everything stays text, and whatever cannot be read is named with its line."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.process import composer, library
from homeostat.process.composer import compose


@pytest.fixture(params=["libyaml", "python"])
def either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both of PyYAML's parsers: the fast one, and the one that is there without it."""
    if request.param == "python":
        monkeypatch.setattr(composer, "_LOADER", yaml.SafeLoader)
    return str(request.param)


@pytest.mark.usefixtures("either_parser")
def test_no_scalar_changes_its_meaning() -> None:
    source = compose(
        b"a: no\nb: 1.10\nc: 12:30\nd: ~\ne: ''\nf: 0x10\ng: 2020-01-01\nh: [yes, 1e3]\n", "f"
    ).source
    assert source is not None
    assert source.root.plain() == {
        "a": "no",
        "b": "1.10",
        "c": "12:30",
        "d": "~",
        "e": "",
        "f": "0x10",
        "g": "2020-01-01",
        "h": ["yes", "1e3"],
    }


@pytest.mark.usefixtures("either_parser")
def test_lines_are_those_of_the_names() -> None:
    source = compose(
        b"a:\n  b:\n    - name: first\n      c: 1\n    -\n      d: {e:\n        2}\n", "f"
    ).source
    assert source is not None
    assert [
        source.line(path) for path in [("a",), ("a", "b"), ("a", "b", 0, "c"), ("a", "b", 1, "d", "e")]
    ] == [1, 2, 4, 6]
    assert source.line(("a", "b", 0, "missing")) == 3, "of what does not exist, the line of what holds it"
    assert source.field(("a", "b", 0, "c")) == "a.b.first.c"
    assert source.field(("a", "b", 1, "d")) == "a.b[2].d"


FAULTS = [
    (b"a: 1\n\xff\n", 2, "not UTF-8"),
    ("a: 1".encode("utf-16"), 1, "not UTF-8"),
    (b"a: 1\nb: \x07\n", 2, "control character"),
    (b"a:\n\tb: 1\n", 2, "indented with a tab"),
    (b"a: 1\nb: 2\na: 3\n", 3, "'a' is given twice; the first time in line 1"),
    (b"a: &x 1\n", 1, "anchor"),
    (b"a: 1\nb: !!python/object:os.system {}\n", 2, "tag"),
    (b"a: 1\nb:\nc: 2\n", 2, "there is no value"),
    (b"a:\n  - 1\n  -\n", 3, "there is no value"),
    (b"a: 1\n---\nb: 2\n", 2, "second document"),
    (b"- a\n- b\n", 1, "does not hold a process"),
    (b"just text\n", 1, "does not hold a process"),
    (b"", 1, "does not hold a process"),
    (b"? [a]\n: b\n", 1, "where a name is expected"),
    (b"a: b: c\n", 1, "second ': '"),
    (b"a: 'open\n", None, "ends inside a quoted text"),
    (b"a: [1, 2\nb: 3\n", 2, "not closed"),
    (b"a: {b: 1\nc: 3\n", None, "not closed"),
    (b"a: @b\n", 1, "cannot start with this character"),
    (b"a: " + b"[" * 60, 1, "nested deeper than 40 levels"),
    (b"".join(b" " * n + b"a:\n" for n in range(60)), 41, "nested deeper than 40 levels"),
    (b"a:\n   b: 1\n  c: 2\n", 3, "does not fit the lines above"),
]


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize(("raw", "line", "words"), FAULTS, ids=[words for _, _, words in FAULTS])
def test_every_structural_fault_has_its_line(raw: bytes, line: int | None, words: str) -> None:
    issues = compose(raw, "f.yaml").issues
    assert [words in issue.what for issue in issues] == [True], issues
    assert issues[0].file == "f.yaml"
    assert issues[0].mend
    assert line is None or issues[0].line == line


@pytest.mark.usefixtures("either_parser")
def test_an_alias_is_refused_with_its_anchor() -> None:
    issues = compose(b"a: &x 1\nb: *x\n", "f").issues
    assert [(issue.line, issue.field) for issue in issues] == [(1, "a"), (2, "b")]


def test_faults_that_do_not_hinder_reading_are_reported_together() -> None:
    composed = compose(b"a: 1\na: 2\nb:\nc: &d 3\n", "f")
    assert [issue.line for issue in composed.issues] == [2, 3, 4]
    assert composed.source is not None
    assert composed.source.root.plain() == {"a": "1", "b": None, "c": "3"}


def test_a_byte_order_mark_and_windows_line_ends_are_nothing_wrong() -> None:
    composed = compose(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", "f")
    assert composed.source is not None
    assert composed.source.root.plain() == {"a": "1", "b": "2"}
    assert not composed.issues


def test_both_parsers_read_a_shipped_process_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    for entry in library():
        raw = entry.path.read_bytes()
        fast = compose(raw, "f").source
        with monkeypatch.context() as patch:
            patch.setattr(composer, "_LOADER", yaml.SafeLoader)
            slow = compose(raw, "f").source
        assert fast is not None
        assert slow is not None, entry.name
        assert fast.root.plain() == slow.root.plain()


@given(st.binary(max_size=200))
def test_any_bytes_are_a_tree_or_issues(raw: bytes) -> None:
    composed = compose(raw, "f")
    assert (composed.source is None) <= bool(composed.issues)


KEYS = st.text("abcdef", min_size=1, max_size=5)
TEXTS = st.text("abc \"'#:-{}[]0123456789~", min_size=1, max_size=8)
TREES = st.recursive(
    TEXTS,
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(KEYS, below, max_size=3)),
    max_leaves=6,
)


@settings(max_examples=50)
@given(st.dictionaries(KEYS, TREES, max_size=4))
def test_a_tree_of_texts_is_read_as_it_was_written(tree: dict[str, object]) -> None:
    """Compared with PyYAML's own writer; a text in quotes is a text, whatever it looks like."""
    text = yaml.safe_dump(tree, default_style='"')
    composed = compose(text.encode(), "f")
    assert composed.source is not None, composed.issues
    assert composed.source.root.plain() == tree
