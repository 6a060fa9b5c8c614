"""Every function that is given a session asks first whether it may: all are called with none that lives."""

import inspect
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest

import homeostat.governance
from homeostat.errors import AuthorityError
from homeostat.governance import Office, Session
from homeostat.governance.signing import Subject
from homeostat.site import Site

ASKED_BY_OTHERS = {
    "homeostat.governance.authority",  # what asks
    "homeostat.governance.people.login.logout",  # ends what is not there
    "homeostat.governance.people.login.bearer",  # changes what is not there
    "homeostat.governance.custody.matching.stop",  # what an act does that was permitted and found a mismatch
    "homeostat.governance.gate.admit",  # a training site may start without anybody
}


def _routes() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Public functions of the rooms of acts whose first parameters are an office and a session."""
    for found in walk_packages(homeostat.governance.__path__, "homeostat.governance."):
        module = import_module(found.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == found.name and not name.startswith("_")
            if own and list(inspect.signature(function).parameters)[:2] == ["office", "session"]:
                yield f"{found.name}.{name}", function


ROUTES = {
    name: function
    for name, function in _routes()
    if name not in ASKED_BY_OTHERS and name.rpartition(".")[0] not in ASKED_BY_OTHERS
}


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_no_act_without_a_living_session(name: str, tmp_path: Path) -> None:
    function = ROUTES[name]
    stranger = Session("nobody", "Nobody", ("administrator",), "0" * 32)
    rest = list(inspect.signature(function).parameters.values())[2:]
    given = [_some(one) for one in rest if one.kind is not one.KEYWORD_ONLY and one.default is one.empty]
    named = {
        one.name: _some(one) for one in rest if one.kind is one.KEYWORD_ONLY and one.default is one.empty
    }
    clock, nonce = (lambda: "2026-03-01T00:00:00+00:00"), iter(f"n{number}" for number in range(9))
    with Office.open(Site.create(tmp_path / "site", "gmp"), clock, lambda: next(nonce)) as office:
        with pytest.raises(AuthorityError):
            function(office, stranger, *given, **named)
        assert {one.event.type for one in office.ledger.events()} <= {"access.refused"}


def _some(parameter: inspect.Parameter) -> Any:
    """A text or a subject where one is wanted, and otherwise a thing that nothing can be done with."""
    if "Subject" in str(parameter.annotation):
        return Subject("record", "x", b"x")
    return "x" if "str" in str(parameter.annotation) else object()


def test_the_routes_are_found() -> None:
    assert len(ROUTES) > 15
