"""A person's word on their own packet, and when an appeal can be written."""

import json

import pytest

import csmkit as ck
from csmkit.errors import UsageError
from csmkit.panels.voice import add_comment, voice_panel
from csmkit.store.open import open_store

KWAME, DEEPA = "kwame.mensah@northwind.example", "deepa.krishnan@northwind.example"


@pytest.fixture
def store(tmp_path):
    opened = open_store(tmp_path / "scores.db")
    yield opened
    opened.close()


def kinds(panel):
    return [value for value, _ in panel.shown["fields"][0]["options"]]


def send(panel, **values):
    answers = []
    panel.send = answers.append
    message = json.loads(json.dumps({"do": "add", "key": "k", "values": values}))
    panel._handle_custom_msg(message, [])
    return answers[-1]


def test_a_correction_is_stored_as_it_was_written(team, store):
    panel = voice_panel(team, store=store, csm=KWAME)
    answer = send(panel, kind="correction", about="NRR", text="<i>Acme</i> was Bo's")
    assert answer["answer"] == "added"
    (row,) = store.comments(team, KWAME).to_dict("records")
    assert (row["kind"], row["about"], row["text"], row["who"]) == (
        "correction",
        "NRR",
        "<i>Acme</i> was Bo's",
        KWAME,
    )
    assert panel.rows[0]["head"].endswith(" · NRR")
    assert panel.rows[0]["tag"] == "correction"


def test_sent_again_it_is_one(team, store):
    panel = voice_panel(team, store=store, csm=KWAME)
    for _ in range(2):
        send(panel, kind="comment", about="", text="So")
    assert len(store.comments(team)) == 1


def test_an_appeal_is_offered_once_the_final_scores_are_closed(team, store):
    panel = voice_panel(team, store=store, csm=KWAME)
    assert kinds(panel) == ["correction", "comment"]
    assert "not closed yet" in send(panel, kind="appeal", about="", text="Look")["what"]
    store.close_phase(team, "final", who=DEEPA)
    panel = voice_panel(team, store=store, csm=KWAME)
    assert kinds(panel) == ["correction", "comment", "appeal"]
    assert send(panel, kind="appeal", about="The outcome", text="Look")["answer"] == "added"
    store.open_phase(team, "final", who=DEEPA)
    assert kinds(voice_panel(team, store=store, csm=KWAME)) == ["correction", "comment"]


def test_in_ones_own_store_one_says_oneself_that_the_outcome_is_known(team, store):
    book = ck.book_of(team, KWAME, edition="csm")
    assert "appeal" in kinds(voice_panel(book, store=store, csm=KWAME, outcome_known=True))
    assert "appeal" not in kinds(voice_panel(book, store=store, csm=KWAME, outcome_known=False))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"text": "  "}, "has no text"),
        ({"text": "x" * 10_001}, "10,001 characters"),
        ({"about": "x" * 201}, "201 characters"),
        ({"kind": "praise"}, "praise"),
    ],
)
def test_what_is_not_right_is_said_and_not_stored(team, store, change, says):
    given = {"kind": "comment", "about": "NRR", "text": "So"} | change
    with pytest.raises(UsageError, match=says):
        add_comment(store, team, who=KWAME, **given)
    assert store.comments(team).empty


def test_only_ones_own_words_are_shown(team, store):
    add_comment(store, team, who=DEEPA, kind="comment", about="", text="Deepa's")
    assert voice_panel(team, store=store, csm=KWAME).rows == []
