"""On a server: an earlier cycle is for those who have a role in it."""

import pandas as pd
import pytest

from csmkit.cycle import Cycle, Period
from csmkit.errors import UsageError
from csmkit.schema import TABLES
from csmkit.store.roles import add_member
from tests.store.cells import CYCLE
from tests.store.house import EARLIER, score
from tests.store.house import built as built
from tests.store.house import house as house
from tests.store.house import server as server

PEOPLE = TABLES["people"].conform(
    pd.DataFrame({"person_id": ["cy", "rita"], "name": ["Cy", "Rita"], "role": "csm"})
)
NOW = Cycle({"people": PEOPLE}, Period.parse(CYCLE))


@pytest.fixture
def two(house):
    """What rob and earl gave in the earlier cycle, in which rita has no role."""
    for rater in ("rob", "earl"):
        house.store.save(score(rater, "cy", "manager", cycle=EARLIER))
    return house


def test_a_login_lists_the_cycles_it_has_a_role_in(two):
    assert two.store.cycles()["cycle"].tolist() == [EARLIER, CYCLE]
    assert two.open("rita").cycles()["cycle"].tolist() == [CYCLE]
    assert two.open("earl").cycles()["cycle"].tolist() == [EARLIER]


def test_who_had_no_role_then_gets_nothing_of_it(two):
    with pytest.raises(UsageError, match="nothing of the cycle"):
        two.open("rita").past(NOW, EARLIER)


def test_a_rater_of_then_gets_what_they_gave_and_no_more(two):
    given = two.open("earl").past(NOW, EARLIER).table("ratings")
    assert given["rater_id"].tolist() == ["earl"]
    assert sorted(two.store.past(NOW, EARLIER).table("ratings")["rater_id"]) == ["earl", "rob"]


def test_people_are_counted_as_far_as_they_are_seen(two):
    two.store.save(score("rob", "rita", "manager", cycle=EARLIER))
    assert two.store.cycles()["manager"].iloc[0] == 2
    assert two.open("earl").cycles()["manager"].iloc[0] == 1
    login = two.logins["fay"]
    add_member(two.store, login=login, person="fay", role="facilitator", cycle=EARLIER, who="ops")
    assert two.open("fay").cycles()["manager"].iloc[0] == 2
