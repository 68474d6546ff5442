"""On a server each login adds what its role allows, in its own name."""

import pytest

from csmkit.store.errors import NotAllowed
from tests.store.cells import CYCLE
from tests.store.house import GIVEN, kept, score
from tests.store.house import built as built
from tests.store.house import house as house
from tests.store.house import server as server
from tests.store.house import still as still

ALLOWED = [
    ("rita", ("rita", "cy", "manager")),
    ("rita", ("rita", "rob", "prevote")),
    ("rita", ("rita", "rita", "self")),
    ("fay", ("fay", "cy", "manager")),
    ("fay", ("fay", "cy", "final")),
    ("fay", ("fay", "rob", "final")),
    ("fay", ("fay", "fay", "self")),
    ("cy", ("cy", "cy", "self")),
    ("olga", ("earl", "cy", "manager")),
    ("olga", ("rob", "cy", "final")),
]
REFUSED = [
    ("rita", ("rob", "cy", "manager")),
    ("rita", ("rob", "cy", "prevote")),
    ("rita", ("rita", "rita", "manager")),
    ("rita", ("rita", "rita", "final")),
    ("rita", ("rita", "cy", "final")),
    ("rob", ("rob", "earl", "final")),
    ("rita", ("cy", "cy", "self")),
    ("rita", ("rita", "cy", "self")),
    ("rob", ("rob", "rob", "self")),
    ("fay", ("rita", "cy", "final")),
    ("fay", ("earl", "earl", "self")),
    ("fay", ("fay", "fay", "final")),
    ("cy", ("cy", "cy", "final")),
    ("cy", ("cy", "rita", "manager")),
    ("cy", ("rita", "cy", "manager")),
    ("earl", ("earl", "cy", "manager")),
]


def next_of(house, given):
    rows = house.store.scores(CYCLE, rater=given[0], person=given[1], phase=given[2])
    return score(*given, value="green", seen=int(rows["revision"].max()) if len(rows) else 0)


@pytest.mark.parametrize(("name", "given"), ALLOWED)
def test_scores_in_ones_own_name_are_stored(house, name, given):
    saved = house.open(name).save(next_of(house, given))
    assert saved.value == "green"
    assert kept(house) == len(GIVEN) + 1


@pytest.mark.parametrize(("name", "given"), REFUSED)
def test_scores_in_anothers_name_or_place_are_not(still, name, given):
    with pytest.raises(NotAllowed, match=r"Nothing was saved"):
        still.open(name).save(score(*given, value="green"))
    with pytest.raises(NotAllowed):
        still.open(name).save(next_of(still, given))
    assert kept(still) == len(GIVEN)


def test_nobody_writes_for_another(still):
    with pytest.raises(NotAllowed):
        still.open("rita").save(score("rita", "earl", "manager", who="rob"))


ADDING = {
    "evidence": lambda s, who: s.add_evidence(
        CYCLE, person="cy", date="2026-02-03", text="t", who=who
    ),
    "feedback": lambda s, who: s.add_feedback(
        CYCLE, person="cy", date="2026-02-03", given_by=who, text="t", who=who
    ),
    "comments": lambda s, who: s.add_comment(
        CYCLE, person="cy", kind="comment", about="", text="t", who=who
    ),
    "close": lambda s, who: s.close_phase(CYCLE, "self", who=who),
    "reveal": lambda s, who: s.reveal(CYCLE, who=who),
}


@pytest.mark.parametrize(
    ("name", "what"),
    [
        *[(n, w) for n in ("rita", "rob") for w in ("evidence", "feedback")],
        *[("fay", w) for w in ("evidence", "feedback", "close", "reveal")],
        *[("cy", w) for w in ("evidence", "comments")],
    ],
)
def test_what_a_role_adds_in_its_own_name(house, name, what):
    store = house.open(name)
    ADDING[what](store, name)
    with pytest.raises(NotAllowed):
        ADDING[what](store, "rob" if name != "rob" else "rita")


@pytest.mark.parametrize(
    ("name", "what"),
    [
        *[(n, w) for n in ("rita", "rob") for w in ("comments", "close", "reveal")],
        ("fay", "comments"),
        *[("cy", w) for w in ("feedback", "close", "reveal")],
        *[("earl", w) for w in ADDING],
    ],
)
def test_what_a_role_does_not_add(still, name, what):
    with pytest.raises(NotAllowed):
        ADDING[what](still.open(name), name)


def test_a_key_that_somebody_else_used_is_told_clearly(still):
    with pytest.raises(NotAllowed, match=r"something else of the same name .* may not see"):
        still.open("cy").save(
            score("cy", "cy", "self", seen=1, key=still.store.history(CYCLE)["key"].iloc[-1])
        )


def test_an_evidence_id_that_is_hidden_is_told_clearly(still):
    with pytest.raises(NotAllowed, match=r"something else of the same name .* may not see"):
        still.open("cy").add_evidence(
            CYCLE, person="cy", date="2026-02-03", text="t", evidence_id="rob-cy", who="cy"
        )
