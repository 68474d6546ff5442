"""What is not settled is not shown: final scores of an open phase, evidence of a pre-vote."""

import pytest
from typer.testing import CliRunner

import csmkit as ck
from csmkit.errors import CsmkitError, UsageError
from csmkit.panels.heatmap_board import Board
from csmkit.panels.scoring_evidence import Evidence
from csmkit.render.slice_folder import write_book
from csmkit.store.cli_phases import app
from csmkit.store.rescue import rescue_store
from csmkit.store.subject import export_person
from csmkit.store.tables import evidence as evidence_table
from csmkit.store.transfer import copy_store
from tests.store.cells import change

WRITER, OTHER = "mk", "other"


@pytest.fixture
def people(team):
    """Two people who are scored, and somebody who scores both."""
    first, second = team.subjects["person_id"].iloc[:2]
    rater = team.table("people").set_index("person_id")["manager_id"].dropna().iloc[0]
    return str(first), str(second), str(rater)


@pytest.fixture
def cycle(team):
    """The sample team without scores of its own."""
    return team.with_tables(ratings=team.table("ratings").head(0))


def final(store, cycle, person, rater, value="green"):
    key = f"{cycle.period.start:%Y-%m-%d}:{cycle.period.end:%Y-%m-%d}"
    at = {"cycle": key, "phase": "final", "person_id": person, "rater_id": rater}
    return store.save(change(value, **at))


def finals(cycle):
    rows = cycle.table("ratings")
    return rows.loc[rows["phase"].eq("final"), "person_id"].tolist()


def test_final_scores_count_once_their_phase_is_closed(store, cycle, people):
    ana, ben, rater = people
    final(store, cycle, ana, rater)
    final(store, cycle, ben, rater)
    laid = store.overlay(cycle)
    assert finals(laid) == []
    assert laid.notes == (store.unfinished(cycle),)
    assert "given for 2 people, and the phase is not closed: they are not shown" in laid.notes[0]
    store.close_phase(cycle, "final", who=rater)
    laid = store.overlay(cycle)
    assert sorted(finals(laid)) == sorted([ana, ben])
    assert (laid.notes, store.unfinished(cycle)) == ((), "")
    store.open_phase(cycle, "final", who=rater)
    assert finals(store.overlay(cycle)) == []


def test_final_scores_that_were_taken_away_are_not_counted(store, cycle, people):
    ana, _, rater = people
    assert store.unfinished(cycle) == ""
    stored = final(store, cycle, ana, rater)
    assert "for 1 person," in store.unfinished(cycle)
    store.save(change("", seen=1, **{n: getattr(stored.place, n) for n in stored.place.__slots__}))
    assert store.unfinished(cycle) == ""


def test_the_export_s_own_final_score_stays_while_the_store_s_is_open(store, team, people):
    ana, _, rater = people
    row = (
        team.table("ratings")
        .head(1)
        .assign(person_id=ana, rater_id=rater, competency="qbr_craft", phase="final", value="red")
    )
    cycle = team.with_tables(ratings=row)
    final(store, cycle, ana, rater, "green")
    assert store.overlay(cycle).table("ratings")["value"].tolist() == ["red"]
    store.close_phase(cycle, "final", who=rater)
    assert store.overlay(cycle).table("ratings")["value"].tolist() == ["green"]


def test_whoever_gives_final_scores_sees_them_on_the_heatmap(store, cycle, people):
    ana, _, rater = people
    final(store, cycle, ana, rater)
    board = Board(cycle, ck.read_matrix(), store, rater)
    assert board.cell("final", ana, "qbr_craft")["shown"] == "g"


def test_packets_of_the_committee_say_what_is_held_back(store, cycle, people, tmp_path):
    ana, _, rater = people
    final(store, cycle, ana, rater)
    laid = store.overlay(cycle)
    book = ck.book_of(laid, ana)
    write_book(book, tmp_path / "slice")
    told = ck.standing(ck.read_book(tmp_path / "slice"))
    assert told.loc[told["topic"].eq("scores"), "message"].tolist() == list(laid.notes)
    assert ck.book_of(laid, ana, edition="csm").notes == ()


def test_a_notebook_s_first_line_says_what_is_held_back(store, cycle, people):
    ana, _, rater = people
    source = ck.find_export()
    assert "not shown" not in repr(source.whose(cycle)).replace("\n", " ")
    final(store, cycle, ana, rater)
    shown = source.whose(store.overlay(cycle))
    assert "they are not shown" in repr(shown).replace("\n", " ")
    assert shown.kind == "caution"


def typed(store, cycle, person, phase="prevote", who=WRITER, **more):
    given = {"date": f"{cycle.period.start:%Y-%m-%d}", "text": f"{who} in {phase}"}
    return store.add_evidence(cycle, person=person, who=who, phase=phase, **{**given, **more})


def test_evidence_of_a_pre_vote_is_its_writer_s_until_revealed(store, cycle, people):
    ana, _, _ = people
    item, other = typed(store, cycle, ana), typed(store, cycle, ana, "manager")

    def _ids(reader="", laid=None):
        found = store.evidence(cycle, ana, reader=reader) if laid is None else laid
        return set(found["evidence_id"]) & {item, other}

    assert (_ids(), _ids(OTHER), _ids(WRITER)) == ({other}, {other}, {item, other})
    assert _ids(laid=store.overlay(cycle).table("evidence")) == {other}
    assert _ids(laid=store.overlay(cycle, reader=WRITER).table("evidence")) == {item, other}
    store.close_phase(cycle, "prevote", who=WRITER)
    assert _ids(OTHER) == {other}
    store.reveal(cycle, who=WRITER)
    assert _ids() == _ids(laid=store.overlay(cycle).table("evidence")) == {item, other}


def test_panels_show_a_pre_vote_s_evidence_to_its_writer_alone(store, cycle, people):
    ana, _, rater = people

    def _of(who, phase="prevote"):
        return Evidence(cycle, store, csm=ana, rater=who, phase=phase)

    day = cycle.period.start
    mine = _of(rater)
    mine.add(
        "own-1", date=day, text="t", account="", competency="qbr_craft", who=rater, phase="prevote"
    )
    assert "own-1" in mine.items().index
    assert mine.dated(["own-1"]) == ["own-1"]
    assert "own-1" not in _of(OTHER).items().index
    store.reveal(cycle, who=rater)
    assert "own-1" in _of(OTHER).items().index


def test_a_pre_vote_s_evidence_supports_no_other_phase_until_revealed(store, cycle, people):
    ana, _, rater = people
    typed(store, cycle, ana, who=rater, evidence_id="own-1")
    competency = ck.read_matrix()["qbr_craft"]
    # Of a cycle that shows the writer their own, too.
    laid = store.overlay(cycle, reader=rater)

    def _of(who, base=cycle):
        return Evidence(base, store, csm=ana, rater=who, phase="manager")

    for base in (cycle, laid):
        mine = _of(rater, base)
        assert "own-1" not in mine.items().index
        assert mine.dated(["own-1"]) == []
        with pytest.raises(UsageError, match="'own-1' was written in a pre-vote"):
            mine.take(["own-1"], competency, rater)
    with pytest.raises(UsageError, match="'own-1' is not on file"):
        _of(OTHER).take(["own-1"], competency, OTHER)
    board = Board(cycle, ck.read_matrix(), store, rater)
    assert board.dated(ana, "own-1") == []
    store.reveal(cycle, who=rater)
    again = _of(rater)
    again.take(["own-1"], competency, rater)
    assert again.dated(["own-1"]) == ["own-1"]
    board.look()
    assert board.dated(ana, "own-1") == ["own-1"]


def test_a_row_of_the_export_that_two_pre_votes_cite_is_one_item(store, cycle, people):
    """Everybody has the export: its row is on file for all, without what it was cited for."""
    ana, _, rater = people
    matrix = ck.read_matrix()
    ones = [c for c in matrix.competencies if any(p.table == "touchpoints" for p in c.evidence)]
    first = Evidence(cycle, store, csm=ana, rater=rater, phase="prevote")
    second = Evidence(cycle, store, csm=ana, rater=OTHER, phase="prevote")
    row = str(first.rows.days(["touchpoints"]).index[0])
    assert row not in second.items().index
    first.take([row], ones[0], rater)
    second.take([row], ones[0], OTHER)
    item = store.evidence(cycle, ana).set_index("evidence_id").loc[row]
    assert item["competencies"] != item["competencies"]
    assert second.dated([row]) == first.dated([row]) == [row]


def test_a_phase_that_is_none(store, cycle, people):
    with pytest.raises(UsageError, match="The phase is 'soon'"):
        typed(store, cycle, people[0], "soon")


def phases_of(store):
    with store.database.reading() as connection:
        return set(connection.execute(evidence_table.select()).mappings().one()["phase"].split())


def test_a_copy_and_a_rescue_keep_the_phase(file, cycle, people, tmp_path):
    with ck.open_store(file) as store:
        item = typed(store, cycle, people[0])
        with ck.open_store(tmp_path / "copy.db") as target:
            copy_store(store, target)
            assert phases_of(target) == {"prevote"}
    rescue_store(file, tmp_path / "rescued.db")
    with ck.open_store(tmp_path / "rescued.db") as target:
        assert phases_of(target) == {"prevote"}
        assert item not in set(target.evidence(cycle)["evidence_id"])


def test_an_export_about_a_person_keeps_the_phase(store, cycle, people, tmp_path):
    typed(store, cycle, people[0])
    export_person(store, people[0], tmp_path / "out", who="ops", cycle=cycle)
    head, row = (tmp_path / "out" / "evidence.csv").read_text(encoding="utf-8").splitlines()
    assert dict(zip(head.split(","), row.split(","), strict=True))["phase"] == "prevote"


def test_phases_by_command(where, cycle):
    with ck.open_store(where) as store:
        key = f"{cycle.period.start:%Y-%m-%d}:{cycle.period.end:%Y-%m-%d}"

        def _told(*more):
            return CliRunner().invoke(app, [where, "--cycle", key, *more], catch_exceptions=False)

        assert "final    open\n" in _told().output
        assert "final    closed (by ops, " in _told("--close", "final", "--who", "ops").output
        assert store.phases(cycle).set_index("phase")["state"]["final"] == "closed"
        assert "final    open (by ops" in _told("--open", "final", "--who", "ops").output
        assert "prevote  closed, revealed" in _told("--reveal", "--who", "ops").output
        for wrong in (
            ["--close", "final"],
            ["--close", "soon", "--who", "ops"],
            ["--open", "prevote", "--who", "ops"],
            ["--close", "self", "--open", "self", "--who", "ops"],
        ):
            with pytest.raises(CsmkitError):
                _told(*wrong)


def test_phases_by_command_are_changed_all_or_none(where, cycle):
    with ck.open_store(where) as store:
        key = f"{cycle.period.start:%Y-%m-%d}:{cycle.period.end:%Y-%m-%d}"
        store.reveal(cycle, who="ops")
        before = store.phases(cycle)
        for wrong, says in (
            (["--close", "manager", "--close", "typo", "--reveal", "--who", "ops"], "'typo'"),
            (["--close", "manager", "--open", "typo", "--who", "ops"], "'typo'"),
            (["--close", "manager", "--open", "prevote", "--who", "ops"], "revealed"),
            (["--reveal", "--open", "prevote", "--who", "ops"], "closed and opened"),
            (["--close", "manager", "--reveal", "--who", " "], "writer"),
        ):
            with pytest.raises(UsageError, match=says):
                CliRunner().invoke(app, [where, "--cycle", key, *wrong], catch_exceptions=False)
            assert store.phases(cycle).equals(before)
