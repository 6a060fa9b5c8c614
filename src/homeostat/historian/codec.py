"""Samples to the compressed bytes of chunks and back, every bit of every float kept.

A chunk's bytes are one zstd frame over its time, quality and value sections (see `layout`). Values are stored
as differences of multiples of the tag's resolution when that reproduces every bit of the chunk, else as the
floats' own bytes. Many chunks of equal length are coded at once, one a row, because numpy costs the same for
one row as for forty.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import zstandard

from homeostat.errors import HistorianError
from homeostat.historian.columns import (
    FORMS,
    multiples,
    pack_bits,
    pack_multiples,
    pack_quality,
    pack_times,
    unpack_bits,
    unpack_multiples,
    unpack_times,
)
from homeostat.historian.layout import Layout, layout_name
from homeostat.historian.series import Codes, Floats, Times
from homeostat.process.reading import Quality

LONGEST = 65_536
"""No chunk holds more samples: a damaged count cannot ask for more memory than this."""

_LEVEL = 1  # levels 3 and 9 were slower and no smaller on sensor data
_PACK = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=False, write_content_size=True)
_UNPACK = zstandard.ZstdDecompressor()


@dataclass(frozen=True, slots=True)
class Block:
    """Samples of k chunks of n samples each: three (k, n) arrays."""

    time: Times
    value: Floats
    quality: Codes


def encode(block: Block, resolution: Sequence[float | None]) -> list[tuple[str, bytes]]:
    """Layout name and compressed bytes of each row, given each row's resolution (None: not known)."""
    times, qualities = pack_times(block.time), pack_quality(block.quality)
    values = _pack_values(block.value, resolution)
    encoded = []
    for (step, time), (code, quality), (form, width, holes, value) in zip(
        times, qualities, values, strict=True
    ):
        name = layout_name(Layout(step, code, form, width, holes))
        encoded.append((name, _PACK.compress(time + quality + value)))
    return encoded


def inflate(data: bytes, layout: Layout, count: int) -> bytes:
    """The uncompressed sections of one chunk; HistorianError unless they have exactly the layout's size."""
    if not 1 <= count <= LONGEST:
        raise HistorianError(f"a chunk cannot hold {count} samples")
    size = sum(layout.sizes(count))
    try:
        if zstandard.frame_content_size(data) != size:
            raise HistorianError(f"the compressed data does not hold {count} samples")
        raw = _UNPACK.decompress(data, max_output_size=size, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise HistorianError("the compressed data is damaged") from error
    return raw


def decode(
    raws: Sequence[bytes], shape: Layout, count: int, span: tuple[Times, Times], resolution: float | None
) -> Block:
    """Samples of k chunks of one layout and length, from their inflated bytes and their `span`: two (k,)."""
    if shape.form != "bits" and resolution is None:
        raise HistorianError(f"the codec {shape.name} needs the tag's resolution")
    sections = np.frombuffer(b"".join(raws), np.uint8).reshape(len(raws), -1)
    times, qualities, _ = shape.sizes(count)
    time = unpack_times(sections[:, :times], *span, count)
    if shape.quality is None:
        quality = np.ascontiguousarray(sections[:, times : times + qualities])
    else:
        quality = np.full((len(raws), count), shape.quality, np.uint8)
    values = sections[:, times + qualities :]
    if resolution is None or shape.form == "bits":
        value = unpack_bits(values)
    else:
        value = unpack_multiples(values, count, shape, resolution)
    return _plausible(Block(time, value, quality), span[1])


def _plausible(block: Block, end: Times) -> Block:
    if not ((np.diff(block.time, axis=1) > 0).all() and (block.time[:, -1] == end).all()):
        raise HistorianError("the time stamps do not run from start to end")
    if block.quality.max() > Quality.MISSING:
        raise HistorianError("a quality code is unknown")
    return block


def _pack_values(value: Floats, resolution: Sequence[float | None]) -> list[tuple[str, int, bool, bytes]]:
    steps = np.array([np.nan if step is None else step for step in resolution])
    packed: list[tuple[str, int, bool, bytes] | None] = [None] * len(value)
    left = np.flatnonzero(~np.isnan(steps))
    for form in FORMS:
        if not left.size:
            break
        whole, missing, exact = multiples(value[left], steps[left, None], form)
        for row, coded in zip(
            left[exact].tolist(), pack_multiples(whole[exact], missing[exact]), strict=True
        ):
            packed[row] = (form, *coded)
        left = left[~exact]
    rest = [row for row, coded in enumerate(packed) if coded is None]
    for row, raw in zip(rest, pack_bits(value[rest]), strict=True):
        packed[row] = ("bits", 8, False, raw)
    return [coded for coded in packed if coded is not None]
