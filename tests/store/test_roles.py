"""On a server each login reads what its role allows."""

import pytest

from csmkit.store.errors import NotAllowed
from tests.store.cells import CYCLE
from tests.store.house import EARLIER, GIVEN, of, score, seen
from tests.store.house import built as built
from tests.store.house import house as house
from tests.store.house import server as server
from tests.store.house import still as still

FAY_BEFORE = {g for g in GIVEN if g[0] == "fay" or (g[1] != "fay" and g[2] != "prevote")}
EXPECTED = {
    "rita": of("rita"),
    "rob": of("rob"),
    "fay": FAY_BEFORE,
    "cy": of("cy"),
    "olga": set(GIVEN),
    "earl": set(),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_scores_that_a_role_reads(still, name):
    store = still.open(name)
    assert seen(store.scores(CYCLE)) == EXPECTED[name]
    assert seen(store.history(CYCLE)) == EXPECTED[name]


def test_the_pre_votes_of_others_are_read_once_revealed(house):
    house.open("fay").reveal(CYCLE, who="fay")
    prevotes = {g for g in GIVEN if g[2] == "prevote" and g[1] != "fay"}
    assert seen(house.open("fay").scores(CYCLE)) == FAY_BEFORE | prevotes
    for name in ("rita", "rob", "cy"):
        assert seen(house.open(name).scores(CYCLE)) == EXPECTED[name]


@pytest.mark.parametrize(
    ("name", "person", "raters"),
    [("cy", "cy", {"fay"}), ("rita", "rita", {"fay"}), ("fay", "fay", {"rob"})],
)
def test_the_outcome_is_read_once_the_final_phase_is_closed(house, name, person, raters):
    def _about_me():
        rows = house.open(name).scores(CYCLE, person=person)
        return {r for r, _, phase in seen(rows) if phase != "self"}

    assert _about_me() == set()
    house.store.close_phase(CYCLE, "final", who="fay")
    assert _about_me() == raters
    house.store.open_phase(CYCLE, "final", who="fay")
    assert _about_me() == set()


@pytest.mark.parametrize(
    ("name", "evidence", "feedback", "comments"),
    [
        ("rita", {"rita-cy", "fay-rita"}, {"rita to cy", "rob to rita", "rita to fay"}, {"rita"}),
        ("rob", {"rita-cy", "rob-cy", "fay-rita"}, {"rob to cy", "rob to rita"}, set()),
        (
            "fay",
            {"rita-cy", "fay-rita"},
            {"rita to cy", "rob to cy", "rob to rita", "rita to fay"},
            {"cy", "rita"},
        ),
        ("cy", {"cy-cy", "rita-cy"}, {"rita to cy", "rob to cy"}, {"cy"}),
        ("earl", set(), set(), set()),
        (
            "olga",
            {"cy-cy", "rita-cy", "rob-cy", "fay-rita"},
            {"rita to cy", "rob to cy", "rob to rita", "rita to fay"},
            {"cy", "rita"},
        ),
    ],
)
def test_what_was_written_and_said_that_a_role_reads(still, name, evidence, feedback, comments):
    store = still.open(name)
    assert set(store.evidence(CYCLE)["evidence_id"]) == evidence
    assert set(store.feedback(CYCLE)["text"]) == feedback
    assert set(store.comments(CYCLE)["text"]) == comments


def test_a_role_is_of_one_cycle(house):
    house.store.save(score("earl", "cy", "manager", cycle=EARLIER))
    house.store.save(score("rita", "cy", "manager", cycle=EARLIER))
    for name in ("fay", "rita", "cy", "olga"):
        assert house.open(name).scores(EARLIER).empty
    assert seen(house.open("earl").scores(EARLIER)) == {("earl", "cy", "manager")}


# The rows of each table that a role reads by plain SQL.
LOG = {"phases": 1, "matrices": 1}
COUNTS = {
    "rita": {**LOG, "removals": 0, "holds": 0, "members": 2},
    "rob": {**LOG, "removals": 0, "holds": 0, "members": 1},
    "fay": {**LOG, "removals": 1, "holds": 0, "members": 2},
    "cy": {**LOG, "removals": 0, "holds": 0, "members": 1},
    "olga": {**LOG, "removals": 1, "holds": 1, "members": 7},
    "earl": {"phases": 0, "matrices": 1, "removals": 0, "holds": 0, "members": 1},
}


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize("table", ["phases", "matrices", "removals", "holds", "members"])
def test_rows_of_the_log_that_a_role_reads(still, name, table):
    with still.sql(name) as connection:
        found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert found == (COUNTS[name][table],)


def test_a_login_without_a_role_is_told(still):
    with pytest.raises(NotAllowed, match="does not let you do that"):
        still.open("nobody")
