"""One column of many chunks at a time, to bytes and back: every row of a (k, n) matrix is one chunk.

Bytes are shuffled (all first bytes, then all second bytes, ...): neighbouring samples differ in the low bytes
only, so the high ones become long runs that zstd removes. Differences are zigzag coded (0, -1, 1, -2, ...
become 0, 1, 2, 3, ...) so that small steps of either sign have zero high bytes. Measured on a noisy sensor of
0.001 resolution: 0.83 bytes a point, against 1.10 shuffled without zigzag and 1.21 plain.
"""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from homeostat.historian.layout import Layout
from homeostat.historian.series import Bits, Codes, Flags, Floats, Times

Packed = list[bytes]
Integers = npt.NDArray[np.int64]

MISSING = np.uint64(0x7FF8000000000000)
"""The bits of the plain NaN that stands for a missing value; any other NaN is kept bit for bit."""

FORMS: Mapping[str, Callable[[Integers, Floats], Floats]] = {
    # A decimal that was read or rounded as text is the quotient; one made as rint(x / r) * r is the product.
    "quotient": lambda whole, resolution: whole / np.rint(1.0 / resolution),
    "product": lambda whole, resolution: whole * resolution,
}
_LARGEST = 2.0**52


def shuffle(words: Bits, width: int) -> Codes:
    """The low `width` bytes of each word (k, n), byte planes one after the other (k, width·n)."""
    k, n = words.shape
    planes = words.astype(f"<u{width}").view(np.uint8).reshape(k, n, width).transpose(0, 2, 1)
    return np.ascontiguousarray(planes).reshape(k, width * n)


def unshuffle(planes: Codes, width: int) -> Bits:
    """The inverse of `shuffle`."""
    k, size = planes.shape
    if width == 1:
        return planes.astype(np.uint64)
    words = np.ascontiguousarray(planes.reshape(k, width, size // width).transpose(0, 2, 1))
    return words.view(f"<u{width}").reshape(k, size // width).astype(np.uint64)


def zigzag(differences: Integers) -> Bits:
    """Signed to unsigned, small magnitudes to small numbers."""
    return ((differences << 1) ^ (differences >> 63)).view(np.uint64)


def unzigzag(words: Bits) -> Integers:
    """The inverse of `zigzag`."""
    signs: Integers = -(words & np.uint64(1)).astype(np.int64)
    return (words >> np.uint64(1)).view(np.int64) ^ signs


def widths(words: Bits) -> npt.NDArray[np.int64]:
    """Bytes (0, 1, 2, 4 or 8) that hold every word of each row (k,)."""
    largest = words.max(axis=1, initial=0)
    return np.select([largest == 0, largest < 1 << 8, largest < 1 << 16, largest < 1 << 32], [0, 1, 2, 4], 8)


def pack_bits(value: Floats) -> Packed:
    """The eight bytes of each float, shuffled."""
    return [row.tobytes() for row in shuffle(value.view(np.uint64), 8)]


def unpack_bits(section: Codes) -> Floats:
    """The inverse of `pack_bits`."""
    return unshuffle(section, 8).view(np.float64)


def multiples(value: Floats, resolution: Floats, form: str) -> tuple[Integers, Flags, Flags]:
    """Values (k, n) as multiples of `resolution` (k, 1): the integers, and where values are missing (k, n).

    The third result tells in which rows (k,) every bit comes back.
    """
    bits = value.view(np.uint64)
    missing = bits == MISSING
    with np.errstate(all="ignore"):
        scaled = np.rint(value / resolution)
        whole = np.where(np.abs(scaled) < _LARGEST, scaled, 0.0).astype(np.int64)
        back = FORMS[form](whole, resolution)
    exact: Flags = ((back.view(np.uint64) == bits) | missing).all(axis=1)
    return whole, missing, exact


def pack_multiples(whole: Integers, missing: Flags) -> list[tuple[int, bool, bytes]]:
    """Width of the differences, whether there are holes, and the bytes, for each row of integers (k, n)."""
    if missing.any():
        whole = _bridge(whole, missing)
    steps = zigzag(np.diff(whole, axis=1))
    width = widths(steps)
    first = whole[:, 0].astype("<i8")
    holes: Flags = np.any(missing, axis=1)
    packed: list[tuple[int, bool, bytes]] = [(0, False, b"")] * len(whole)
    for size in np.unique(width).tolist():
        rows = np.flatnonzero(width == size)
        planes = shuffle(steps[rows], size) if size else steps[rows, :0].view(np.uint8)
        for row, plane in zip(rows.tolist(), planes, strict=True):
            gaps = np.packbits(missing[row]).tobytes() if holes[row] else b""
            packed[row] = size, bool(holes[row]), first[row].tobytes() + plane.tobytes() + gaps
    return packed


def unpack_multiples(section: Codes, count: int, layout: Layout, resolution: float) -> Floats:
    """The inverse of `pack_multiples` and `multiples`: values (k, count) of rows that share one layout."""
    whole = np.empty((len(section), count), np.int64)
    whole[:, 0] = np.ascontiguousarray(section[:, :8]).view("<i8")[:, 0]
    end = 8 + layout.width * (count - 1)
    whole[:, 1:] = unzigzag(unshuffle(section[:, 8:end], layout.width)) if end > 8 else 0
    np.cumsum(whole, axis=1, out=whole)
    with np.errstate(all="ignore"):
        value = FORMS[layout.form](whole, np.array([[resolution]]))
    if layout.holes:
        missing = np.unpackbits(section[:, end:], axis=1, count=count).astype(bool)
        value.view(np.uint64)[missing] = MISSING
    return value


def pack_times(time: Times) -> list[tuple[bool, bytes]]:
    """Whether the stamps of each row (k, n) keep a fixed step, and if not the bytes of their differences."""
    differences = np.diff(time, axis=1)
    steady = (differences == differences[:, :1]).all(axis=1)
    packed = [(True, b"")] * len(time)
    for row in np.flatnonzero(~steady).tolist():
        packed[row] = False, shuffle(differences[row : row + 1].view(np.uint64), 8).tobytes()
    return packed


def unpack_times(section: Codes, start: Times, end: Times, count: int) -> Times:
    """Stamps (k, count) from their differences, or at a fixed step if the section is empty."""
    time = np.empty((len(start), count), np.int64)
    time[:, 0] = start
    if section.shape[1]:
        time[:, 1:] = unshuffle(section, 8).view(np.int64)
    else:
        time[:, 1:] = ((end - start) // max(count - 1, 1))[:, None]
    return np.cumsum(time, axis=1, out=time)


def pack_quality(quality: Codes) -> list[tuple[int | None, bytes]]:
    """The one code of each row (k, n), or None and a byte a sample."""
    same = (quality == quality[:, :1]).all(axis=1).tolist()
    first = quality[:, 0].tolist()
    return [(first[i], b"") if one else (None, quality[i].tobytes()) for i, one in enumerate(same)]


def _bridge(whole: Integers, missing: Flags) -> Integers:
    """Repeat the last value over missing ones, so that a hole costs no difference."""
    present = np.where(missing, 0, np.arange(whole.shape[1]))
    return np.take_along_axis(np.where(missing, 0, whole), np.maximum.accumulate(present, axis=1), axis=1)
