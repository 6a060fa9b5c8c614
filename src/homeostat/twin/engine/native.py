"""IR to machine code in memory, for the host or for a named processor; compiled kernels are kept by content.

In: an IR module's text. Out: callables on raw buffers. llvmlite's MCJIT, no C compiler, nothing written to disk.
"""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from llvmlite import binding as llvm

OPTIMISATION = 1  # measured: level 2 compiles a third longer for the same speed


@dataclass(frozen=True)
class Target:
    """The processor to compile for, in LLVM's names; it decides the speed and never the bits."""

    cpu: str
    features: str

    @classmethod
    def host(cls) -> "Target":
        """Return the processor this runs on."""
        return cls(llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten())


@dataclass(frozen=True)
class Native:
    """Two compiled functions and the engine that owns their memory."""

    advance: Callable[[Any, Any], None]
    outputs: Callable[[Any, Any], None]
    engine: Any


@lru_cache(maxsize=64)
def compile_module(text: str, target: Target) -> Native:
    """Compile IR `text` for `target`; the same text and target give the same code object again."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=target.cpu, features=target.features, opt=OPTIMISATION
    )
    module = llvm.parse_assembly(text)
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=OPTIMISATION))
    builder.getModulePassManager().run(module, builder)
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    prototype = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)
    advance, outputs = (prototype(engine.get_function_address(name)) for name in ("advance", "outputs"))
    return Native(advance, outputs, (engine, machine))
