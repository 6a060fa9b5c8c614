"""What was measured and computed in a batch, as files anyone can read: CSV always, Parquet where pyarrow is installed.

In: the historian. Out: names and bytes of the files, the same for the same values.
"""

import importlib
import importlib.util
import io
import json
from collections.abc import Iterator

import numpy as np

from homeostat.historian import Historian, Series, TagSpec
from homeostat.process.reading import Quality

_NAMES = {quality.value: quality.name.lower() for quality in Quality}


def value_files(historian: Historian, batch: str, *, parquet: bool) -> Iterator[tuple[str, bytes]]:
    """`values/tags.json`, a CSV file for each tag, and all values in one Parquet file if asked for."""
    tags = historian.tags(batch) if batch in historian.batches() else ()
    listed = {spec.name: {"unit": spec.unit, "file": _file(place)} for place, spec in enumerate(tags, 1)}
    yield "values/tags.json", (json.dumps(listed, indent=1, ensure_ascii=False) + "\n").encode()
    series = [(spec, historian.read(batch, spec.name)) for spec in tags]
    for place, (_, one) in enumerate(series, 1):
        yield f"values/{_file(place)}", _csv(one)
    if parquet and series:
        yield "values.parquet", _parquet(series)


def has_parquet() -> bool:
    """Whether Parquet files can be written here (extra `parquet`)."""
    return importlib.util.find_spec("pyarrow") is not None


def _file(place: int) -> str:
    return f"{place:04d}.csv"


def _csv(series: Series) -> bytes:
    """Time in µs of process time, the value as recorded (shortest form that reads back exactly), its quality."""
    values = map(repr, series.value.tolist())
    quality = map(_NAMES.__getitem__, series.quality.tolist())
    lines = map(",".join, zip(map(str, series.time.tolist()), values, quality, strict=True))
    return "\n".join(["time_us,value,quality", *lines, ""]).encode()


def _parquet(series: list[tuple[TagSpec, Series]]) -> bytes:
    """All tags below one another: tag, unit, time_us, value, quality. Encodings are named: no guess, no chance."""
    arrow, files = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    counts = [len(one.time) for _, one in series]

    def repeated(words: list[str]) -> object:
        known = list(dict.fromkeys(words))  # with a word twice, pyarrow's order of them is left to chance
        codes = np.repeat(np.array([known.index(word) for word in words], np.int32), counts)
        return arrow.DictionaryArray.from_arrays(codes, known)

    table = arrow.table(
        {
            "tag": repeated([spec.name for spec, _ in series]),
            "unit": repeated([spec.unit for spec, _ in series]),
            "time_us": np.concatenate([one.time for _, one in series]),
            "value": np.concatenate([one.value for _, one in series]),
            "quality": np.concatenate([one.quality for _, one in series]),
        }
    )
    target = io.BytesIO()
    files.write_table(
        table,
        target,
        compression="zstd",
        use_dictionary=["tag", "unit", "quality"],
        column_encoding={"time_us": "DELTA_BINARY_PACKED", "value": "PLAIN"},
    )
    return target.getvalue()
