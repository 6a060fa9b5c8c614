"""Every bit comes back, equal samples give equal bytes, and damaged bytes give an error and nothing else."""

from dataclasses import replace

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.errors import HistorianError
from homeostat.historian import TagSpec
from homeostat.historian.chunk import Chunk, digest, make_chunks, open_chunks
from homeostat.historian.codec import Block
from homeostat.historian.layout import Layout, parse_layout

ODD_BITS = [0x7FF8000000000000, 0xFFF8000000000001, 0x7FF0000000000001, 1 << 63, 0x7FF0000000000000, 1]
bits = st.one_of(st.integers(0, 2**64 - 1), st.sampled_from(ODD_BITS))
resolutions = st.sampled_from([None, 0.001, 0.01, 0.1, 0.5, 1.0, 5.0, 1e-9, 0.3, 1e300, 5e-324])


def one_row(time: list[int], words: list[int], quality: list[int]) -> Block:
    return Block(
        np.array([time], np.int64),
        np.array([words], np.uint64).view(np.float64),
        np.array([quality], np.uint8),
    )


def chunk_of(block: Block, resolution: float | None = None) -> Chunk:
    [chunk] = make_chunks("b", [TagSpec("t", "1", resolution)], block)
    return chunk


def assert_returns(block: Block, resolution: float | None) -> Chunk:
    chunk = chunk_of(block, resolution)
    [back] = open_chunks([chunk], resolution)
    np.testing.assert_array_equal(back.time, block.time, strict=True)
    np.testing.assert_array_equal(back.value.view(np.uint64), block.value.view(np.uint64))
    np.testing.assert_array_equal(back.quality, block.quality, strict=True)
    return chunk


def steady(values: list[float] | np.ndarray, quality: int = 0) -> Block:
    value = np.array([values], np.float64)
    time = 1_000_000 * np.arange(value.size, dtype=np.int64)[None, :]
    return Block(time, value, np.full(value.shape, quality, np.uint8))


@given(st.data(), resolutions)
@settings(max_examples=200, deadline=None)
def test_every_bit_pattern_returns(data: st.DataObject, resolution: float | None) -> None:
    stamps = st.integers(-(2**62) + 1, 2**62 - 1)
    time = sorted(data.draw(st.lists(stamps, min_size=1, max_size=40, unique=True)))
    several = {"min_size": len(time), "max_size": len(time)}
    words = data.draw(st.lists(bits, **several))
    assert_returns(one_row(time, words, data.draw(st.lists(st.integers(0, 5), **several))), resolution)


@given(
    st.lists(
        st.one_of(st.integers(-(2**50), 2**50), st.integers(-300, 300), st.none()), min_size=1, max_size=60
    ),
    st.sampled_from([0.001, 0.01, 0.1, 0.5, 1.0, 0.25, 0.02]),
    st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_multiples_of_the_resolution_return(
    whole: list[int | None], resolution: float, rounded: bool
) -> None:
    def value(number: int | None) -> float:
        if number is None:
            return float("nan")
        return number / round(1 / resolution) if rounded else number * resolution

    chunk = assert_returns(steady([value(number) for number in whole]), resolution)
    assert parse_layout(chunk.codec).form != "bits"


@pytest.mark.parametrize("value", [-0.0, np.inf, 0.0005, 1e22])
def test_one_value_off_the_grid_keeps_the_whole_chunk_as_bits(value: float) -> None:
    assert parse_layout(assert_returns(steady([1.0, value, 2.0]), 0.001).codec).form == "bits"


def test_a_sensor_of_known_resolution_takes_about_a_byte_a_point() -> None:
    noise = np.random.default_rng(1).standard_normal(600)
    value = np.round(37 + 0.01 * noise, 3)
    chunk = assert_returns(steady(value), 0.001)
    assert len(chunk.data) < 1.1 * 600
    assert chunk.codec.startswith("1.step.q0.quotient")


def test_missing_samples_leave_the_others_small() -> None:
    value = np.round(37 + 0.01 * np.random.default_rng(1).standard_normal(600), 3)
    value[200:260] = np.nan
    chunk = assert_returns(steady(value), 0.001)
    assert chunk.codec.endswith("-holes")
    assert len(chunk.data) < 1.2 * 600


def test_rows_of_one_block_do_not_influence_each_other() -> None:
    rng = np.random.default_rng(2)
    value = np.stack([np.round(rng.normal(size=50), 2), rng.normal(size=50), np.full(50, np.nan)])
    block = Block(np.arange(50)[None, :].repeat(3, 0), value, rng.integers(0, 6, (3, 50)).astype(np.uint8))
    tags = [TagSpec("a", "1", 0.01), TagSpec("b", "1", 0.01), TagSpec("c", "1")]
    for row, (tag, chunk) in enumerate(zip(tags, make_chunks("b", tags, block), strict=True)):
        alone = Block(block.time[[row]], block.value[[row]], block.quality[[row]])
        assert make_chunks("b", [tag], alone) == [chunk]


def test_equal_samples_give_equal_bytes_and_digests() -> None:
    block = steady(np.random.default_rng(3).normal(size=600))
    first, second = chunk_of(block), chunk_of(block)
    assert first == second
    assert digest(first, b"d") == digest(second, b"d")


def test_the_digest_covers_every_column() -> None:
    chunk = chunk_of(steady([1.0, 2.0, 4.0]))
    changes = {
        "batch": "c", "tag": "u", "start": 1, "end": 1_999_999, "samples": 2, "usable": 2, "low": None,
        "high": 4.5, "total": np.nextafter(7.0, 8), "codec": "1.step.q1.bits", "data": chunk.data[:-1],
    }  # fmt: skip
    assert set(changes) == set(Chunk._fields)
    digests = {digest(chunk._replace(**{field: value}), b"d").sha256 for field, value in changes.items()}
    assert len(digests | {digest(chunk, b"d").sha256, digest(chunk, b"e").sha256}) == len(changes) + 2


def test_statistics_count_usable_finite_samples_only() -> None:
    block = steady([5.0, np.nan, 1.0, 900.0, np.inf, 3.0])
    quality = block.quality.copy()
    quality[0, 3] = 2  # UNCERTAIN
    chunk = chunk_of(replace(block, quality=quality))
    assert (chunk.usable, chunk.low, chunk.high, chunk.total) == (3, 1.0, 5.0, 9.0)


def test_statistics_of_nothing_usable_are_absent() -> None:
    assert chunk_of(steady([1.0, 2.0], quality=4))[5:9] == (0, None, None, None)


def test_a_total_beyond_a_double_is_absent() -> None:
    assert chunk_of(steady([1e308, 1e308]))[5:9] == (2, 1e308, 1e308, None)


@given(st.integers(0, 10_000), st.integers(1, 255), st.sampled_from([None, 0.01]))
@settings(max_examples=200, deadline=None)
def test_a_flipped_byte_gives_samples_or_an_error_but_never_a_traceback(
    position: int, mask: int, resolution: float | None
) -> None:
    value = np.round(np.sin(np.arange(120) / 9), 2)
    value[30:40] = np.nan
    time = np.cumsum(np.arange(1, 121))[None, :]
    quality = (np.arange(120) % 3).astype(np.uint8)[None, :]
    chunk = chunk_of(Block(time, value[None, :], quality), resolution)
    data = bytearray(chunk.data)
    data[position % len(data)] ^= mask
    try:
        [block] = open_chunks([chunk._replace(data=bytes(data))], resolution)
    except HistorianError as error:
        assert "batch b, tag t, chunk at 1 µs" in error.where
    else:
        assert block.value.shape == (1, 120)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("data", b""),
        ("data", b"\x28\xb5\x2f\xfd"),
        ("data", "text"),
        ("data", zstandard.ZstdCompressor().compress(bytes(10_000_000))),
        ("samples", 0),
        ("samples", -3),
        ("samples", 2**40),
        ("samples", 59),
        ("samples", 2.5),
        ("end", 0),
        ("end", 10**18),
        ("start", None),
        ("start", -(2**63)),
        ("codec", "2.step.q0.bits"),
        ("codec", "1.step.q0.quotient1"),
        ("codec", "1.step.q9.bits"),
        ("codec", "1.list.q0.bits"),
        ("codec", ""),
        ("low", "nothing"),
    ],
)
def test_a_damaged_column_is_named_and_never_unpacked_blindly(column: str, value: object) -> None:
    chunk = chunk_of(steady(list(range(60))))._replace(**{column: value})
    with pytest.raises(HistorianError) as caught:
        list(open_chunks([chunk], None))
    assert "batch b, tag t" in str(caught.value)


def test_trailing_bytes_after_the_frame_are_refused() -> None:
    chunk = chunk_of(steady(list(range(60))))
    with pytest.raises(HistorianError):
        list(open_chunks([chunk._replace(data=chunk.data + b"\0")], None))


@given(
    st.booleans(),
    st.one_of(st.none(), st.integers(0, 5)),
    st.sampled_from(["product", "quotient"]),
    st.sampled_from([0, 1, 2, 4, 8]),
    st.booleans(),
)
def test_layout_names_are_read_back(
    step: bool, quality: int | None, form: str, width: int, holes: bool
) -> None:
    layout = Layout(step, quality, form, width, holes)
    assert parse_layout(layout.name) == layout
    bare = Layout(step, quality, "bits")
    assert parse_layout(bare.name) == bare
