"""On a server roles are given and taken away."""

import pytest
from typer.testing import CliRunner

from csmkit.errors import UsageError
from csmkit.store.cli_retention import app
from csmkit.store.errors import NotAllowed
from csmkit.store.open import open_store
from csmkit.store.roles import add_member, members, remove_member
from tests.store.cells import CYCLE
from tests.store.house import EARLIER, GIVEN, kept, of, score, seen
from tests.store.house import built as built
from tests.store.house import house as house
from tests.store.house import server as server
from tests.store.house import still as still


def test_roles_are_shown_to_who_has_them(still):
    assert len(members(still.store, CYCLE)) == 7
    mine = members(still.open("rita"))
    assert mine[["person_id", "role"]].to_numpy().tolist() == [["rita", "csm"], ["rita", "rater"]]


def test_a_role_taken_away(house):
    login = house.logins["rita"]
    store = house.open("rita")
    remove_member(house.store, login=login, cycle=CYCLE, who="ops")
    with pytest.raises(NotAllowed):
        store.scores(CYCLE)
    assert login not in set(members(house.store)["login"])
    add_member(house.store, login=login, person="rita", role="rater", cycle=CYCLE, who="ops")
    assert seen(store.scores(CYCLE)) == of("rita")
    with pytest.raises(UsageError, match="has no role in"):
        remove_member(house.store, login=login, cycle=EARLIER, who="ops")


def test_a_role_in_another_cycle_stays(house):
    login = house.logins["rita"]
    add_member(house.store, login=login, person="rita", role="csm", cycle=EARLIER, who="ops")
    remove_member(house.store, login=login, cycle=CYCLE, who="ops")
    store = house.open("rita")
    assert store.scores(CYCLE).empty
    with pytest.raises(NotAllowed):
        store.add_feedback(
            EARLIER, person="cy", date="2026-02-03", given_by="rita", text="t", who="rita"
        )


def test_a_login_is_one_person_in_a_cycle(still):
    with pytest.raises(UsageError, match=r"is 'rita' in 2026-01-01:2026-06-30 already"):
        add_member(
            still.store, login=still.logins["rita"], person="rob", role="csm", cycle=CYCLE, who="o"
        )


@pytest.mark.parametrize("login", ["nosuch", "public", "trusted", 'a"; DROP TABLE changes; --'])
def test_logins_that_cannot_be_members(still, login):
    with pytest.raises(UsageError, match=r"has no login|reads everything"):
        add_member(still.store, login=login, person="x", role="csm", cycle=CYCLE, who="ops")
    assert kept(still) == len(GIVEN)


def test_signs_in_a_login_are_signs(house):
    login = house.login('o"brien %s :x; --')
    add_member(house.store, login=login, person="ob", role="csm", cycle=CYCLE, who="ops")
    assert house.open('o"brien %s :x; --').save(score("ob", "ob", "self")).revision == 1


@pytest.mark.parametrize("name", ["rita", "fay", "olga"])
def test_members_do_not_make_members(still, name):
    with pytest.raises(NotAllowed):
        add_member(
            still.open(name),
            login=still.logins["rob"],
            person="rob",
            role="facilitator",
            cycle=CYCLE,
            who=name,
        )


def test_a_file_has_no_roles(file):
    with open_store(file) as store:
        with pytest.raises(UsageError, match="whoever may open it reads all of it"):
            add_member(store, login="a", person="a", role="csm", cycle=CYCLE, who="ops")
        with pytest.raises(UsageError, match="is a file"):
            remove_member(store, login="a", cycle=CYCLE, who="ops")
        assert members(store).empty


def test_members_by_command(house):
    url = house.url.render_as_string(hide_password=False)
    login = house.login("new")
    given = ("members", url, "--cycle", CYCLE, "--who", "ops")
    done = CliRunner().invoke(app, [*given, "--add", f"{login}=new@example.com:rater"])
    assert f"{login:<20} {'new@example.com':<30} rater" in done.output
    assert house.open("new").scores(CYCLE).empty
    done = CliRunner().invoke(app, [*given, "--remove", login])
    assert done.exit_code == 0
    assert login not in done.output
    for wrong in ("new", "=p:rater", "l=p", "l=:rater"):
        assert isinstance(CliRunner().invoke(app, [*given, "--add", wrong]).exception, UsageError)
