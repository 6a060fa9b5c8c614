"""IR to machine code in memory, for the host or for a named processor; compiled code is kept by content.

In: a key that stands for the code, and how to get its IR text. Out: a library of callables on raw buffers. llvmlite's
MCJIT, no C compiler. Object code is kept in the process and, between processes, in the user's cache folder.
"""

import ctypes
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import llvmlite
from llvmlite import binding as llvm

from homeostat.twin.engine.cache import read_cached, write_cached

CODE_GENERATION = 1
"""LLVM's level 1: level 0 halves the speed, level 2 compiles a third longer for none. Of the optimisation passes only
the one that turns variables into registers is run: all of level 1 would run a tenth quicker and take twice as long."""


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
class Library:
    """Compiled functions, and the engine that owns their memory."""

    engine: Any
    machine: Any = field(repr=False)

    def function(self, name: str, arguments: int) -> Callable[..., None]:
        """Return the function `name` of as many pointers; a call releases the interpreter's lock."""
        prototype = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * arguments)
        return prototype(self.engine.get_function_address(name))


_LIBRARIES: dict[str, Library] = {}


def library(key: str, text: Callable[[], str], target: Target) -> Library:
    """Return the code that `key` stands for, compiling the IR of `text` only if it was never compiled before.

    The same key must always mean the same IR: the target and LLVM's version are added to it here.
    """
    identity = "\n".join((key, target.cpu, target.features, llvmlite.__version__, llvm.get_process_triple()))
    name = hashlib.sha256(identity.encode()).hexdigest()
    if name not in _LIBRARIES:
        machine = _machine(target)
        code = read_cached(name)
        if code is None:
            code = _compile(text(), machine)
            write_cached(name, code)
        _LIBRARIES[name] = _load(code, machine)
    return _LIBRARIES[name]


def _machine(target: Target) -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=target.cpu, features=target.features, opt=CODE_GENERATION, jit=True
    )


def _compile(text: str, machine: Any) -> bytes:
    module = llvm.parse_assembly(text)
    passes = llvm.create_new_module_pass_manager()
    passes.add_sroa_pass()
    passes.run(module, llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options()))
    code: bytes = machine.emit_object(module)
    return code


def _load(code: bytes, machine: Any) -> Library:
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return Library(engine, machine)
