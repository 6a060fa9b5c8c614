"""Which model is meant: a shipped one by name, or a class in a user's own Python file.

In: "t_cell_expansion", "my_model.py" or "my_model.py:MyModel". Out: the class. A user's file is a program and is run:
whatever goes wrong in it is told with its file and line.
"""

import ast
import importlib.util
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from homeostat.errors import HomeostatError, TwinError

if TYPE_CHECKING:
    from homeostat.twin import Model


def load_model(text: str) -> "type[Model]":
    """The model that `text` names. Raises TwinError that says what exists, or where in the file the fault lies."""
    from homeostat.twin import models

    known = models()
    if text in known:
        return known[text]
    path, name = _parted(text)
    if path.suffix != ".py" and not path.exists():
        from homeostat.process.issues import suggestion

        mend = f"{suggestion(text, known)}; or name a Python file: my_model.py[:ClassName]"
        raise TwinError(f"no model is called '{text}'", mend=mend)
    return _checked(_chosen(_executed(path), path, name), path)


def _parted(text: str) -> tuple[Path, str]:
    """The path and, behind a colon, the name of a class."""
    path, colon, name = text.rpartition(":")
    return (Path(path), name) if colon and name.isidentifier() and path.endswith(".py") else (Path(text), "")


def _executed(path: Path) -> ModuleType:
    """The module in the file at `path`; modules beside it can be imported by it."""
    if not path.is_file():
        what = "the model's file is a directory" if path.is_dir() else "there is no such file"
        raise TwinError(what, where=str(path), mend="name a Python file that declares a model")
    spec = importlib.util.spec_from_file_location(f"homeostat_model_{path.stem}", path.resolve())
    if spec is None or spec.loader is None:
        raise TwinError(
            "this is no Python file", where=str(path), mend="the name of a Python file ends in .py"
        )
    module = importlib.util.module_from_spec(spec)
    with _told(path), _beside(path):
        sys.modules[module.__name__] = module
        spec.loader.exec_module(module)
    return module


@contextmanager
def _beside(path: Path) -> Iterator[None]:
    folder = str(path.resolve().parent)
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn whatever a user's file raises into a TwinError with the line where it did."""
    try:
        yield
    except SyntaxError as error:
        file = path if error.filename == str(path.resolve()) else error.filename or path
        where = f"{file}, line {error.lineno or 1}"
        raise TwinError(f"this is not Python: {error.msg}", where=where, mend="mend the line") from error
    except HomeostatError as error:
        where = f"{_line(path, error)}: {error.where}".removesuffix(": ")
        raise TwinError(error.what, where=where, mend=error.mend) from error
    except (Exception, SystemExit) as error:
        what = f"the model's file raises {type(error).__name__}: {error}".removesuffix(": ")
        raise TwinError(what, where=_line(path, error), mend="mend the line") from error


def _line(path: Path, error: BaseException) -> str:
    """The file and the deepest of its lines that took part."""
    file = str(path.resolve())
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    return f"{path}, line {lines[-1]}" if lines else str(path)


def _chosen(module: ModuleType, path: Path, name: str) -> "type[Model]":
    from homeostat.twin import Model

    found = {
        key: value
        for key, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Model) and value is not Model
    }
    own = {key: value for key, value in found.items() if value.__module__ == module.__name__}
    names = ", ".join(own or found)
    if name and name not in found:
        mend = f"it has: {names}" if names else "declare `class MyModel(Model)`"
        raise TwinError(f"the file has no model called {name}", where=str(path), mend=mend)
    if not name and not own:
        mend = "declare `class MyModel(Model)`, from homeostat.twin"
        raise TwinError("the file declares no model", where=str(path), mend=mend)
    if not name and len(own) > 1:
        first = next(iter(own))
        raise TwinError(f"the file declares {names}", where=str(path), mend=f"name one: {path}:{first}")
    return found[name] if name else next(iter(own.values()))


def _checked(model: "type[Model]", path: Path) -> "type[Model]":
    """The model, once its equations could be written out."""
    with _told(path):
        model.function()
    _check_units(model, path)
    return model


def _check_units(model: "type[Model]", path: Path) -> None:
    """Raise TwinError for the first quantity whose unit cannot be read."""
    from homeostat.errors import UnitError
    from homeostat.process.units import check_unit

    for quantity in (each for group in model.signature.groups for each in group):
        try:
            check_unit(quantity.unit)
        except UnitError as error:
            place = _declaration(path, model.__name__, quantity.name)
            raise TwinError(
                f"the unit of {quantity.kind} {quantity.name}: {error.what}", where=place, mend=error.mend
            ) from error


def _declaration(path: Path, model: str, name: str) -> str:
    """The file and the line where `name` is declared: in `model` itself, or in a class that it builds upon."""
    classes = [node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.ClassDef)]
    classes.sort(key=lambda node: node.name != model)
    lines = [
        line.lineno
        for node in classes
        for line in node.body
        if isinstance(line, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in line.targets)
    ]
    return f"{path}, line {lines[0]}" if lines else str(path)
