"""Events by their names: which of a ledger are told when those are left out that stand where they should."""

from homeostat.ledger import Event

from .conftest import Place


def test_events_by_name_leave_out_what_is_regular(place: Place) -> None:
    """Of a regular type those alone that are named otherwise, stand before or after their batch, or are of none."""
    told = [
        ("B1/start", "B1", "batch.started"),
        ("B1/000001/000", "B1", "many"),
        ("B1/000001/000.done", "B1", "many"),
        ("forged", "B1", "many"),
        ("B2/000001/001", "B1", "many"),
        ("B1/000002/000", "B1", "batch.ended"),
        ("B1/000003/000", "B1", "many"),
        ("B2/000001/002", "B2", "many"),
        ("B2/start", "B2", "batch.started"),
        ("B2/000003/000", "B2", "many"),
        ("B3/000003/000", "B3", "many"),
    ]
    with place.open() as ledger:
        for name, batch, kind in told:
            ledger.append(Event(name, kind, batch, 0, "scan", {"of": name}))
        ledger.commit()
        assert [one.seq for one in ledger.named()] == list(range(1, len(told) + 1))
        found = ledger.named({"many"}, {"batch.ended"})
        assert [one[:4] for one in found] == [(seq, *told[seq - 1]) for seq in (1, 4, 5, 6, 7, 8, 9, 11)]
        said = [one.said() for one in found]
        assert said == [{"of": one.id} if one.type == "batch.ended" else {} for one in found]
