"""Before the review: where the two lists and the two sets of scores part, on one page."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import csmkit as ck
from csmkit.errors import UsageError
from csmkit.words.one_page import LEAST_MINUTES, inert, minutes_of
from csmkit.words.pre_review import MOST_LINES, defining_moments
from csmkit.words.pre_review_agenda import WORDS, pre_review_agenda
from csmkit.words.score_differences import score_differences
from tests.compute.helpers import contracts, cycle_of, owned, rows

BOHDAN = "bohdan.kovalenko@northwind.example"
KWAME = "kwame.mensah@northwind.example"
NAMES = {"a1": "Northgate Foods", "a2": "Blue Volta Energy", "a3": "Harbour"}
OTHERS = {"b1": "Northgate Logistics GmbH", "b2": "Kestrel Mobility"}
ITEM = "evidence_id person_id date text account_id kind private"
RATING = "person_id rater_id competency phase value evidence_ids at"


def team_of(**tables):
    """Ana, who has three accounts, and Ben, who has two; Max is their manager."""
    people = rows(
        "person_id name role manager_id",
        ("ana", "Ana Lee", "csm", "max"),
        ("ben", "Ben Okoro", "csm", "max"),
        ("max", "Max Roy", "manager", None),
    )
    every = {**NAMES, **OTHERS}
    given = {
        "people": people,
        "accounts": rows("account_id name", *every.items()),
        "ownership": owned(
            *((one, "ana", "2025-01-01", None) for one in NAMES),
            *((one, "ben", "2025-01-01", None) for one in OTHERS),
        ),
        "contracts": contracts(*((one, "2025-01-01", "2026-12-31", 100) for one in every)),
    }
    return cycle_of(**{**given, **tables})


def rated(*values):
    """Ratings: who rated, phase, competency, value, what is cited."""
    return rows(
        RATING,
        *(
            ("ana", rater, c, phase, value, ids, "2026-06-01")
            for rater, phase, c, value, ids in values
        ),
    )


def moments(own="", manager="", **tables):
    return defining_moments(team_of(**tables), csm="ana", own=own, manager=manager)


def by_account(frame):
    return frame.set_index("account")["apart"].to_dict()


def test_an_account_that_only_one_side_names_is_apart_and_comes_first():
    found = moments(
        "Harbour stayed\nBlue Volta Energy grew", "- harbour renewed\n2. Northgate Foods left"
    )
    assert found["account"].tolist() == ["Blue Volta Energy", "Northgate Foods", "Harbour"]
    assert found["apart"].tolist() == [True, True, False]
    assert found[["own", "manager"]].to_numpy().tolist() == [
        ["Blue Volta Energy grew", ""],
        ["", "Northgate Foods left"],
        ["Harbour stayed", "harbour renewed"],
    ]
    assert (found.attrs["own_from"], found.attrs["manager_from"]) == ("list", "list")


@pytest.mark.parametrize(
    "line", ["Blue Volta signed", "blue vlta energy signed", "BLUE VOLTA ENERGY"]
)
def test_an_account_is_known_however_it_is_spelt(line):
    assert by_account(moments(line, "Blue Volta Energy grew")) == {"Blue Volta Energy": False}


def test_a_line_with_two_accounts_counts_for_both():
    found = moments("Harbour and Blue Volta Energy renewed early", "Harbour")
    assert by_account(found) == {"Blue Volta Energy": True, "Harbour": False}


def test_a_line_about_no_account_is_kept_and_found_again_on_the_other_list():
    found = moments(
        "Wrote the new triage guide\nMoved to the night shift", "wrote new triage guide"
    )
    assert found["account"].tolist() == ["", ""]
    assert found["own"].tolist() == ["Moved to the night shift", "Wrote the new triage guide"]
    assert found["apart"].tolist() == [True, False]


def test_an_account_of_somebody_else_is_neither_matched_nor_named():
    found = moments("Helped at Kestrel Mobility\nNorthgate Logistics was loud", "Harbour")
    mine = found[found["own"].ne("")]
    assert mine["own"].tolist() == ["Helped at Kestrel Mobility", "Northgate Logistics was loud"]
    assert set(mine["account"]) == {""}
    assert "GmbH" not in found.to_string()


def test_what_two_accounts_may_be_is_asked_and_not_decided():
    found = moments("Northgate was close", "Northgate Foods was close")
    asked = found[found["own"].ne("")].iloc[0]
    assert asked["account"] == ""
    assert asked["remark"] == (
        "“Northgate was” may be Northgate Foods or an account outside this book: which?"
    )
    sure = defining_moments(team_of(), csm="ana", own="Northgate Foods", manager="Northgate Foods")
    assert sure["remark"].tolist() == [""]


def test_days_that_lie_apart_are_asked_about():
    found = moments("Harbour, call on 12 January 2026", "Harbour: review of 3 June 2026")
    assert found["apart"].tolist() == [False]
    assert found["remark"].tolist() == [
        "The days named lie apart (12 Jan 2026; 3 Jun 2026): one moment or two?"
    ]
    near = moments("Harbour, call on 12 May 2026", "Harbour: review of 3 June 2026")
    assert near["remark"].tolist() == [""]


ITEMS = rows(
    ITEM,
    (
        "e1",
        "ana",
        "2026-03-02",
        "Talked Ben Okoro and Kestrel Mobility through it",
        "a3",
        "win",
        False,
    ),
    ("e2", "ana", "2026-03-09", "Secret miss", "a1", "miss", True),
    ("e3", "ana", "2025-12-31", "Of the last period", "a1", "win", False),
    ("e4", "ana", "2026-04-01", "At somebody else’s account", "b2", "win", False),
)


def test_without_a_list_stands_what_its_side_cites_in_its_own_phase():
    ratings = rated(
        ("ana", "self", "qbr_craft", "green", "e1;e2;e3"),
        ("ana", "self", "advocacy", "green", "e1"),
        ("max", "manager", "qbr_craft", "red", "e4"),
        ("max", "prevote", "mentoring", "red", "e1"),
        ("max", "final", "mentoring", "red", "e1"),
    )
    found = moments(ratings=ratings, evidence=ITEMS)
    assert found[["account", "own", "manager"]].to_numpy().tolist() == [
        [
            "Harbour",
            "2 Mar 2026: Talked a colleague and another account through it (QBR craft, Advocacy)",
            "",
        ],
        ["", "", "1 Apr 2026: At somebody else’s account (QBR craft)"],
    ]
    assert (found.attrs["own_from"], found.attrs["manager_from"]) == ("cited", "cited")


def test_beside_a_list_that_is_not_there_nobody_can_tell_what_is_apart():
    found = moments("Harbour stayed")
    assert found.attrs["manager_from"] == "nothing"
    assert found["apart"].isna().tolist() == [True]


def test_what_is_known_of_an_account_is_told_without_private_items():
    renewals = rows(
        "account_id due outcome arr_due arr_renewed", ("a1", "2026-04-01", "renewed", 100, 120)
    )
    found = moments("Northgate Foods\nHarbour", "Harbour", renewals=renewals, evidence=ITEMS)
    known = found.set_index("account")["known"]
    assert known["Northgate Foods"] == "Renewed at 120, due 1 Apr 2026, 100 before."
    assert "Secret" not in found.to_string()
    assert known["Harbour"] == "Nothing in the tables, and nothing on file."


@pytest.mark.parametrize("text", ["# Moments\n\n", "a\n" * (MOST_LINES + 1), "x" * 3_000])
def test_what_is_no_list_of_moments_is_said(text):
    with pytest.raises(UsageError, match="list of the manager"):
        moments("Harbour", text)


def test_a_book_tells_what_the_team_tells(team):
    lists = {
        "own": "Aurora Metals came back\nWrote the playbook",
        "manager": "Falkner Rail, yellow",
    }
    of_team = defining_moments(team, csm=BOHDAN, **lists)
    of_book = defining_moments(ck.book_of(team, BOHDAN), csm=BOHDAN, **lists)
    assert of_team.equals(of_book)
    scores = score_differences(team, csm=BOHDAN)
    assert scores.equals(score_differences(ck.book_of(team, BOHDAN), csm=BOHDAN))
    agenda = pre_review_agenda(team, csm=BOHDAN, **lists)
    assert agenda == pre_review_agenda(ck.book_of(team, BOHDAN), csm=BOHDAN, **lists)


def test_scores_furthest_apart_come_first_and_what_cannot_be_compared_last():
    ratings = rated(
        ("ana", "self", "book_strategy", "green", None),
        ("max", "manager", "book_strategy", "yellow", None),
        ("ana", "self", "qbr_craft", "red", "e1;e2"),
        ("max", "manager", "qbr_craft", "green", "e1"),
        ("ana", "self", "advocacy", "not_observed", None),
        ("max", "manager", "advocacy", "green", None),
        ("ana", "self", "overall", "meets", None),
        ("max", "manager", "overall", "needs", None),
        ("ana", "self", "mentoring", "green", None),
    )
    found = score_differences(team_of(ratings=ratings, evidence=ITEMS), csm="ana")
    assert found["name"].tolist()[:3] == [
        "QBR craft",
        "Overall level",
        "Book strategy and prioritisation",
    ]
    assert found["apart"].tolist()[:3] == [-2.0, 1.0, 1.0]
    says = found.set_index("competency")["says"]
    assert says["qbr_craft"] == "The manager 2 steps higher"
    assert says["overall"] == "The CSM 1 step higher"
    assert says["advocacy"] == "Not observed by the CSM"
    assert says["mentoring"] == "Not scored by the manager"
    assert says["adoption"] == "Not scored by the CSM; not scored by the manager"
    cited = found.set_index("competency").loc["qbr_craft", ["self_cites", "manager_cites"]]
    # The private item is no item that can be shown.
    assert set(cited) == {"2 Mar 2026: Talked a colleague and another account through it"}


def test_no_vote_before_the_meeting_and_no_final_score_is_shown():
    ratings = rated(
        ("ana", "self", "qbr_craft", "green", None),
        ("max", "prevote", "qbr_craft", "red", None),
        ("max", "final", "qbr_craft", "red", None),
        ("max", "final", "overall", "exceeds", None),
    )
    cycle = team_of(ratings=ratings)
    found = score_differences(cycle, csm="ana")
    assert "red" not in set(found["manager"])
    assert "overall" not in set(found["competency"])
    assert found.attrs["why"] == "The manager gave no scores yet."
    agenda = pre_review_agenda(cycle, csm="ana", own="Harbour", manager="Harbour")
    assert not re.search(r"\bred\b|exceeds|final|Exceeds", agenda)
    assert "What parts cannot be told before both have scored." in agenda


def test_who_scored_in_the_managers_place_is_told():
    ratings = rated(("ben", "manager", "qbr_craft", "green", None))
    found = score_differences(team_of(ratings=ratings), csm="ana")
    assert found.set_index("competency").loc["qbr_craft", "given_by"] == "Ben Okoro"


def test_what_is_on_record_twice_is_told_once_with_both_days():
    touches = rows(
        "account_id person_id date type",
        ("a3", "ana", "2026-02-10", "qbr"),
        ("a3", "ana", "2026-03-27", "qbr"),
    )
    item = rows(ITEM, ("e1", "ana", "2026-03-27", "Showed the use of seats", "a3", "qbr", False))
    found = moments("Harbour", "Harbour", touchpoints=touches, evidence=item)
    assert found["known"].tolist() == [
        "10 Feb 2026 and 27 Mar 2026: Business review. 27 Mar 2026: Showed the use of seats."
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Shown to Ben Okoro and Max Roy", "Shown to two colleagues"),
        ("Ben Okoro, Max Roy and Ben Okoro use it", "several colleagues use it"),
        ("Shown to Ben Okoro", "Shown to a colleague"),
    ],
)
def test_several_colleagues_in_a_row_are_told_together(text, told):
    item = rows(ITEM, ("e1", "ana", "2026-03-02", text, "a3", "mentoring", False))
    people = rows(
        "person_id name role manager_id",
        ("ana", "Ana Lee", "csm", "eva"),
        ("ben", "Ben Okoro", "csm", "eva"),
        ("max", "Max Roy", "csm", "eva"),
        ("eva", "Eva Poe", "manager", None),
    )
    found = moments("Harbour", "Harbour", people=people, evidence=item)
    assert found["known"].tolist() == [f"2 Mar 2026: {told}."]


def test_renewals_due_soon_are_a_topic_the_largest_first_with_their_plan():
    due = rows(
        "account_id due closed outcome arr_due risk_raised",
        ("a1", "2026-07-06", None, "open", 580, "2026-06-10"),
        ("a2", "2026-07-30", None, "open", 900, None),
        ("a3", "2026-07-31", None, "open", 700, None),  # 31 days ahead
        ("b1", "2026-07-06", None, "open", 990, None),  # Ben's
    )
    plans = rows(
        "account_id opened due closed status", ("a1", "2026-01-05", "2026-06-03", None, "open")
    )
    agenda = pre_review_agenda(
        team_of(renewals=due, plans=plans), csm="ana", own="Harbour", manager="Harbour"
    )
    part = agenda.split("## Renewals due soon")[1].split("\n## ")[0]
    assert part.split("\n\n", 1)[1].strip().split("\n") == [
        "- **Blue Volta Energy.** 900, due 30 Jul 2026; no open success plan on record.",
        "- **Northgate Foods.** 580, due 6 Jul 2026; its success plan is past due since"
        " 3 Jun 2026 and still open; a risk was seen or raised on 10 Jun 2026.",
    ]
    assert "Renewals due soon" not in pre_review_agenda(
        team_of(), csm="ana", own="Harbour", manager="Harbour"
    )


def test_the_sample_teams_largest_renewal_ahead_is_in_the_talk(team):
    agenda = pre_review_agenda(team, csm="mateo.nunez@northwind.example")
    assert "- **Quintero Energía.** €580,000, due 6 Jul 2026; its success plan is past" in agenda
    assert "Business review. Business review." not in agenda
    leila = pre_review_agenda(team, csm="leila.benali@northwind.example")
    assert "a colleague and a colleague" not in leila
    assert "two colleagues" in leila


SECTIONS = re.compile(r"^## (.+) \((\d+) min\)$", re.MULTILINE)


def test_each_agenda_of_the_team_is_a_page_of_thirty_minutes(team):
    for who in (BOHDAN, KWAME, "emeka.obi@northwind.example", "gustavo.pereira@northwind.example"):
        agenda = pre_review_agenda(team, csm=who)
        heads = SECTIONS.findall(agenda)
        assert sum(int(minutes) for _, minutes in heads) == 30
        assert heads[0][0] == f"{team.person(who)['name']} speaks first"
        assert len(agenda.split()) <= WORDS
        assert not re.search(r"\bnan\b|NaT|[{}]", agenda)


def test_disconnects_come_in_order_and_a_loss_says_whose_list_has_it():
    ratings = rated(
        ("ana", "self", "qbr_craft", "red", "e1"),
        ("max", "manager", "qbr_craft", "green", None),
        ("ana", "self", "book_strategy", "green", None),
        ("max", "manager", "book_strategy", "yellow", None),
    )
    actions = rows(
        "person_id at text kept",
        ("ana", "2026-01-10", "Log each risk.", "partly"),
        ("ana", "2026-06-20", "Agreed in this cycle’s meeting.", None),
    )
    lost = contracts(
        ("a1", "2025-01-01", "2026-03-31", 100),
        *((one, "2025-01-01", "2026-12-31", 100) for one in ("a2", "a3")),
    )
    cycle = team_of(ratings=ratings, evidence=ITEMS, actions=actions, contracts=lost)
    agenda = pre_review_agenda(cycle, csm="ana", own="Harbour", manager="Blue Volta")
    heads = [head for head, _ in SECTIONS.findall(agenda)]
    assert heads == [
        "Ana Lee speaks first",
        "On one list only",
        "Scores that part",
        "Losses to be told",
        "Open questions",
        "Agreed last time",
        "What is written down",
    ]
    assert "- **Blue Volta Energy.** Manager’s list: Blue Volta. On record: " in agenda
    assert (
        "- **QBR craft**: self red, manager green; self cites 1 item, manager cites nothing"
        in agenda
    )
    assert "- One step: Book strategy and prioritisation (self green, manager yellow)." in agenda
    assert "- **Northgate Foods.** Churn of 100 on 1 Apr 2026. " in agenda
    assert "On neither list." in agenda
    assert "- Log each risk (agreed 10 Jan 2026): partly kept." in agenda
    assert "this cycle’s meeting" not in agenda


def test_of_a_missing_list_the_agenda_asks_and_calls_no_loss_unnamed():
    lost = contracts(("a1", "2025-01-01", "2026-03-31", 100))
    agenda = pre_review_agenda(team_of(contracts=lost), csm="ana", own="Harbour")
    assert "Ask for the list first." in agenda
    assert "neither list" not in agenda


def test_names_are_no_markup():
    people = rows(
        "person_id name role manager_id",
        ("ana", "Ana <b>Lee</b>", "csm", "max"),
        ("ben", "Ben", "csm", "max"),
        ("max", "Max [Roy](http://x)", "manager", None),
    )
    agenda = pre_review_agenda(
        team_of(people=people), csm="ana", own="**Harbour** `x`", manager="y"
    )
    assert "# Pre-review talk: Ana \\<b\\>Lee\\</b\\>" in agenda
    assert "Max \\[Roy\\](http://x)" in agenda
    assert "\\*\\*Harbour\\*\\* \\`x\\`" in agenda


SMALL = team_of()


@settings(max_examples=10, deadline=None)
@given(st.lists(st.text(min_size=1), min_size=1, max_size=30), st.integers(0, 3))
def test_no_list_makes_more_than_a_page(lines, accounts):
    own = "\n".join([*list(NAMES.values())[:accounts], "One moment", *lines])
    agenda = pre_review_agenda(SMALL, csm="ana", own=own, manager="Harbour")
    assert len(agenda.split()) <= WORDS
    assert sum(int(minutes) for _, minutes in SECTIONS.findall(agenda)) == 30


@given(st.dictionaries(st.text(), st.integers(1, 50), min_size=1, max_size=7), st.integers(14, 60))
def test_minutes_add_up_and_no_part_has_too_few(weights, total):
    shares = minutes_of(weights, total=total)
    assert sum(shares.values()) == total
    assert min(shares.values()) >= LEAST_MINUTES
    by_weight = sorted(weights, key=weights.__getitem__)
    assert all(shares[a] <= shares[b] + 1 for a, b in pairwise(by_weight))


@given(st.text())
def test_inert_text_is_shown_as_it_is(text):
    from markdown_it import MarkdownIt

    shown = MarkdownIt("commonmark", {"html": True}).render(f"- x {inert(text)}")
    assert not re.search(r"<(?!/?(ul|li)>)", shown)
