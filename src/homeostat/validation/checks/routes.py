"""Access is limited at every door: each act of a person, found in the code itself, refuses whoever has no session.

An act is a public function of governance, quality or execution that takes an office and a session; none is listed
by hand, so that one which is added tomorrow is tried tomorrow.
"""

import inspect
from collections.abc import Callable, Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Any, Literal, get_args, get_origin, get_type_hints

from homeostat import execution, governance, quality
from homeostat.errors import AuthorityError
from homeostat.execution.slips import AlarmSlip, ControlSlip
from homeostat.governance import Office, Session
from homeostat.governance import people as folk
from homeostat.governance.people import Secret, logout
from homeostat.governance.signing import Subject
from homeostat.ledger.catalogue.people import AccessRefused
from homeostat.validation.checking import Workbench, expect, proves, refused
from homeostat.validation.scene import scene
from homeostat.validation.staff import staff

NO_ACTS = {
    "homeostat.governance.authority": "the gate itself, which the acts ask",
    "homeostat.governance.orderly": "what acts are wrapped in: it tells what they refuse",
    "homeostat.governance.turns": "how acts go on record one after another: they ask the gate before",
    "homeostat.governance.custody.entry": "how custody acts go on record: they ask the gate before",
    "homeostat.governance.signing.apart": "a part of every signing, which asks for the session itself",
    "homeostat.governance.people.login.logout": "it ends a session, a dead one too",
    "homeostat.governance.people.login.bearer": "what a session is proved by, to be shown again",
    "homeostat.governance.custody.matching": "the hard stop inside a hand-over: to hold is open to all",
    "homeostat.execution.entering.written": "the words of an entry; who enters them is asked before",
    "homeostat.execution.entering.sign_entry": "a part of every entry, which is asked for before",
    "homeostat.quality.release.entered.signed_result": "a part of every late result, which is asked for before",
    "homeostat.execution.taking_up": "the engine's, after it has asked",
}
"""Modules and functions that take a session and are no acts, and why."""
_MADE: dict[object, Any] = {
    str: "x",
    Secret: Secret("x"),
    Subject: Subject("batch record", "B0001", b"what was shown"),
    AlarmSlip | ControlSlip: AlarmSlip(order="acknowledge", alarm="x", by="x", reason="x"),
}
Act = Callable[..., object]


@proves("P11-10d")
def every_act_refuses_whoever_has_no_living_session(bench: Workbench) -> str:
    """Each is tried by nobody, after logout, after idleness, and by a locked account; each refusal is on record."""
    with scene(bench) as (office, later):
        team = staff(office, ada="administrator", left="operator", idle="operator", shut="operator")
        logout(office, team["left"].session)
        folk.lock(office, team["ada"].session, "shut", why="a scene")
        later.put(minutes=16)
        nobody = Session("nobody", "Nobody", ("operator",), "0" * 32)
        sessions = [nobody, *(team[name].session for name in ("left", "idle", "shut"))]
        acts, before = dict(_acts()), _refusals(office)
        for name, act in acts.items():
            for session in sessions:
                with refused(AuthorityError, f"{name} of {session.person} without a session"):
                    act(**_arguments(act, office, session))
        recorded, tried = _refusals(office) - before, len(acts) * len(sessions)
        expect(recorded == tried > 200, f"{tried} attempts, but {recorded} refusals on record")
        return (
            f"{len(acts)} acts refused {len(sessions)} persons without a living session each; all on record"
        )


def _acts() -> Iterator[tuple[str, Act]]:
    """Every act by its full name."""
    for room in (governance, quality, execution):
        for found in walk_packages(room.__path__, f"{room.__name__}."):
            module = import_module(found.name)
            for name, value in vars(module).items():
                if _is_act(f"{found.name}.{name}", value):
                    yield f"{found.name}.{name}", value


def _is_act(name: str, value: Any) -> bool:
    module, _, own = name.rpartition(".")
    if not inspect.isfunction(value) or value.__module__ != module or own.startswith("_"):
        return False
    return {"office", "session"} <= inspect.signature(value).parameters.keys() and NO_ACTS.keys().isdisjoint(
        (module, name)
    )


def _arguments(act: Act, office: Office, session: Session) -> dict[str, Any]:
    """Something for everything that has to be given."""
    hints, given = get_type_hints(act), dict[str, Any](office=office, session=session)
    for name, parameter in inspect.signature(act).parameters.items():
        if (
            name not in given
            and parameter.default is parameter.empty
            and parameter.kind != parameter.VAR_POSITIONAL
        ):
            hint = hints[name]
            given[name] = get_args(hint)[0] if get_origin(hint) is Literal else _MADE.get(hint)
    return given


def _refusals(office: Office) -> int:
    return sum(1 for _ in office.acts((AccessRefused.type,)))
