"""The numeric environment of a batch: what could make another machine compute other bits, should anything."""

import platform
import sys
from importlib.metadata import version

import llvmlite.binding as llvm

from homeostat import __version__

PACKAGES = ("numpy", "scipy", "casadi", "llvmlite", "pydantic", "zstandard")


def environment(kernel: str) -> dict[str, str]:
    """Versions of the software that computes, the machine it runs on, and the hash of the twin's kernel."""
    return {
        "homeostat": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": llvm.get_host_cpu_name(),
        "byte order": sys.byteorder,
        "kernel": kernel,
        **{package: version(package) for package in PACKAGES},
    }
