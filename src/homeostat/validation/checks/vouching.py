"""That nobody is put among a site's persons by whoever writes its files: every account leads back to the founding.

21 CFR 11.10(g), 11.200(a)(3) and 11.300 (paraphrases).
"""

from homeostat.governance.known import directory
from homeostat.governance.people import login
from homeostat.ledger.catalogue import Act
from homeostat.ledger.catalogue.people import (
    AccessPolicySet,
    AccountAgreed,
    AccountEnrolled,
    AccountInvited,
    CredentialSet,
    ResetConfirmed,
    ResetRequested,
    RolesChanged,
)
from homeostat.ledger.identity import PersonalKey
from homeostat.ledger.identity.personal import digest
from homeostat.quality.verify import verify_site
from homeostat.validation.checking import Workbench, expect, proves
from homeostat.validation.scene import scene
from homeostat.validation.staff import founded, hired

_WHY = "a scene"


@proves("P11-200a2-3", "P11-10g")
def no_reset_and_no_person_comes_from_the_sites_files_alone(bench: Workbench) -> str:
    """Resets, enrolments, roles and a policy are forged under the site's key in the names of two who may."""
    with scene(bench) as (office, _):
        ada, vera = founded(office)
        maria = hired(office, ada, vera, "maria", "operator")
        before = directory(office)
        forged = _forged()
        for actor, act in forged:
            office.put(actor, act)
            now = directory(office)
            expect((now.accounts, now.policy) == (before.accounts, before.policy), f"{act.type} was believed")
        login(office, "maria", maria.secret)
        found = [one.what for one in verify_site(office.site).findings]
        told = sum("made without their key" in one for one in found)
        expect(
            len(found) == len(forged), f"{len(forged)} events were forged, {len(found)} are found: {found}"
        )
        expect(told == 8, f"8 acts were forged in others' names, {told} are found")
        return (
            f"{len(forged)} events forged under the site's key made nobody and replaced no key; each is found"
        )


def _forged() -> list[tuple[str, Act]]:
    """A reset of Maria, two invented persons, Maria promoted, a lax policy: as by Ada and Vera."""
    code = digest("mine")
    ghost = PersonalKey.generate("ghost")
    enrolled = AccountEnrolled(
        account="ghost", name="Nobody", roles=("quality assurance",), founding=True, why=_WHY
    )
    return [
        ("ada", ResetRequested(account="maria", code=code, expires="", why=_WHY)),
        ("vera", ResetConfirmed(account="maria", code=code, why=_WHY)),
        ("maria", _key(PersonalKey.generate("maria"), proof="mine mine")),
        ("ada", enrolled.model_copy(update={"invitation": code})),
        ("ada", AccountInvited(account="maria", invitation=code, expires="", why=_WHY)),
        ("vera", AccountAgreed(account="ghost", roles=("quality assurance",), why=_WHY)),
        ("ghost", _key(ghost, proof="mine")),
        ("ada", enrolled.model_copy(update={"vouching": True, "fingerprint": ghost.fingerprint})),
        ("ghost", _key(ghost, proof="")),
        ("ada", RolesChanged(account="maria", roles=("qualified person",), why=_WHY)),
        (
            "ada",
            AccessPolicySet(
                idle_minutes=60, session_hours=24, password_days=0, attempts=10, lock_minutes=5, why=_WHY
            ),
        ),
    ]


def _key(key: PersonalKey, *, proof: str) -> CredentialSet:
    return CredentialSet(
        account=key.account, public=key.public, fingerprint=key.fingerprint, proof=proof, why=_WHY
    )
