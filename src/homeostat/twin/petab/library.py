"""The optional library that parses SBML and formulas: python-libsbml, of the extra `petab`.

In: nothing. Out: the imported module, or the error that says how to install it.
"""

import importlib
from functools import cache
from typing import Any

from homeostat.errors import TwinError


@cache
def libsbml() -> Any:
    """Return the module `libsbml`. Raises `TwinError` when it is not installed."""
    try:
        return importlib.import_module("libsbml")
    except ImportError as error:
        raise TwinError(
            "SBML cannot be read: python-libsbml is not installed",
            mend="install the extra: pip install 'homeostat[petab]'",
        ) from error
