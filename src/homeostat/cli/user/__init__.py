"""`homeostat user`: accounts, roles, passwords, second factors, training, sessions, and the review of access.

One idea a file; what they share stands in `shared`. Who acts is named with --as; a secret is never an argument.
"""

from collections.abc import Callable, Mapping

import typer

from homeostat.cli.user.accounts import (
    add_user,
    change_user_roles,
    found_site,
    invite_user,
    lock_user,
    retire_user,
    unlock_user,
)
from homeostat.cli.user.agreeing import agree_to_user
from homeostat.cli.user.coming import accept_accountability, log_in, log_out
from homeostat.cli.user.factor import second_factor
from homeostat.cli.user.keys import key
from homeostat.cli.user.listing import list_users, review_users
from homeostat.cli.user.passwords import change_own_password, join_site, reset_password
from homeostat.cli.user.policy import access_policy
from homeostat.cli.user.training import train_user

user = typer.Typer(
    name="user",
    help="Keep accounts: enrol persons, give roles, lock, train, review who may do what; log in and out.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_COMMANDS: Mapping[str, Callable[..., None]] = {
    "list": list_users,
    "found": found_site,
    "add": add_user,
    "agree": agree_to_user,
    "invite": invite_user,
    "join": join_site,
    "roles": change_user_roles,
    "lock": lock_user,
    "unlock": unlock_user,
    "retire": retire_user,
    "password": change_own_password,
    "reset": reset_password,
    "train": train_user,
    "second-factor": second_factor,
    "accept": accept_accountability,
    "login": log_in,
    "logout": log_out,
    "policy": access_policy,
    "review": review_users,
}
for _name, _command in _COMMANDS.items():
    user.command(_name)(_command)
user.add_typer(key)

__all__ = ["user"]
