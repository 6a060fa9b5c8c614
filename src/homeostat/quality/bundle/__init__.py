"""The bundle: one archive with which a third party reads a batch and checks it, offline and without this software.

ledger, historian -> events as stored, proofs to a signed head, values, record, sealed PDF -> manifest, signed -> zip

`making` says what goes in and `archive` packs it so that the same batch gives the same bytes; `proofs` shows that
the events stand in the signed ledger and that the ledger only grew; `values` writes what was measured. The checks are
not here: `docs/verify_bundle.py` and `docs/verify_persons.py` in the repository are independent of this package.
"""

from homeostat.quality.bundle.making import Bundle, make_bundle

__all__ = ["Bundle", "make_bundle"]
