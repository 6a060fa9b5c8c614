"""The content hash tells what a declaration means, not how it is laid out."""

import hashlib
import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.process import Process
from tests.process.small import TEXT, changed, examine


def sound(text: str) -> Process:
    process = examine(text).process
    assert process is not None, examine(text).issues
    return process


ORIGINAL = sound(TEXT)


def test_the_hash_is_sha256_over_the_canonical_bytes() -> None:
    assert hashlib.sha256(ORIGINAL.canonical()).hexdigest() == ORIGINAL.content_hash
    assert json.loads(ORIGINAL.canonical())["process"] == "small"


def test_the_canonical_form_declares_the_same_process() -> None:
    again = Process.model_validate(json.loads(ORIGINAL.canonical()))
    assert again == ORIGINAL
    assert again.content_hash == ORIGINAL.content_hash


def test_layout_and_comments_do_not_count() -> None:
    lines = [f"{line}  # a remark\n\n" for line in TEXT.splitlines()]
    assert sound("# a heading\n" + "".join(lines)).content_hash == ORIGINAL.content_hash


def test_block_style_and_another_order_of_fields_do_not_count() -> None:
    class Texts(yaml.SafeLoader):
        """A loader that leaves every scalar a text, as a process file means it."""

    Texts.yaml_implicit_resolvers = {}
    rewritten = yaml.safe_dump(yaml.load(TEXT, Loader=Texts), sort_keys=True, default_flow_style=False)  # noqa: S506 - derived from SafeLoader
    assert rewritten != TEXT
    assert sound(rewritten).content_hash == ORIGINAL.content_hash


@pytest.mark.parametrize(
    ("old", "new"), [("37 degC\n    gain", "37.0   degC\n    gain"), ("elapsed >= 3 d", "elapsed   >= 3.0 d")]
)
def test_the_spelling_of_a_number_does_not_count(old: str, new: str) -> None:
    assert sound(changed((old, new))).content_hash == ORIGINAL.content_hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version: 1.2.3", "version: 1.2.4"),
        (
            "title: A small process",
            "title: Another small process",
        ),
        ("pump: 5 mL/h", "pump: 5.0000001 mL/h"),
        ("title: Left, after: []", "title: Left, after: [right]"),
        ("answer: 90", "answer: 91"),
    ],
)
def test_whatever_changes_the_meaning_changes_the_hash(old: str, new: str) -> None:
    assert sound(changed((old, new))).content_hash != ORIGINAL.content_hash


@settings(max_examples=20)
@given(st.floats(min_value=36.0, max_value=38.0))
def test_every_digit_of_a_set_point_counts(value: float) -> None:
    process = sound(changed(("    setpoint: 37 degC\n    gain", f"    setpoint: {value!r} degC\n    gain")))
    assert (process.content_hash == ORIGINAL.content_hash) == (value == 37.0)
    assert process.strategy["heat"].setpoint.value == value
