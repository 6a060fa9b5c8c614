"""The bars of the engine: those that depend on the instruction set are half as high without AVX-512."""

from collections.abc import Mapping

from homeostat.twin import Target

WITH_AVX512: Mapping[str, float] = {"kernel": 50_000.0, "end to end": 40_000.0, "sensitivities": 2_000.0}
"""Batches in a second of CPU time on one core."""
SHARE: Mapping[str, float] = {"AVX-512": 1.0, "AVX2": 0.5}
"""What is asked of an instruction set: its registers hold eight or four batches. None is set for others."""
CORES = 1.8
"""Two cores beside one, by the clock on the wall."""
COMPILE_MS = 500.0
"""Trace and compile for the first time."""
CACHE_MS = 20.0
"""The same from the cache."""

_FEATURES: Mapping[str, str] = {"avx512f": "AVX-512", "avx2": "AVX2", "neon": "NEON", "sse2": "SSE2"}


def instruction_set(target: Target) -> str:
    """The widest instruction set that kernels use on `target`."""
    features = target.features.split(",")
    return next((name for feature, name in _FEATURES.items() if f"+{feature}" in features), "scalar")


def bar(what: str, instructions: str) -> float | None:
    """The bar of `what` for a machine with these `instructions`; None where none was set."""
    share = SHARE.get(instructions)
    return None if share is None else share * WITH_AVX512[what]


def stated(what: str, instructions: str) -> str:
    """The instruction set, and what is asked with AVX-512 where this is not that."""
    if instructions == "AVX-512":
        return instructions
    return f"{instructions} (with AVX-512: {WITH_AVX512[what]:,.0f})"
