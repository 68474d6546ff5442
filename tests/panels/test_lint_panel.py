"""The check of a review while it is written: a text in, remarks with their places out."""

import json

import pytest

import csmkit as ck
from csmkit.errors import UsageError
from csmkit.panels.lint import LONGEST, lint_panel
from csmkit.panels.texts import texts
from csmkit.words import review
from csmkit.words.patterns import said
from csmkit.words.review import check_review

EMEKA, KWAME = "emeka.obi@northwind.example", "kwame.mensah@northwind.example"
TEXT = (
    "# Review\n\nShe is a trusted adviser, and a team player.\n\n## Goals\n\n- Be more strategic.\n"
)


class Hand:
    """Sends texts to a panel as the browser does, and keeps the answers."""

    def __init__(self, *given, **more):
        self.panel, self.answers = lint_panel(*given, **more), []
        self.panel.send = lambda answer: self.answers.append(json.loads(json.dumps(answer)))

    def check(self, text, key="k", before=""):
        message = {"do": "check", "key": key, "text": text, "before": before}
        self.panel._handle_custom_msg(json.loads(json.dumps(message)), [])
        return self.answers[-1]


def placed(answer):
    return [one for one in answer["remarks"] if one["line"]]


def test_the_remarks_are_those_of_the_check_each_with_its_place():
    answer = Hand().check(TEXT)
    found = check_review(TEXT)
    assert [one["rule"] for one in answer["remarks"]] == found["rule"].tolist()
    assert [TEXT[one["start"] : one["end"]] for one in placed(answer)] == [
        "trusted adviser",
        "team player",
        "Be more strategic.",
    ]
    assert answer["words"] == 14
    assert answer["key"] == "k"


def test_places_are_counted_as_a_browser_counts_them():
    # A browser counts letters beyond the first 65,536 as two: here 2 + 1 + 2 of them.
    text = "\N{GRINNING FACE} and \N{PARTY POPPER}: she is a trusted adviser."
    (one,) = (r for r in Hand().check(text)["remarks"] if r["rule"] == "empty")
    units = text.encode("utf-16-le")
    assert units[2 * one["start"] : 2 * one["end"]].decode("utf-16-le") == "trusted adviser"
    assert one["start"] == text.index("trusted") + 2


def test_places_fit_a_field_that_ends_its_lines_with_one_sign():
    hand = Hand("One.\r\n\r\nShe is a trusted adviser.\rTwo.")
    assert hand.panel.text == "One.\n\nShe is a trusted adviser.\nTwo."
    answer = hand.check(TEXT.replace("\n", "\r\n"))
    assert TEXT[placed(answer)[0]["start"] :].startswith("trusted adviser")


def test_what_is_written_can_be_read_in_the_notebook():
    hand = Hand("Begun.")
    assert hand.panel.text == "Begun."
    hand.check(TEXT)
    assert hand.panel.text == TEXT
    assert hand.panel.turn == 0
    assert not ck.check_review(hand.panel.text).empty


def test_what_the_notebook_sets_takes_the_place_of_what_is_on_the_page():
    hand = Hand()
    hand.panel.text = "From a file."
    assert hand.panel.turn == 1
    hand.panel.text = "From a file."
    assert hand.panel.turn == 1


@pytest.mark.parametrize("text", ["", "  \n\t\n"])
def test_nothing_is_remarked_on_nothing(text):
    answer = Hand().check(text)
    assert (answer["remarks"], answer["words"]) == ([], 0)


def test_a_book_of_text_is_refused_and_not_lost():
    hand = Hand()
    answer = hand.check("word " * LONGEST)
    assert answer["answer"] == "refused"
    assert "250,000 characters" in answer["what"]
    assert hand.panel.text == "word " * LONGEST


def test_with_the_teams_data_names_and_ownership_are_looked_up(team):
    hand = Hand(cycle=team, csm="Emeka Obi")
    answer = hand.check("She asked Kwame Mensah to help with the call of 3 May.")
    assert "colleague" in [one["rule"] for one in answer["remarks"]]
    assert hand.panel.shown["about"] == "Emeka Obi · 1 Jan 2026 to 30 Jun 2026"
    assert "colleague" not in [
        one["rule"] for one in Hand().check("She asked Kwame Mensah to help.")["remarks"]
    ]


def test_the_names_of_a_team_are_gathered_once(team, monkeypatch):
    team, asked = team.with_tables(), []
    known = review._Known.of.__func__
    monkeypatch.setattr(
        review._Known, "of", classmethod(lambda c, *a: asked.append(a[1]) or known(c, *a))
    )
    hand, other = Hand(cycle=team, csm=EMEKA), Hand(cycle=team, csm=KWAME)
    for text in ("One.", "One two.", "One two three."):
        hand.check(text)
    other.check("One.")
    assert asked == [EMEKA, KWAME]


def test_in_a_slice_it_is_the_review_of_its_person(team):
    book = ck.book_of(team, EMEKA)
    hand = Hand(cycle=book, kind="self")
    assert hand.panel.shown["about"].startswith("Emeka Obi")
    assert placed(hand.check(TEXT))
    assert Hand(cycle=book, csm="Emeka Obi").panel.shown["session"][1] == EMEKA
    with pytest.raises(UsageError, match="the slice is emeka"):
        lint_panel(cycle=book, csm="deepa.krishnan@northwind.example")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"kind": "poem"}, "review, self"),
        ({"csm": EMEKA}, "no cycle"),
        ({"cycle": True}, "csm is blank"),
        ({"cycle": True, "csm": "emeka.ob@northwind.example"}, "Did you mean: emeka.obi@"),
    ],
)
def test_what_does_not_fit_is_said_at_once(team, given, says):
    given = {**given, "cycle": team} if "cycle" in given else given
    with pytest.raises(UsageError, match=says):
        lint_panel(**given)


def test_each_remark_on_words_is_of_a_sort_that_is_drawn_differently():
    sorted_rules = [rule for sort in texts("lint")["sorts"].values() for rule in sort["rules"]]
    of_whole = {"late", "loss", "balance", "short", "long", "language"}
    assert sorted([*sorted_rules, *of_whole]) == sorted(said()["rules"])
    style = lint_panel()._css
    lines = [
        style.split(f":is(.mark, .sort).{sort} {{")[1]
        .split("}")[0]
        .split("style: ")[1]
        .split(";")[0]
        for sort in texts("lint")["sorts"]
    ]
    assert lines == ["wavy", "dashed", "double"]


def test_whole_text_remarks_have_no_place():
    answer = Hand().check("Acme grew by €3,000 in May.")
    whole = [one for one in answer["remarks"] if not one["line"]]
    assert {one["rule"] for one in whole} == {"loss", "balance", "short"}
    assert {one["sort"] for one in whole} == {""}


def test_hostile_text_stays_text():
    text = "<img src=x onerror=alert(1)> She is a trusted\u202e adviser{marked}. \ud800 He is too emotional."
    answer = Hand().check(text)
    assert "\u202e" not in json.dumps([one["says"] for one in answer["remarks"]])
    (trait,) = (one for one in answer["remarks"] if one["rule"] == "personality")
    assert text[trait["start"] : trait["end"]] == "emotional"


def test_the_page_takes_text_as_text_only_and_asks_nobody_to_check_spelling():
    script = lint_panel()._esm
    for markup in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "http"):
        assert markup not in script
    assert 'spellcheck: "false"' in script


def test_two_texts_are_two_drafts_on_the_page(team):
    sessions = [
        lint_panel(text, **more).shown["session"]
        for text, more in [
            ("", {}),
            ("", {"kind": "self"}),
            ("Other.", {}),
            ("", {"cycle": team, "csm": EMEKA}),
            ("", {"cycle": team, "csm": KWAME}),
        ]
    ]
    assert len({json.dumps(one) for one in sessions}) == 5
    assert lint_panel().shown["session"] == lint_panel().shown["session"]
    assert lint_panel().shown["panel"] != lint_panel().shown["panel"]


def test_what_a_draft_holds_beside_its_text_is_not_counted():
    assert Hand().check("It grew. [1] [missing: by how much?]")["words"] == 2


def test_a_file_keeps_what_is_written_and_is_gone_on_with(tmp_path):
    file = tmp_path / "review.md"
    hand = Hand("Begun.", file=file)
    assert hand.check("Begun.")["kept"] == ""
    assert not file.exists()
    assert hand.check("She kept Acme.")["kept"].startswith("Kept ")
    assert file.read_text(encoding="utf-8") == "She kept Acme."
    assert Hand("Begun.", file=file).panel.text == "She kept Acme."
    assert Hand("Begun.").check("x")["kept"] == ""


def test_what_another_program_wrote_into_the_file_stays(tmp_path):
    file = tmp_path / "review.md"
    hand = Hand(file=file)
    hand.check("Mine.")
    assert hand.check("Mine, longer.", before="Mine.")["kept"]
    assert hand.check("Mine.", before="Mine, longer.")["kept"]
    file.write_text("Theirs.", encoding="utf-8")
    # Also where the cell was run again, and the page goes on with what it had.
    for panel in (hand, Hand(file=file)):
        answer = panel.check("Mine, and more.", before="Mine.")
        assert answer["answer"] == "refused"
    assert "review.md was changed by another program" in answer["what"]
    assert file.read_text(encoding="utf-8") == "Theirs."


def test_a_link_to_a_file_stays_one(tmp_path):
    (tmp_path / "real.md").write_text("Mine.", encoding="utf-8")
    (tmp_path / "link.md").symlink_to("real.md")
    Hand(file=tmp_path / "link.md").check("Mine, longer.", before="Mine.")
    assert (tmp_path / "link.md").is_symlink()
    assert (tmp_path / "real.md").read_text(encoding="utf-8") == "Mine, longer."


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", None], ids=["no text", "no folder"])
def test_a_file_that_cannot_keep_text_is_named(tmp_path, data):
    file = tmp_path / "review.md" if data else tmp_path / "none" / "review.md"
    if data:
        file.write_bytes(data)
    with pytest.raises(UsageError, match="no text file" if data else "no folder"):
        lint_panel(file=file)
