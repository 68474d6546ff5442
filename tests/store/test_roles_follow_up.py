"""On a server: who hands in what, who sees it then, and who says whether something was kept."""

import psycopg
import pytest

from csmkit.errors import UsageError
from csmkit.store.errors import NotAllowed
from csmkit.store.roles import add_member, remove_member
from tests.compute.helpers import csms, cycle_of, rows
from tests.store.cells import CYCLE
from tests.store.house import House, database, quoted
from tests.store.house import built as built
from tests.store.house import house as house
from tests.store.house import server as server
from tests.store.house import still as still


def ids(store):
    return set(store.evidence(CYCLE)["evidence_id"])


def test_a_csm_hands_in_what_they_wrote_and_the_room_sees_it(house):
    assert "cy-cy" not in ids(house.open("rita"))
    assert house.open("cy").submit(CYCLE, ["cy-cy"], who="cy") == 1
    for name in ("rita", "rob", "fay", "cy"):
        shown = house.open(name).evidence(CYCLE).set_index("evidence_id")["private"]
        assert bool(shown["cy-cy"]) is False
    assert "rob-cy" not in ids(house.open("rita"))


def test_a_manager_hands_in_and_the_person_reads_it(house):
    assert "rob-cy" not in ids(house.open("cy"))
    assert house.open("rob").submit(CYCLE, ["rob-cy"], who="rob") == 1
    assert "rob-cy" in ids(house.open("cy"))


@pytest.mark.parametrize("name", ["rita", "fay", "cy", "earl"])
def test_nobody_hands_in_what_another_wrote(still, name):
    with pytest.raises(UsageError, match="wrote no item"):
        still.open(name).submit(CYCLE, ["rob-cy"], who="rob")
    with pytest.raises(UsageError, match="wrote no item"):
        still.open(name).submit(CYCLE, ["rob-cy"], who=name)


RAW = (
    "INSERT INTO submitted (cycle, evidence_id, person_id, at, who)"
    f" VALUES ('{CYCLE}', '{{item}}', 'cy', '2026-02-05', '{{who}}')"
)


@pytest.mark.parametrize(
    ("name", "item", "who"),
    [
        *[(name, "rob-cy", "rob") for name in ("rita", "fay", "cy", "olga")],
        *[(name, "rob-cy", name) for name in ("rita", "fay", "cy", "olga")],
        ("rita", "rita-cy", "rita"),
        ("rob", "not-there", "rob"),
    ],
)
def test_nor_past_the_kit(still, name, item, who):
    with still.sql(name) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(RAW.format(item=item, who=who))


def submitted_seen(house, name):
    with house.sql(name) as connection:
        rows = connection.execute("SELECT evidence_id FROM submitted").fetchall()
        told = connection.execute("SELECT evidence_id FROM csmkit_submitted()").fetchall()
    return {row[0] for row in rows} | {row[0] for row in told}


def test_an_item_of_a_pre_vote_is_hidden_until_the_reveal(house):
    given = {"person": "cy", "date": "2026-02-03", "text": "x", "evidence_id": "early"}
    rob = house.open("rob")
    rob.add_evidence(CYCLE, **given, who="rob", private=True, phase="prevote")
    rob.submit(CYCLE, ["early"], who="rob")
    for name in ("rita", "fay", "cy", "earl"):
        assert "early" not in submitted_seen(house, name)
    house.open("fay").reveal(CYCLE, who="fay")
    assert "early" in submitted_seen(house, "fay")
    assert "early" in ids(house.open("fay"))
    assert "early" not in submitted_seen(house, "earl")


@pytest.fixture
def agreed():
    """What an export says was agreed with Cy and with Fay."""
    actions = rows(
        "person_id at text action_id",
        ("cy", "2026-06-01", "Log.", "c1"),
        ("fay", "2026-06-01", "Plan.", "f1"),
        ("rita", "2026-06-01", "Ask.", "r1"),
    )
    return cycle_of(people=csms("cy", "fay", "rita"), actions=actions)


def answer(store, cycle, action, who):
    store.answer_action(cycle, action, "partly", who=who, on="2026-07-01")


@pytest.mark.parametrize("name", ["rita", "rob", "fay", "olga"])
def test_raters_and_facilitators_answer_and_the_person_reads_it(house, agreed, name):
    answer(house.open(name), agreed, "c1", name)
    assert name in house.open("cy").answers(CYCLE)["who"].tolist()
    assert name in house.open("fay").answers(CYCLE)["who"].tolist()
    others = {"rita", "rob"} - {name}
    assert all(name not in house.open(o).answers(CYCLE)["who"].tolist() for o in others)


@pytest.mark.parametrize(
    ("name", "action", "who"),
    [
        ("cy", "c1", "cy"),
        ("rita", "r1", "rita"),
        ("fay", "f1", "fay"),
        ("rita", "c1", "rob"),
        ("earl", "c1", "earl"),
    ],
)
def test_nobody_answers_about_themselves_or_for_another(still, agreed, name, action, who):
    with pytest.raises(NotAllowed):
        answer(still.open(name), agreed, action, who)


def test_who_had_a_role_before_has_its_rights_after(server, earlier, agreed):
    with database(server, "template1") as url:
        house = House(url)
        with earlier("r0005_submitted.py"):
            for name, role in (
                ("rita", "rater"),
                ("cy", "csm"),
                ("gone", "csm"),
                ("fay", "facilitator"),
            ):
                login = house.login(name)
                add_member(house.store, login=login, person=name, role=role, cycle=CYCLE, who="o")
            remove_member(house.store, login=house.logins["gone"], cycle=CYCLE, who="o")
            house.close()
        house.store.close_phase(CYCLE, "self", who="o")
        cy, given = house.open("cy"), {"person": "cy", "date": "2026-02-03", "text": "own"}
        own = cy.add_evidence(CYCLE, **given, who="cy", private=True)
        assert ids(house.open("rita")) == set()
        cy.submit(CYCLE, [own], who="cy")
        assert ids(house.open("rita")) == {own}
        answer(house.open("rita"), agreed, "c1", "rita")
        assert house.open("cy").answers(CYCLE)["kept"].tolist() == ["partly"]
        with pytest.raises(NotAllowed):
            answer(cy, agreed, "f1", "cy")
        with pytest.raises(NotAllowed):
            house.open("gone")
        house.close()
    with psycopg.connect(server, autocommit=True) as keeper:
        for full in house.made:
            keeper.execute(f"DROP ROLE {quoted(full)}")
