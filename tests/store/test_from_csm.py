"""What comes from a person themself: one file out, one file in, all of it or nothing."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import csmkit as ck
from csmkit.cycle import Period
from csmkit.errors import UnreadableInput, UsageError
from csmkit.matrix.read import parse_matrix, read_matrix
from csmkit.names import packet_slug
from csmkit.store.checked_file import MOST_BYTES, checksum
from csmkit.store.errors import ImportRefused, StoreReadOnly
from csmkit.store.from_csm import export_self, import_self
from csmkit.store.hand_in import hand_in, private_items
from csmkit.store.model import Change, Place, cycle_key
from csmkit.store.open import open_store

ANA, BEN = "anneke.devries@northwind.example", "amara.diallo@northwind.example"
HOSTILE = '<script>alert("x")</script> =1+1 \u202eeman\u202c \U0001f480'


class Desk:
    """A person's own store beside their own slice, and the leader's store."""

    def __init__(self, team, folder: Path, who: str = ANA):
        self.team, self.folder, self.who = team, folder, who
        self.matrix = read_matrix()
        self.book = ck.book_of(team, who, edition="csm")
        self.own = open_store(folder / "own.db")
        self.leader = open_store(folder / "leader.db")

    def score(self, competency, value, *, store=None, **more):
        store = store or self.own
        place = Place(cycle_key(self.team), "self", self.who, self.who, competency)
        held = store.scores(self.team, person=self.who, rater=self.who, phase="self")
        seen = held.loc[held["competency"] == competency, "revision"]
        digest = store.keep_matrix(self.matrix)
        return store.save(
            Change(place, value, seen=int(seen.max()) if len(seen) else 0, matrix=digest, **more)
        )

    def item(self, text="A renewal led alone", **more):
        given = {"person": self.who, "date": "2026-03-04", "text": text, "who": self.who}
        return self.own.add_evidence(self.book, **{**given, **more})

    def send(self, name="file", **more) -> Path:
        return export_self(self.own, self.book, self.folder / f"{name}.self.json", **more).path

    def take(self, path):
        return import_self(self.leader, path, cycle=self.team, matrix=self.matrix)

    def stored(self):
        rows = self.leader.scores(self.team, person=self.who, phase="self")
        return dict(zip(rows["competency"], rows["value"], strict=True))

    def whole(self):
        """Everything the leader's store has, but for times."""
        return (
            self.leader.history(self.team).drop(columns="at").to_csv(),
            self.leader.evidence(self.team).to_csv(),
            self.leader.comments(self.team).drop(columns="at").to_csv(),
        )

    def close(self):
        self.own.close()
        self.leader.close()


@pytest.fixture
def desk(team, tmp_path):
    made = Desk(team, tmp_path)
    yield made
    made.close()


def edited(path: Path, change, *, sign: bool = True) -> Path:
    """A copy of a file with its content changed; signed again unless the hand forgot."""
    whole = json.loads(path.read_text(encoding="utf-8"))
    change(whole["content"])
    if sign:
        whole["sha256"] = checksum(whole["content"])
    other = path.with_name(f"edited-{path.name}")
    other.write_text(json.dumps(whole), encoding="utf-8")
    return other


def refused(desk, path) -> dict[str, str]:
    before = desk.whole()
    with pytest.raises(ImportRefused) as caught:
        desk.take(path)
    assert desk.whole() == before
    assert "nothing of it was" in str(caught.value)
    return dict(caught.value.findings.to_numpy().tolist())


def test_scores_evidence_and_words_arrive_as_they_were_given(desk):
    cited = desk.item(HOSTILE, amount=1200.5, account="x", competencies=("qbr_craft",), kind="qbr")
    desk.score("qbr_craft", "green", evidence_ids=(cited,), note=HOSTILE)
    desk.score("overall", "meets")
    desk.own.add_comment(
        desk.book, person=ANA, kind="correction", about="NRR", text=HOSTILE, who=ANA
    )
    done = desk.take(desk.send())
    assert list(done["result"]) == ["added"] * 4
    row = desk.leader.scores(desk.team, person=ANA).set_index("competency").loc["qbr_craft"]
    assert (row["value"], row["note"], row["evidence_ids"]) == ("green", HOSTILE, cited)
    assert (row["rater_id"], row["who"], row["matrix"]) == (ANA, ANA, desk.matrix.digest)
    pd.testing.assert_frame_equal(desk.leader.evidence(desk.team), desk.own.evidence(desk.team))
    said = desk.leader.comments(desk.team).iloc[0]
    assert (said["kind"], said["about"], said["text"]) == ("correction", "NRR", HOSTILE)
    laid = desk.leader.overlay(desk.team).table("ratings")
    assert laid[laid["person_id"].eq(ANA) & laid["competency"].eq("overall")].shape[0] == 1


def test_private_items_stay_and_are_counted_and_not_cited(desk):
    secret = desk.item("A miss I am not ready to tell", private=True)
    told = desk.item("A win")
    desk.score("qbr_craft", "yellow", evidence_ids=(secret, told))
    path = desk.send()
    assert "not ready" not in path.read_text(encoding="utf-8")
    assert secret not in path.read_text(encoding="utf-8")
    done = desk.take(path)
    assert done.attrs["private_items"] == 1
    assert list(desk.leader.evidence(desk.team)["evidence_id"]) == [told]


def test_a_private_item_is_handed_in_later_and_cited_then(desk):
    secret, other = desk.item("A miss", private=True), desk.item("Another", private=True)
    desk.score("qbr_craft", "yellow", evidence_ids=(secret,), note="So it went.")
    desk.take(desk.send("first"))
    hand_in(desk.own, desk.book, secret)
    done = desk.take(desk.send("second"))
    assert done.attrs["private_items"] == 1
    (item,) = desk.leader.evidence(desk.team).to_dict("records")
    assert (item["text"], bool(item["private"])) == ("A miss", False)
    (score,) = desk.leader.scores(desk.team, person=ANA).to_dict("records")
    told = (score["value"], score["evidence_ids"], score["note"], score["revision"])
    assert told == ("yellow", item["evidence_id"], "So it went.", 2)
    assert list(private_items(desk.own, desk.book)["evidence_id"]) == [other]
    before = desk.own.history(desk.team).to_csv()
    hand_in(desk.own, desk.book, secret)
    assert desk.own.history(desk.team).to_csv() == before
    for wrong in ("gone", item["evidence_id"]):
        with pytest.raises(UsageError, match="no private item that can still be handed in"):
            hand_in(desk.own, desk.book, wrong)


def test_handing_in_that_stopped_half_way_is_done_again(desk, monkeypatch):
    secret = desk.item("A miss", private=True)
    desk.score("qbr_craft", "yellow", evidence_ids=(secret,))
    with monkeypatch.context() as broken:
        broken.setattr(desk.own, "save", lambda _: (_ for _ in ()).throw(StoreReadOnly("x", "y")))
        with pytest.raises(StoreReadOnly):
            hand_in(desk.own, desk.book, secret)
    hand_in(desk.own, desk.book, secret)
    assert private_items(desk.own, desk.book).empty
    (score,) = desk.own.scores(desk.team, person=ANA).to_dict("records")
    assert score["evidence_ids"] == f"{secret}-handed-in"


def test_what_was_written_is_told_in_a_sentence(desk):
    desk.item(private=True)
    desk.score("qbr_craft", "green")
    desk.score("overall", "meets")
    made = export_self(desk.own, desk.book, desk.folder)
    assert made.path.name == f"{packet_slug('Anneke de Vries', ANA)}.self.json"
    assert repr(made).endswith(
        "1 score, the overall level “meets”, 0 items of evidence, 0 comments."
        # The panel shows 20 of 20: the sample's own scores are in the export.
        " 19 further scores are in the export already and not sent again."
        " 1 private item of evidence stayed here."
    )


def test_importing_twice_changes_nothing(desk):
    desk.score("qbr_craft", "green", evidence_ids=(desk.item(),))
    desk.own.add_comment(desk.book, person=ANA, kind="comment", about="", text="So", who=ANA)
    path = desk.send()
    desk.take(path)
    before = desk.whole()
    again = desk.take(path)
    assert set(again["result"]) == {"as it was"}
    assert desk.whole() == before


def test_a_later_file_adds_what_changed_and_an_older_one_takes_nothing_back(desk):
    desk.score("qbr_craft", "green")
    desk.score("advocacy", "red")
    first = desk.send("first")
    desk.score("qbr_craft", "yellow")
    desk.score("advocacy", "")
    desk.score("overall", "meets")
    later = desk.send("later")
    desk.take(first)
    done = desk.take(later).set_index("what")
    assert list(done.loc["qbr_craft", ["before", "after", "result"]]) == [
        "green",
        "yellow",
        "changed",
    ]
    assert desk.stored() == {"qbr_craft": "yellow", "advocacy": "", "overall": "meets"}
    done = desk.take(first).set_index("what")
    assert done.loc["qbr_craft", "result"] == "older than what is there"
    assert desk.stored()["qbr_craft"] == "yellow"
    assert len(desk.leader.history(desk.team, person=ANA)) == 5


def test_an_older_file_that_comes_second_is_left(desk):
    desk.score("qbr_craft", "green")
    first = desk.send("first")
    desk.score("qbr_craft", "yellow")
    desk.take(desk.send("later"))
    assert list(desk.take(first)["result"]) == ["older than what is there"]


def test_a_clock_that_was_ahead_does_not_hold_up_what_comes_later(desk):
    desk.score("qbr_craft", "green")

    def ahead(content):
        content["scores"][0]["at"] = "2999-01-01T00:00:00+00:00"

    desk.take(edited(desk.send(), ahead))
    desk.score("qbr_craft", "red")
    assert list(desk.take(desk.send())["result"]) == ["changed"]


def test_a_file_edited_by_hand_is_refused(desk):
    desk.score("qbr_craft", "green")
    path = desk.send()

    def better(content):
        content["scores"][0]["value"] = "red"

    with pytest.raises(UnreadableInput, match="checksum does not fit"):
        desk.take(edited(path, better, sign=False))


def test_only_laid_out_anew_it_is_the_same_file(desk):
    desk.score("qbr_craft", "green")
    path = desk.send()
    whole = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(dict(reversed(whole.items())), indent=7), encoding="utf-8")
    assert list(desk.take(path)["result"]) == ["added"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no self-assessment"),
        ("[]", "no self-assessment"),
        ('{"format": "something"}', "no self-assessment"),
        ("[" * 100_000, "no self-assessment"),
        ('{"format": "csmkit self-assessment", "version": 2, "kit": "9.0"}', "version 2"),
        ('{"format": "csmkit self-assessment", "version": NaN}', "no self-assessment"),
    ],
)
def test_anything_else_is_refused_in_one_sentence(desk, text, says):
    path = desk.folder / "x.self.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableInput, match=says):
        desk.take(path)


def test_bytes_that_are_no_text_and_files_that_are_not_there(desk):
    path = desk.folder / "x.self.json"
    path.write_bytes(b"\xff\xfe\x00")
    for wrong in (path, desk.folder / "gone.self.json", desk.folder):
        with pytest.raises(UnreadableInput):
            desk.take(wrong)


def test_a_file_of_200_megabytes_is_refused_before_it_is_read(desk, monkeypatch):
    path = desk.folder / "x.self.json"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: pytest.fail("it was read"))
    with pytest.raises(UnreadableInput, match=f"at most {MOST_BYTES:,}"):
        desk.take(path)


def test_a_cut_file_is_refused(desk):
    desk.score("qbr_craft", "green")
    path = desk.send()
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(UnreadableInput, match="cut off"):
        desk.take(path)


def test_of_another_period_it_is_refused_with_both_named(desk):
    desk.score("qbr_craft", "green")
    path = desk.send()
    desk.team = replace(desk.team, period=Period.parse("2025-07-01:2025-12-31"))
    said = refused(desk, path)["cycle"]
    assert said == "it is of 2026-01-01 to 2026-06-30, and this cycle is 2025-07-01 to 2025-12-31"


def test_of_somebody_unknown_or_a_manager_it_is_refused(desk):
    desk.score("qbr_craft", "green")
    manager = desk.team.table("people").query("role == 'manager'")["person_id"].iloc[0]
    for who in ("nobody@example.com", manager):
        path = edited(desk.send(), lambda content, who=who: content.update(person_id=who))
        assert "nobody who is scored" in refused(desk, path)["person"]


def test_of_another_matrix_it_is_refused_with_both_labels(desk):
    desk.score("qbr_craft", "green")
    path = desk.send()
    text = re.sub(r"(?m)^version:.*$", "version: 9 (ours)", desk.matrix.text, count=1)
    desk.matrix = parse_matrix(text)
    assert desk.matrix.version == "9 (ours)"
    said = refused(desk, path)["matrix"]
    kits = read_matrix()
    assert f"{kits.name} {kits.version} ({kits.digest})" in said
    assert f"9 (ours) ({desk.matrix.digest})" in said


def test_everything_wrong_is_told_at_once(desk):
    desk.leader.add_evidence(
        desk.team, person=BEN, date="2026-02-02", text="Ben's", evidence_id="b", who=BEN
    )
    desk.score("qbr_craft", "green", evidence_ids=("b",))
    for name in ("advocacy", "success_planning", "renewal_foresight"):
        desk.score(name, "green")
    one, two = desk.item("one"), desk.item("two")

    def wrong(content):
        scores = {s["competency"]: s for s in content["scores"]}
        scores["advocacy"]["phase"] = "final"
        scores["success_planning"]["value"] = "exceeds"
        scores["renewal_foresight"]["competency"] = "charm"
        items = {e["evidence_id"]: e for e in content["evidence"]}
        items[one]["person_id"] = BEN
        items[two]["date"] = "yesterday"
        content["comments"] = [
            {"kind": "praise", "about": "", "text": "x", "at": ""},
            {"kind": "comment", "about": "", "text": "  ", "at": ""},
        ]

    said = refused(desk, edited(desk.send(), wrong))
    assert said == {
        "score of qbr_craft": "the evidence 'b' is somebody else's",
        "score of advocacy": f"it is no self-assessment of {ANA}",
        "score of success_planning": (
            "'exceeds' is none of its values: red, yellow, green, not_observed"
        ),
        "score of charm": "the matrix has no such competency",
        f"evidence {one!r}": f"it is not about {ANA}",
        f"evidence {two!r}": "'yesterday' is no day",
        "comment 1": "'praise' is none of: correction, comment, appeal",
        "comment 2": "it has no text",
    }


def test_an_item_that_here_is_something_else_is_refused_and_the_same_one_is_one(desk):
    mine, other = desk.item("Mine"), desk.item("Other")
    for name, text in ((mine, "Mine"), (other, "Not that")):
        desk.leader.add_evidence(
            desk.team, person=ANA, date="2026-03-04", text=text, evidence_id=name, who=BEN
        )
    assert refused(desk, desk.send()) == {f"evidence {other!r}": "another item has that id here"}


def test_a_row_of_the_export_is_one_item_though_its_names_are_blotted_in_the_slice(desk):
    row, later, whose = "row-0123456789abcdef", "row-fedcba9876543210", "row-1111111111111111"
    for name in (row, later, whose):
        desk.item("A call with a colleague", evidence_id=name)
    for name, date, who in (
        (row, "2026-03-04", ANA),
        (later, "2026-03-05", ANA),
        (whose, "2026-03-04", BEN),
    ):
        desk.leader.add_evidence(
            desk.team, person=who, date=date, text="A call with Ben", evidence_id=name, who=BEN
        )
    assert refused(desk, desk.send()) == {
        f"evidence {name!r}": "another item has that id here" for name in (later, whose)
    }


def test_a_row_that_the_manager_cited_first_keeps_the_manager_s_words(desk):
    row = desk.item("A call with a colleague", evidence_id="row-0123456789abcdef")
    desk.leader.add_evidence(
        desk.team, person=ANA, date="2026-03-04", text="A call with Ben", evidence_id=row, who=BEN
    )
    desk.score("qbr_craft", "green", evidence_ids=(row,))
    assert set(desk.take(desk.send())["result"]) == {"added", "as it was"}
    assert list(desk.leader.evidence(desk.team, ANA)["text"]) == ["A call with Ben"]


def test_a_closed_phase_takes_no_change_but_what_changes_nothing_passes(desk):
    desk.score("qbr_craft", "green")
    path = desk.send()
    desk.take(path)
    desk.leader.close_phase(desk.team, "self", who=BEN)
    assert list(desk.take(path)["result"]) == ["as it was"]
    desk.score("qbr_craft", "red")
    said = refused(desk, desk.send())
    assert said == {"phase": "self-assessments are closed, and it would change qbr_craft"}


def test_an_appeal_comes_after_the_outcome_and_without_scores(desk):
    desk.score("qbr_craft", "green")
    desk.take(desk.send())
    for phase in ("self", "manager"):
        desk.leader.close_phase(desk.team, phase, who=BEN)
    desk.score("qbr_craft", "red")
    desk.own.add_comment(
        desk.book, person=ANA, kind="appeal", about="The outcome", text="Look again", who=ANA
    )
    path = desk.send(scores=False)
    assert refused(desk, path) == {
        "comment 1": "it is an appeal, and there is no outcome yet: the phase final is open"
    }
    desk.leader.close_phase(desk.team, "final", who=BEN)
    assert list(desk.take(path)["kind"]) == ["comment"]
    assert desk.stored() == {"qbr_craft": "green"}


def test_what_the_store_cannot_take_is_not_half_taken(desk, monkeypatch):
    """The store fails after the first rows: nothing of the file is there."""
    import csmkit.store.self_plan as plan

    desk.score("qbr_craft", "green")
    desk.score("advocacy", "green")
    desk.item()
    path = desk.send()
    real, calls = plan.write, []

    def failing(connection, change):
        calls.append(change)
        if len(calls) == 2:
            raise StoreReadOnly("The disk went away.", "")
        return real(connection, change)

    monkeypatch.setattr(plan, "write", failing)
    before = desk.whole()
    with pytest.raises(StoreReadOnly):
        desk.take(path)
    assert len(calls) == 2
    assert desk.whole() == before


def test_a_team_is_no_slice(desk):
    with pytest.raises(UsageError, match="not one person's slice"):
        export_self(desk.own, desk.team, desk.folder)


def test_a_folder_that_is_not_there_is_said(desk):
    with pytest.raises(UsageError, match="cannot be written"):
        export_self(desk.own, desk.book, desk.folder / "gone" / "x.self.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_whatever_stands_in_a_signed_file_is_taken_or_refused_never_a_crash(desk, data):
    """Any value of any field replaced by anything: an error of the kit, or it is stored as text."""
    if not (desk.folder / "base.self.json").exists():
        desk.score("qbr_craft", "green", evidence_ids=(desk.item(),))
        desk.own.add_comment(desk.book, person=ANA, kind="comment", about="", text="So", who=ANA)
        desk.send("base")

    def mangled(content):
        names = [n for n in content if isinstance(content[n], list)]
        where = data.draw(st.sampled_from([None, *names]))
        row = content if where is None else content[where][0]
        row[data.draw(st.sampled_from(sorted(row)))] = data.draw(JSON)

    path = edited(desk.folder / "base.self.json", mangled)
    try:
        done = desk.take(path)
    except (UnreadableInput, ImportRefused):
        return
    assert set(done["result"]) <= {"added", "changed", "as it was", "older than what is there"}
