"""Prints what each dependency costs, as a table: version, licence, size on disk and CPU time to import.

Run it with the Python of the environment that holds them. The import time is the least of five fresh
interpreters, less the time of one that imports nothing; it counts everything the package itself imports.
"""

import resource
import subprocess
import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path

USES = {
    "numpy": "import numpy",
    "scipy": "import scipy.optimize",
    "casadi": "import casadi",
    "llvmlite": "import llvmlite.binding",
    "pydantic": "from pydantic import BaseModel, Field",
    "PyYAML": "import yaml",
    "pint": "import pint",
    "openpyxl": "import openpyxl",
    "scikit-learn": "import sklearn.ensemble, sklearn.gaussian_process, sklearn.linear_model",
    "threadpoolctl": "import threadpoolctl",
    "typer": "import typer",
    "rich": "import rich.console, rich.table, rich.progress",
    "cryptography": "from cryptography.hazmat.primitives.asymmetric import ed25519",
    "zstandard": "import zstandard",
}
EXTRAS = {"fido2": "import fido2.client, fido2.hid"}
"""What comes only when asked for, and is imported by a command that somebody waits for."""
UNITS = Path(__file__).resolve().parents[1] / "src/homeostat/process/units.txt"
ROUNDS = 5


def cpu_seconds(statement: str) -> float:
    """CPU time (user and system) of a fresh interpreter that executes `statement`: the least of some."""
    return min(_once(statement) for _ in range(ROUNDS))


def _once(statement: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", statement], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def megabytes(package: Distribution) -> float:
    """Size of the installed files of a package, in MB, without byte code."""
    files = [Path(str(file.locate())) for file in package.files or () if file.suffix != ".pyc"]
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def licence(package: Distribution) -> str:
    """The licence as the package declares it: an SPDX expression, a short text or its classifier."""
    fields = [
        field for name in ("License-Expression", "License") for field in package.metadata.get_all(name, [])
    ]
    declared = [field for field in fields if 0 < len(field) < 60]
    classifiers = package.metadata.get_all("Classifier", [])
    return next(
        iter(declared), ", ".join(c.rpartition(" :: ")[2] for c in classifiers if c.startswith("License"))
    )


def main() -> None:
    """Print the table."""
    bare = cpu_seconds("pass")
    print("| package | version | licence as declared | size, MB | import, CPU-s |")
    print("|---|---|---|---|---|")
    for name, statement in (USES | EXTRAS).items():
        package = distribution(name)
        spent = cpu_seconds(statement) - bare
        print(f"| {name} | {package.version} | {licence(package)} | {megabytes(package):.1f} | {spent:.2f} |")
    registries()


def registries() -> None:
    """Print what pint costs with its own registry and with ours, and what its own makes of "pH"."""
    imported = cpu_seconds("import pint")
    own = cpu_seconds(f"import pint; pint.UnitRegistry({str(UNITS)!r})('mL/h')") - imported
    default = cpu_seconds("import pint; pint.UnitRegistry()('mL/h')") - imported
    read = "import pint; print(pint.UnitRegistry().parse_units('pH'))"
    answer = subprocess.run(
        [sys.executable, "-c", read], check=True, capture_output=True, text=True
    ).stdout.strip()
    print(f"\nLoading a registry of units and reading mL/h, import of pint not counted: {own:.2f} CPU-s with")
    print(
        f"Homeostat's `units.txt`, {default:.2f} CPU-s with pint's default, which reads \"pH\" as {answer}."
    )


if __name__ == "__main__":
    main()
