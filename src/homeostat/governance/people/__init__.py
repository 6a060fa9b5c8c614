"""People: enrolment, login, passwords, second factors, security keys, lock-out, training, who may do what.

login(office, account, Secret) -> Session -> authorise(...) in every act -> logout
"""

from homeostat.governance.people.accountability import DECLARATION
from homeostat.governance.people.agreeing import agree
from homeostat.governance.people.asking import Shown
from homeostat.governance.people.credentials import change_password
from homeostat.governance.people.enrolment import activate, enrol, found, invite
from homeostat.governance.people.keeping import change_roles, lock, retire, unlock
from homeostat.governance.people.login import accept, bearer, login, logout, reauthenticate, recognise, resume
from homeostat.governance.people.party import set_party
from homeostat.governance.people.policy import set_policy
from homeostat.governance.people.proving import unproved
from homeostat.governance.people.reset import complete_reset, confirm_reset, request_reset
from homeostat.governance.people.second_factor import (
    Offer,
    enrol_factor,
    offer_factor,
    remove_factor,
    test_factor,
)
from homeostat.governance.people.secret import Question, Response, Secret
from homeostat.governance.people.security_keys import (
    ask_again,
    ask_login,
    ask_signing,
    offer_key,
    register_key,
    remove_key,
    test_key,
    withdraw_key,
)
from homeostat.governance.people.training import train, withdraw

__all__ = [
    "DECLARATION",
    "Offer",
    "Question",
    "Response",
    "Secret",
    "Shown",
    "accept",
    "activate",
    "agree",
    "ask_again",
    "ask_login",
    "ask_signing",
    "bearer",
    "change_password",
    "change_roles",
    "complete_reset",
    "confirm_reset",
    "enrol",
    "enrol_factor",
    "found",
    "invite",
    "lock",
    "login",
    "logout",
    "offer_factor",
    "offer_key",
    "reauthenticate",
    "recognise",
    "register_key",
    "remove_factor",
    "remove_key",
    "request_reset",
    "resume",
    "retire",
    "set_party",
    "set_policy",
    "test_factor",
    "test_key",
    "train",
    "unlock",
    "unproved",
    "withdraw",
    "withdraw_key",
]
