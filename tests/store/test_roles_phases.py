"""On a server: evidence of a pre-vote, final scores, and a self-assessment that is taken in."""

import uuid

import psycopg
import pytest

import csmkit as ck
from csmkit.errors import CsmkitError
from csmkit.store.errors import ImportRefused, NotAllowed
from csmkit.store.exchange import export_scores, import_scores
from csmkit.store.from_csm import export_self, import_self
from csmkit.store.model import Change, Place, cycle_key
from csmkit.store.open import open_store
from csmkit.store.roles import add_member
from tests.store.house import EARLIER, House, database, quoted
from tests.store.house import server as server

LATER = "2030-01-01:2030-06-30"


@pytest.fixture(scope="module")
def cycle(team):
    """The sample team, whose first person assesses themself."""
    return team


@pytest.fixture
def house(server, cycle):
    """A new store on a server with a rater, another, a facilitator, a CSM and an owner."""
    who = str(cycle.subjects["person_id"].iloc[0])
    key = cycle_key(cycle)
    with database(server, "template1") as url:
        made = House(url)
        made.person = who
        members = [
            ("rita", "rita", "rater"),
            ("rob", "rob", "rater"),
            ("fay", "fay", "facilitator"),
            ("cy", who, "csm"),
            ("olga", "olga", "owner"),
        ]
        for name, person, role in members:
            login = made.login(name)
            add_member(made.store, login=login, person=person, role=role, cycle=key, who="ops")
        yield made
        made.close()
    with psycopg.connect(server, autocommit=True) as keeper:
        for full in made.made:
            keeper.execute(f"DROP ROLE {quoted(full)}")


def typed(store, cycle, person, who, phase, **more):
    given = {"date": f"{cycle.period.start:%Y-%m-%d}", "text": f"{who} in {phase}"}
    return store.add_evidence(cycle, person=person, who=who, phase=phase, **{**given, **more})


def texts(house, name, cycle, via="kit"):
    if via == "kit":
        return set(house.open(name).evidence(cycle, reader=name)["text"])
    with house.sql(name) as connection:
        return {text for (text,) in connection.execute("SELECT text FROM evidence").fetchall()}


def test_evidence_of_a_pre_vote_is_read_by_its_writer_alone_until_revealed(house, cycle):
    typed(house.open("rita"), cycle, house.person, "rita", "prevote")
    typed(house.open("rita"), cycle, house.person, "rita", "manager")
    both = {"rita in prevote", "rita in manager"}
    for via in ("kit", "sql"):
        assert texts(house, "rita", cycle, via) == both
        for name in ("rob", "fay", "cy"):
            assert texts(house, name, cycle, via) == {"rita in manager"}
    assert texts(house, "olga", cycle, "sql") == both
    house.open("fay").reveal(cycle, who="fay")
    for name in ("rob", "fay", "cy"):
        assert texts(house, name, cycle, "sql") == both


def test_private_evidence_of_a_pre_vote_stays_private(house, cycle):
    typed(house.open("rita"), cycle, house.person, "rita", "prevote", private=True)
    house.open("fay").reveal(cycle, who="fay")
    assert texts(house, "rob", cycle, "sql") == set()


def test_the_phases_of_another_cycle_are_not_told(house, cycle):
    for key in (EARLIER, LATER):
        house.store.reveal(key, who="ops")
    house.store.close_phase(cycle, "manager", who="ops")
    for name in ("rita", "fay", "cy", "olga"):
        with house.sql(name) as connection:
            closed = connection.execute("SELECT * FROM csmkit_closed()").fetchall()
            assert closed == [(cycle_key(cycle), "manager")]
            assert connection.execute("SELECT * FROM csmkit_revealed()").fetchall() == []


@pytest.fixture
def handed_in(house, cycle, tmp_path):
    """The file of a CSM who scored themself, added an item and said something."""
    book = ck.book_of(cycle, house.person, edition="csm")
    matrix = ck.read_matrix()
    day = f"{cycle.period.start:%Y-%m-%d}"
    with open_store(tmp_path / "own.db") as own:
        digest = own.keep_matrix(matrix)
        item = own.add_evidence(
            book, person=house.person, date=day, text="mine", who=house.person, phase="self"
        )
        place = Place(cycle_key(book), "self", house.person, house.person, "qbr_craft")
        own.save(Change(place, "green", evidence_ids=(item,), matrix=digest))
        own.add_comment(
            book, person=house.person, kind="comment", about="", text="said", who=house.person
        )
        return export_self(own, book, tmp_path).path


def test_a_facilitator_takes_in_a_self_assessment(house, cycle, handed_in):
    fay = house.open("fay")
    done = import_self(fay, handed_in, cycle=cycle, matrix=ck.read_matrix())
    assert done["result"].tolist() == ["added"] * 3
    assert fay.scores(cycle, phase="self")[["value", "who"]].to_numpy().tolist() == [
        ["green", house.person]
    ]
    assert texts(house, "cy", cycle, "sql") == {"mine"}
    again = import_self(fay, handed_in, cycle=cycle, matrix=ck.read_matrix())
    assert set(again["result"]) == {"as it was"}


@pytest.mark.parametrize("name", ["rita", "rob"])
def test_a_rater_takes_in_no_self_assessment(house, cycle, handed_in, name):
    with pytest.raises(NotAllowed):
        import_self(house.open(name), handed_in, cycle=cycle, matrix=ck.read_matrix())
    assert house.store.scores(cycle).empty


def test_a_facilitator_writes_nothing_else_in_another_s_name(house, cycle):
    fay, key = house.open("fay"), cycle_key(cycle)
    mine = f"from-csm {uuid.uuid4().hex}"
    cells = [
        # Without the mark of a file that was taken in.
        (house.person, house.person, "self", uuid.uuid4().hex),
        ("rita", house.person, "manager", mine),
        ("rita", house.person, "prevote", mine),
        ("rita", house.person, "final", mine),
        ("rita", house.person, "self", mine),
    ]
    for rater, person, phase, mark in cells:
        place = Place(key, phase, person, rater, "qbr_craft")
        with pytest.raises(NotAllowed):
            fay.save(Change(place, "green", key=mark))
    for phase, private in (("", False), ("manager", False), ("prevote", False), ("self", True)):
        with pytest.raises(NotAllowed):
            typed(fay, cycle, house.person, house.person, phase, private=private)
    with pytest.raises(NotAllowed):
        typed(fay, cycle, house.person, "rita", "self")
    with pytest.raises(NotAllowed):
        fay.add_comment(
            cycle, person=house.person, kind="comment", about="", text="t", who=house.person
        )
    assert house.store.scores(cycle).empty


def test_scores_of_others_are_imported_by_the_owner_alone(house, cycle, tmp_path):
    with open_store(tmp_path / "other.db") as other:
        place = Place(cycle_key(cycle), "manager", house.person, "rita", "qbr_craft")
        other.save(Change(place, "green"))
        file = export_scores(other, tmp_path / "scores.csv", cycle)
    people = [house.person, "rita"]
    with pytest.raises(CsmkitError) as caught:
        import_scores(house.open("fay"), file, cycle, "fay", people=people)
    assert not isinstance(caught.value, ImportRefused)
    assert import_scores(house.open("olga"), file, cycle, "olga", people=people).saved == 1


def test_members_of_before_phases_have_the_new_rules(server, cycle, earlier):
    person, key = str(cycle.subjects["person_id"].iloc[0]), cycle_key(cycle)
    with database(server, "template1") as url:
        house = House(url)
        with earlier("r0003_prevote_evidence.py"):
            for name in ("rita", "rob"):
                login = house.login(name)
                add_member(house.store, login=login, person=name, role="rater", cycle=key, who="o")
            place = Place(key, "final", person, "rita", "qbr_craft")
            assert house.open("rita").save(Change(place, "red")).revision == 1
            house.close()
        house.store.reveal(LATER, who="ops")
        typed(house.open("rita"), cycle, person, "rita", "prevote")
        assert texts(house, "rob", cycle, "sql") == set()
        assert texts(house, "rita", cycle, "sql") == {"rita in prevote"}
        with pytest.raises(NotAllowed):
            house.open("rita").save(Change(place, "green", seen=1))
        house.close()
    with psycopg.connect(server, autocommit=True) as keeper:
        for full in house.made:
            keeper.execute(f"DROP ROLE {quoted(full)}")


@pytest.mark.parametrize("name", ["rita", "fay", "olga"])
def test_nobody_changes_the_phase_of_an_item(house, cycle, name):
    typed(house.open("rita"), cycle, house.person, "rita", "prevote")
    with house.sql(name) as connection, pytest.raises(psycopg.Error) as caught:
        connection.execute("UPDATE evidence SET phase = ''")
    assert caught.value.sqlstate in ("42501", "23001")
