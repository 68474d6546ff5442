"""On a server the facilitator of a cycle leads its meetings, but sees nothing about themself."""

import pytest

from csmkit.store.errors import NotAllowed
from csmkit.store.meetings import Event
from tests.store.cells import CYCLE
from tests.store.house import built as built
from tests.store.house import house as house
from tests.store.house import quoted, score
from tests.store.house import server as server
from tests.store.house import still as still


def opens(person, who):
    return Event("m-1", "opens", who, person_id=person)


def test_a_facilitator_decides_and_the_score_goes_along(house):
    store = house.open("fay")
    decision = Event(
        *("m-1", "decides", "fay", "rob", "rita", "qbr_craft", "", "green"),
        reason="new_evidence",
        text="Seen in the call.",
    )
    store.add_events(CYCLE, [decision], changes=[score("fay", "rob", "final", "green")])
    assert store.events(CYCLE, "m-1")["value"].tolist() == ["green"]
    assert "green" in store.scores(CYCLE, person="rob", phase="final")["value"].tolist()


@pytest.mark.parametrize("name", ["rita", "rob", "cy", "earl"])
def test_nobody_else_reads_or_adds(house, name):
    house.open("fay").add_events(CYCLE, [opens("cy", "fay")])
    store = house.open(name)
    assert store.events(CYCLE, "m-1").empty
    with pytest.raises(NotAllowed):
        store.add_events(CYCLE, [opens("cy", name)])


def test_a_facilitator_reads_and_adds_nothing_about_themself(house):
    house.store.add_events(CYCLE, [opens("fay", "olga"), opens("cy", "olga")])
    store = house.open("fay")
    assert store.events(CYCLE, "m-1")["person_id"].tolist() == ["cy"]
    with pytest.raises(NotAllowed):
        store.add_events(CYCLE, [opens("fay", "fay")])


def test_an_owner_reads_all_and_nobody_writes_for_another(house):
    house.store.add_events(CYCLE, [opens("fay", "olga"), opens("cy", "olga")])
    assert len(house.open("olga").events(CYCLE, "m-1")) == 2
    with pytest.raises(NotAllowed):
        house.open("fay").add_events(CYCLE, [opens("cy", "rita")])


def test_who_had_a_role_before_meetings_were_kept_has_its_rights_after(house):
    """What the migration does for the logins of an older store."""
    from csmkit.store.migrations.versions import r0004_meetings as migration

    with house.keeper() as keeper:
        for name in ("fay", "olga", "rita"):
            login = quoted(house.logins[name])
            keeper.execute(f"REVOKE ALL ON meetings FROM {login}")
            keeper.execute(f"REVOKE ALL ON SEQUENCE meetings_id_seq FROM {login}")
    with pytest.raises(NotAllowed):
        house.open("fay").events(CYCLE, "m-1")
    with house.keeper() as keeper:
        keeper.execute(migration._GRANTS)
    house.open("fay").add_events(CYCLE, [opens("cy", "fay")])
    assert len(house.open("olga").events(CYCLE, "m-1")) == 1
    assert house.open("rita").events(CYCLE, "m-1").empty
