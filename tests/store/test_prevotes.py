"""Pre-votes as a file: one out, one in, all of it or nothing, and no vote is told on the way."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csmkit.cycle import Period
from csmkit.errors import CsmkitError, UnreadableInput, UsageError
from csmkit.matrix.read import parse_matrix, read_matrix
from csmkit.meeting.prevotes import prevotes_of
from csmkit.names import packet_slug
from csmkit.store.checked_file import checksum
from csmkit.store.errors import ImportRefused, NotAllowed, StoreReadOnly
from csmkit.store.model import Change, Place, cycle_key
from csmkit.store.open import open_store
from csmkit.store.prevotes_in import import_prevotes, prevote_files
from csmkit.store.prevotes_out import export_prevotes
from tests.store.house import built as built
from tests.store.house import house as house
from tests.store.house import server as server

KWAME, AMARA = "kwame.mensah@northwind.example", "amara.diallo@northwind.example"
DEEPA, TOMASZ = "deepa.krishnan@northwind.example", "tomasz.zielinski@northwind.example"
LEAD = "ingrid.solberg@northwind.example"
HOSTILE = '<script>alert("x")</script> =1+1 \u202eeman\u202c \U0001f480'


class Room:
    """A rater's own store, and the meeting's."""

    def __init__(self, team, folder: Path, store):
        self.team, self.folder, self.store = team, folder, store
        self.matrix = read_matrix()
        self.own = open_store(folder / "own.db")

    def vote(self, value, *, person=KWAME, competency="overall", rater=DEEPA, store=None, note=""):
        store = store or self.own
        place = Place(cycle_key(self.team), "prevote", person, rater, competency)
        held = store.scores(self.team, person=person, rater=rater, phase="prevote")
        seen = held.loc[held["competency"] == competency, "revision"]
        digest = store.keep_matrix(self.matrix)
        last = int(seen.max()) if len(seen) else 0
        return store.save(Change(place, value, seen=last, matrix=digest, note=note))

    def send(self, name="file", rater=DEEPA):
        path = self.folder / f"{name}.prevotes.json"
        return export_prevotes(self.own, self.team, rater, path).path

    def take(self, path, **more):
        return self.take_into(self.store, path, **more)

    def take_into(self, store, path, **more):
        given = {"cycle": self.team, "matrix": self.matrix, "who": LEAD, **more}
        return import_prevotes(store, path, **given)

    def stored(self):
        rows = self.store.scores(self.team, phase="prevote")
        places = zip(rows["person_id"], rows["competency"], strict=True)
        return dict(zip(places, rows["value"], strict=True))

    def whole(self):
        """Everything the meeting's store has."""
        return self.store.history(self.team).to_csv()


@pytest.fixture
def room(team, tmp_path, store):
    made = Room(team, tmp_path, store)
    yield made
    made.own.close()


@pytest.fixture
def file_room(team, tmp_path):
    """A meeting in a file: what does not hang on the kind of store."""
    with open_store(tmp_path / "meeting.db") as store:
        made = Room(team, tmp_path, store)
        yield made
        made.own.close()


def edited(path: Path, change, *, sign: bool = True) -> Path:
    """A copy of a file with its content changed; signed again unless the hand forgot."""
    whole = json.loads(path.read_text(encoding="utf-8"))
    change(whole["content"])
    if sign:
        whole["sha256"] = checksum(whole["content"])
    other = path.with_name(f"edited-{path.name}")
    other.write_text(json.dumps(whole), encoding="utf-8")
    return other


def refused(room, path) -> dict[str, str]:
    before = room.whole()
    with pytest.raises(ImportRefused) as caught:
        room.take(path)
    assert room.whole() == before
    assert "nothing of it was" in str(caught.value)
    return dict(caught.value.findings.to_numpy().tolist())


def test_what_goes_out_comes_in_with_notes_and_no_vote_is_told(room):
    room.vote("exceeds", note=HOSTILE)
    room.vote("needs", person=AMARA)
    room.vote("red", competency="advocacy", note="once")
    done = room.take(room.send())
    assert done.told == "3 pre-votes of Deepa Krishnan taken in."
    assert (done.rater_id, done.new, done.same, done.older) == (DEEPA, 3, 0, 0)
    for vote in ("exceeds", "needs", "red", HOSTILE, "once"):
        assert vote not in repr(done)
    rows = room.store.scores(room.team, phase="prevote")
    mine = rows.set_index(["person_id", "competency"])
    assert mine["value"].to_dict() == {
        (AMARA, "overall"): "needs",
        (KWAME, "advocacy"): "red",
        (KWAME, "overall"): "exceeds",
    }
    assert mine.loc[(KWAME, "overall"), "note"] == HOSTILE
    assert set(rows["rater_id"]) == {DEEPA}
    assert set(rows["who"]) == {LEAD}
    assert set(rows["matrix"]) == {room.matrix.digest}


def test_only_that_rater_s_pre_votes_are_in_the_file_and_no_evidence(file_room):
    room = file_room
    room.vote("meets")
    room.vote("needs", rater=TOMASZ, note="not mine to tell")
    place = Place(cycle_key(room.team), "manager", KWAME, DEEPA, "advocacy")
    room.own.save(Change(place, "red", note="a manager's score"))
    item = room.own.add_evidence(
        room.team, person=KWAME, date="2026-03-04", text="seen", who=DEEPA, phase="prevote"
    )
    colour = replace(place, phase="prevote")
    digest = room.own.keep_matrix(room.matrix)
    room.own.save(Change(colour, "green", evidence_ids=(item,), matrix=digest))
    path = room.send()
    text = path.read_text(encoding="utf-8")
    assert len(json.loads(text)["content"]["votes"]) == 2
    for other in (TOMASZ, "not mine to tell", "a manager's score", item, "seen"):
        assert other not in text
    assert room.take(path).new == 2


def test_what_was_written_is_told_and_where(file_room):
    room = file_room
    room.vote("meets")
    room.vote("red", competency="advocacy")
    room.vote("red", competency="qbr_craft")
    room.vote("", competency="qbr_craft")
    made = export_prevotes(room.own, room.team, "Deepa Krishnan", room.folder)
    assert made.path == room.folder / f"{packet_slug('Deepa Krishnan', DEEPA)}.prevotes.json"
    assert made.told == "Pre-votes in it: 1 overall level and 1 colour."
    assert list(room.folder.glob(".*")) == []


def test_without_a_vote_there_is_no_file(file_room):
    with pytest.raises(UsageError, match="Deepa Krishnan has no pre-vote in"):
        file_room.send()
    assert prevote_files([]) == []
    assert not (file_room.folder / "file.prevotes.json").exists()


def test_a_folder_that_is_not_there_is_said(file_room):
    file_room.vote("meets")
    with pytest.raises(UsageError, match="cannot be written"):
        file_room.send("gone/file")


def test_taking_a_file_in_twice_changes_nothing(room):
    room.vote("meets", note="so")
    room.vote("red", competency="advocacy")
    path = room.send()
    room.take(path)
    before = room.whole()
    again = room.take(path)
    assert again.told == "0 pre-votes of Deepa Krishnan taken in. 2 were there already."
    assert room.whole() == before


def test_a_later_file_adds_what_changed_and_an_older_one_takes_nothing_back(room):
    room.vote("meets")
    room.vote("red", competency="advocacy")
    first = room.send("first")
    room.vote("needs")
    room.vote("", competency="advocacy")
    room.vote("exceeds", person=AMARA)
    later = room.send("later")
    room.take(first)
    assert room.take(later).new == 3
    wanted = {(KWAME, "overall"): "needs", (KWAME, "advocacy"): "", (AMARA, "overall"): "exceeds"}
    assert room.stored() == wanted
    done = room.take(first)
    assert done.told.endswith("taken in. 2 were older than what is there, and left.")
    assert room.stored() == wanted


def test_each_rater_s_votes_are_cells_of_their_own(room):
    for rater, value in ((DEEPA, "meets"), (TOMASZ, "exceeds")):
        room.vote(value, rater=rater)
        room.take(room.send(rater, rater=rater))
    room.store.reveal(room.team, who=LEAD)
    scores = room.store.scores(room.team, phase="prevote")
    told = prevotes_of(scores, room.store.phases(room.team), KWAME)
    assert told["votes"].tolist() == [1, 1, 0]


def test_once_revealed_a_late_vote_is_refused_for_it_is_not_blind(room):
    room.vote("meets")
    path = room.send()
    room.take(path)
    room.store.reveal(room.team, who=LEAD)
    # What changes nothing passes.
    assert room.take(path).new == 0
    room.vote("exceeds", person=AMARA)
    later = room.send("later")
    told = refused(room, later)["phase"]
    assert told.startswith(f"the pre-votes were revealed by {LEAD} on ")
    assert told.endswith(
        "1 pre-vote in it would be new: given that late they do not count as blind"
    )
    with pytest.raises(ImportRefused) as caught:
        room.take(later)
    assert caught.value.remedy.startswith("Let the rater say it in the meeting")


def test_closed_and_not_revealed_it_says_how_to_open_it_again(room):
    room.vote("meets")
    room.store.close_phase(room.team, "prevote", who=LEAD)
    path = room.send()
    assert "were closed by" in refused(room, path)["phase"]
    with pytest.raises(ImportRefused, match="open the phase prevote again"):
        room.take(path)
    room.store.open_phase(room.team, "prevote", who=LEAD)
    assert room.take(path).new == 1


def test_of_another_period_it_is_refused_with_both_named(file_room):
    room = file_room
    room.vote("meets")
    path = room.send()
    room.team = replace(room.team, period=Period.parse("2025-07-01:2025-12-31"))
    said = refused(room, path)["cycle"]
    assert said == "it is of 2026-01-01 to 2026-06-30, and this cycle is 2025-07-01 to 2025-12-31"


def test_everything_wrong_is_told_at_once_and_no_vote_with_it(file_room):
    room = file_room
    for person in room.team.subjects["person_id"].iloc[:3]:
        room.vote("meets", person=person)
    room.vote("green", competency="advocacy")
    room.vote("red", competency="qbr_craft")
    room.vote("red", competency="mentoring")
    one, two, three = room.team.subjects["person_id"].iloc[:3]

    def wrong(content):
        votes = {(v["person_id"], v["competency"]): v for v in content["votes"]}
        votes[one, "overall"]["person_id"] = "nobody@example.com"
        votes[two, "overall"]["person_id"] = DEEPA
        votes[three, "overall"]["value"] = "green"
        votes[KWAME, "advocacy"]["competency"] = "charm"
        votes[KWAME, "qbr_craft"]["at"] = "yesterday"
        content["votes"].append(votes[KWAME, "mentoring"])

    assert refused(room, edited(room.send(), wrong)) == {
        "pre-vote of nobody@example.com, overall": "nobody who is scored in this cycle has that id",
        f"pre-vote of {DEEPA}, overall": "a rater has no vote on themself",
        f"pre-vote of {three}, overall": (
            "what it says is none of its values: exceeds, meets, needs"
        ),
        f"pre-vote of {KWAME}, charm": "the matrix has no such competency",
        f"pre-vote of {KWAME}, qbr_craft": "'yesterday' is no time",
        f"pre-vote of {KWAME}, mentoring": "it is there twice",
    }


def test_of_a_rater_nobody_knows_it_is_refused(file_room):
    file_room.vote("meets")
    path = edited(file_room.send(), lambda content: content.update(rater_id="x@example.com"))
    assert refused(file_room, path) == {"rater": "nobody in this export has the id 'x@example.com'"}


def test_a_manager_is_not_voted_on(file_room):
    file_room.vote("meets")

    def of_a_manager(content):
        content["votes"][0]["person_id"] = TOMASZ

    assert list(refused(file_room, edited(file_room.send(), of_a_manager)).values()) == [
        "nobody who is scored in this cycle has that id"
    ]


def test_colours_of_another_matrix_are_refused_and_an_overall_level_is_not(file_room):
    room = file_room
    room.vote("meets")
    path = room.send()
    text = re.sub(r"(?m)^version:.*$", "version: 9 (ours)", room.matrix.text, count=1)
    kits, room.matrix = room.matrix, parse_matrix(text)
    assert room.take(path).new == 1
    assert room.store.scores(room.team, phase="prevote")["matrix"].tolist() == [""]
    ours, room.matrix = room.matrix, kits
    room.vote("red", competency="advocacy")
    path, room.matrix = room.send(), ours
    assert f"it was scored by {kits.name} {kits.version}" in refused(room, path)["matrix"]


def test_a_file_edited_by_hand_is_refused(file_room):
    file_room.vote("meets")

    def better(content):
        content["votes"][0]["value"] = "exceeds"

    with pytest.raises(UnreadableInput, match=r"checksum does not fit.*on their panel"):
        file_room.take(edited(file_room.send(), better, sign=False))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no file of pre-votes"),
        ('{"format": "csmkit self-assessment"}', "no file of pre-votes"),
        ('{"format": "csmkit pre-votes", "version": 2, "kit": "9.0"}', "version 2 .* csmkit '9.0'"),
        ('{"format": "csmkit pre-votes", "version": 1}', "checksum does not fit"),
    ],
)
def test_anything_else_is_refused_in_one_sentence(file_room, text, says):
    path = file_room.folder / "x.prevotes.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableInput, match=says):
        file_room.take(path)
    with pytest.raises(UnreadableInput, match="cannot be read"):
        file_room.take(file_room.folder / "gone.prevotes.json")


def test_who_takes_it_in_must_be_said(file_room):
    file_room.vote("meets")
    with pytest.raises(UsageError, match="writer"):
        file_room.take(file_room.send(), who=" ")


def test_what_the_store_cannot_take_is_not_half_taken(room, monkeypatch):
    import csmkit.store.prevotes_plan as plan

    room.vote("meets")
    room.vote("meets", person=AMARA)
    path, real, calls = room.send(), plan.write, []

    def failing(connection, change):
        calls.append(change)
        if len(calls) == 2:
            raise StoreReadOnly("The disk went away.", "")
        return real(connection, change)

    monkeypatch.setattr(plan, "write", failing)
    with pytest.raises(StoreReadOnly):
        room.take(path)
    assert (len(calls), room.stored()) == (2, {})


def test_files_and_folders_of_them(file_room):
    folder = file_room.folder / "from raters"
    folder.mkdir()
    for name in ("b.prevotes.json", "a.prevotes.json", "note.txt"):
        (folder / name).write_text("", encoding="utf-8")
    names = [file.name for file in prevote_files([folder, folder / "a.prevotes.json", "x.json"])]
    assert names == ["a.prevotes.json", "b.prevotes.json", "x.json"]
    with pytest.raises(UsageError, match="has no file that ends in"):
        prevote_files([file_room.folder])


def test_until_revealed_they_are_in_no_overlay(room):
    room.vote("meets")
    room.take(room.send())

    def laid():
        rows = room.store.overlay(room.team).table("ratings")
        return rows[rows["phase"].eq("prevote") & rows["rater_id"].eq(DEEPA)]["value"].tolist()

    assert laid() == []
    room.store.reveal(room.team, who=LEAD)
    assert laid() == ["meets"]


def test_on_a_server_the_owner_takes_files_in_and_a_part_reader_does_not(house, file_room):
    file_room.vote("meets")
    path = file_room.send()
    for name in ("fay", "rita"):
        with pytest.raises(NotAllowed, match="vote with logins of their own"):
            file_room.take_into(house.open(name), path)
    assert file_room.take_into(house.open("olga"), path).new == 1
    own = house.store.scores(file_room.team, rater=DEEPA)
    assert own[["value", "who"]].to_numpy().tolist() == [["meets", LEAD]]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_whatever_stands_in_a_signed_file_is_taken_or_refused_never_a_crash(file_room, data):
    room = file_room
    if not (room.folder / "base.prevotes.json").exists():
        room.vote("meets", note="so")
        room.vote("red", competency="advocacy")
        room.send("base")

    def mangled(content):
        where = data.draw(st.sampled_from(["", "votes"]))
        row = content[where][0] if where else content
        row[data.draw(st.sampled_from(sorted(row)))] = data.draw(JSON)

    try:
        done = room.take(edited(room.folder / "base.prevotes.json", mangled))
    except (UnreadableInput, ImportRefused):
        return
    assert done.new + done.same + done.older <= 2


def test_every_message_has_a_remedy(file_room):
    file_room.vote("meets")
    file_room.store.reveal(file_room.team, who=LEAD)
    with pytest.raises(CsmkitError) as caught:
        file_room.take(file_room.send())
    assert caught.value.remedy
    assert isinstance(caught.value.findings, pd.DataFrame)
