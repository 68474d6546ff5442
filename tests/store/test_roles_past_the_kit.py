"""On a server nobody gets past their role by plain SQL."""

import psycopg
import pytest

from csmkit.store.errors import PhaseClosed
from tests.store.cells import CYCLE
from tests.store.house import EARLIER, GIVEN, NAMES, PERSONS, score
from tests.store.house import built as built
from tests.store.house import house as house
from tests.store.house import server as server
from tests.store.house import still as still


@pytest.mark.parametrize("name", [n for n in PERSONS if n != "nobody"])
@pytest.mark.parametrize("table", NAMES)
@pytest.mark.parametrize(
    "order", ["UPDATE {} SET at = 'x'", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_nobody_changes_or_removes(still, name, table, order):
    with still.sql(name) as connection, pytest.raises(psycopg.Error) as caught:
        connection.execute(order.format(table))
    assert caught.value.sqlstate in (("42501", "23001") if name == "olga" else ("42501",))


@pytest.mark.parametrize("name", ["rita", "fay", "cy"])
@pytest.mark.parametrize("table", NAMES)
def test_a_members_open_door_removes_nothing(still, name, table):
    with still.sql(name) as connection:
        connection.execute("SELECT set_config('csmkit.door', 'mine', false)")
        for order in ("DELETE FROM {}", "UPDATE {} SET at = 'x'", "TRUNCATE {}"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(order.format(table))


def test_the_owners_door_opens_on_its_own_cycle_only(house):
    house.store.save(score("earl", "cy", "manager", cycle=EARLIER))
    with house.sql("olga") as connection:
        connection.execute("SELECT set_config('csmkit.door', 'over', false)")
        assert connection.execute("DELETE FROM changes").rowcount == len(GIVEN)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("TRUNCATE changes")
    assert len(house.store.history(EARLIER)) == 1


@pytest.mark.parametrize("table", [*NAMES, "current_scores", "csmkit_version"])
@pytest.mark.parametrize("order", ["SELECT * FROM {}", "INSERT INTO {} DEFAULT VALUES"])
def test_a_login_without_a_role_sees_nothing(still, table, order):
    with still.sql("nobody") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(order.format(table))


def test_members_do_not_hand_on_what_they_may(house):
    with house.sql("rita") as connection:
        connection.execute("GRANT SELECT ON changes, phases TO PUBLIC")
    with house.sql("nobody") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT * FROM phases")


def test_a_closed_phase_takes_nothing_past_the_kit_either(house):
    house.open("fay").close_phase(CYCLE, "manager", who="fay")
    with pytest.raises(PhaseClosed):
        house.open("rita").save(score("rita", "earl", "manager"))
    with house.sql("rita") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(raw_change("rita", "earl", "manager"))
    assert house.open("fay").phases(CYCLE).set_index("phase")["state"]["manager"] == "closed"


def raw_change(rater, person, phase, revision=1, key="mine", more=""):
    cell = f"'{CYCLE}', '{phase}', '{person}', '{rater}', 'qbr_craft'"
    return (
        "INSERT INTO changes (key, revision, cycle, phase, person_id, rater_id, competency, value,"
        " old, evidence_ids, note, at, who, matrix) VALUES"
        f" ('{key}', {revision}, {cell}, 'red', '', '', '', '2026-01-01', '{rater}', '') {more}"
    )


@pytest.mark.parametrize("name", ["rita", "fay", "cy"])
@pytest.mark.parametrize(
    "order",
    [
        "INSERT INTO members (key, cycle, login, person_id, role, at, who)"
        f" SELECT 'x', '{CYCLE}', session_user, 'rob', 'owner', '', 'rob'",
        "INSERT INTO holds (key, cycle, person_id, action, reason, at, who)"
        f" SELECT 'x', '{CYCLE}', 'cy', 'hold', '', '', '{{me}}'",
        "INSERT INTO removals (key, cycle, person_id, kind, detail, at, who)"
        f" SELECT 'x', '{CYCLE}', 'cy', 'purge', '', '', '{{me}}'",
        "ALTER TABLE changes DISABLE ROW LEVEL SECURITY",
        "DROP POLICY member_reads ON changes",
        "DROP TRIGGER changes_kept_row ON changes",
        "CREATE TABLE mine (x int)",
        "SELECT * FROM changes FOR UPDATE",
        "BEGIN; LOCK TABLE changes IN ACCESS EXCLUSIVE MODE",
        "SELECT last_value FROM changes_id_seq",
        "SELECT setval('changes_id_seq', 1)",
        "COPY changes FROM STDIN",
    ],
)
def test_orders_that_no_member_may_give(still, name, order):
    with still.sql(name) as connection, pytest.raises(psycopg.Error) as caught:
        connection.execute(order.format(me=name))
    assert caught.value.sqlstate in ("42501", "0A000")


SECRET = "rob of cy in prevote"
TRAP = """
    CREATE FUNCTION pg_temp.told(x text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS
    $$ BEGIN RAISE NOTICE '%', x; RETURN true; END $$
"""
LOOKING = [
    "SELECT note FROM changes",
    "SELECT note FROM current_scores",
    "SELECT note FROM changes WHERE pg_temp.told(note)",
    "SELECT note FROM current_scores WHERE pg_temp.told(note)",
    "SELECT to_jsonb(c)::text FROM changes c",
    "SELECT most_common_vals::text FROM pg_stats WHERE tablename = 'changes'",
    "SELECT stavalues1::text FROM pg_statistic",
    "SELECT query FROM pg_stat_activity",
    "SELECT query_to_xml('SELECT note FROM changes', true, false, '')::text",
    "SET row_security = off; SELECT note FROM changes",
]


@pytest.mark.parametrize("name", ["rita", "fay", "cy", "earl"])
def test_anothers_pre_vote_is_not_read_by_any_way(still, name):
    with still.keeper() as keeper:
        keeper.execute("ANALYZE changes")
        assert SECRET in str(keeper.execute(LOOKING[0]).fetchall())
    with still.sql(name) as connection:
        told = []
        connection.add_notice_handler(lambda notice: told.append(notice.message_primary))
        connection.execute(TRAP)
        for order in LOOKING:
            try:
                told.append(str(connection.execute(order).fetchall()))
            except psycopg.Error as error:
                told.append(str(error))
            connection.execute("RESET row_security")
        with connection.cursor() as cursor, cursor.copy("COPY changes TO STDOUT") as copy:
            told += [str(bytes(block)) for block in copy]
    assert SECRET not in " ".join(told)


@pytest.mark.parametrize("name", ["rita", "fay", "cy"])
@pytest.mark.parametrize("more", ["", "ON CONFLICT DO NOTHING", "RETURNING *"])
@pytest.mark.parametrize("revision", [1, 2])
def test_a_refusal_is_the_same_whether_the_pre_vote_is_there_or_not(still, name, more, revision):
    def _refusal(person):
        with still.sql(name) as connection, pytest.raises(psycopg.Error) as caught:
            connection.execute(raw_change("rob", person, "prevote", revision, more=more))
        return str(caught.value)

    assert _refusal("cy") == _refusal("somebody")
    assert "row-level security" in _refusal("cy")
