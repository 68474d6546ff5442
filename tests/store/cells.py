"""Changes for the tests: MK's matrix of Ana in one cycle."""

from csmkit.store.model import Change, Place

CYCLE = "2026-01-01:2026-06-30"
ANA, MK = "ana@example.com", "mk@example.com"


def place(competency: str = "qbr_craft", **other: str) -> Place:
    """A cell of MK's matrix of Ana."""
    given = {"cycle": CYCLE, "phase": "manager", "person_id": ANA, "rater_id": MK}
    return Place(**{**given, "competency": competency, **other})


def change(value: str = "green", seen: int = 0, **other: object) -> Change:
    """A change of that cell."""
    at = {k: other.pop(k) for k in list(other) if k in Place.__dataclass_fields__}
    return Change(place(**at), value, seen=seen, **other)
