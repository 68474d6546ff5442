"""The inventory on a page: what repeats is one row, and nothing of it is lost."""

import pytest

import csmkit as ck
from csmkit.words.inventory import inventory
from csmkit.words.inventory_rows import inventory_rows
from csmkit.words.inventory_short import cut, inventory_in_short
from tests.compute.helpers import contracts, csms, cycle_of, owned, rows

LONG = "Met the new lead on site and agreed on three steps. " * 4
ITEM = "evidence_id person_id date text account_id kind"
RENEWAL = "account_id due closed outcome arr_due arr_renewed"


def team_of(**tables):
    names = ("a1", "a2", "a3")
    return cycle_of(
        people=csms("ana"),
        ownership=owned(*((one, "ana", "2025-01-01", None) for one in names)),
        contracts=contracts(*((one, "2025-01-01", "2026-12-31", 100) for one in names)),
        **tables,
    )


def test_accounts_without_a_review_are_one_row_that_names_them():
    seen = rows("account_id person_id date type", ("a1", "ana", "2026-03-02", "qbr"))
    found = inventory_in_short(team_of(touchpoints=seen), csm="ana")
    reviews = found[found["topic"].eq("Business reviews")]
    assert reviews[["account", "says", "asks"]].to_numpy().tolist() == [
        [
            "2 accounts",
            "No business review by this person: a2 and a3",
            "When is it, or why is there none?",
        ],
        ["", "1 more event: nothing is asked (a1)", ""],
    ]


def test_an_item_is_told_once_in_its_first_words_and_stands_above_after_that():
    renewals = rows(
        RENEWAL,
        ("a1", "2026-04-01", None, "renewed", 100, 120),
        ("a1", "2026-05-01", None, "open", 100, None),
    )
    item = rows(ITEM, ("e1", "ana", "2026-03-20", LONG, "a1", "win"))
    found = inventory_in_short(team_of(renewals=renewals, evidence=item), csm="ana")
    first, second = found.loc[found["topic"].eq("Renewals"), "on_file"]
    assert first.startswith("20 Mar 2026: Met the new lead on site")
    assert len(first) <= len("20 Mar 2026: ") + 121
    assert second == "20 Mar 2026: as above."


def test_of_many_items_a_few_are_told_and_the_others_counted():
    items = rows(
        ITEM,
        *(
            (f"e{at}", "ana", f"2026-03-0{at}", f"Talk {at}", "a1", "advocacy")
            for at in range(1, 6)
        ),
    )
    found = inventory_in_short(team_of(evidence=items), csm="ana")
    (told,) = found.loc[found["topic"].eq("Advocacy"), "on_file"]
    assert told == "1 Mar 2026: Talk 1. 2 Mar 2026: Talk 2. 3 Mar 2026: Talk 3. 2 more."


def test_the_day_is_told_where_nothing_else_tells_it():
    table = rows(
        "account_id person_id opened resolved recurrence_of",
        ("a1", "ana", "2026-03-02", "2026-03-05", None),
    )
    found = inventory_in_short(team_of(escalations=table), csm="ana")
    (said,) = found.loc[found["topic"].eq("Escalations"), "says"]
    assert said == "2 Mar 2026: Opened, resolved after 3 days"


def test_the_time_to_value_of_a_specialist_stands_on_a_line_of_its_own(team):
    found = inventory_in_short(ck.book_of(team, "leila.benali@northwind.example"))
    says = found.loc[found["topic"].eq("Onboardings"), "says"]
    assert says.iloc[-1] == (
        "Time to value: median 50 days, of 4 onboardings; before the period 70 days, of 2"
        " onboardings; target 55 days"
    )
    assert not says.str.contains("more event").any()


def test_rows_handed_over_leave_out_what_others_handled(team):
    """A slice has no such escalation, and a packet gives the same with its rows and without."""
    rows_of_team = inventory_rows(team)
    assert not rows_of_team["says"].str.contains("somebody else").any()
    mateo = rows_of_team[rows_of_team["person_id"].eq("mateo.nunez@northwind.example")]
    assert "Expansions" in set(mateo["topic"])


@pytest.mark.parametrize("edition", ["committee", "csm"])
def test_no_event_and_no_question_of_anybody_is_lost(team, edition):
    for name in ("kwame.mensah", "emeka.obi", "leila.benali", "gustavo.pereira"):
        who = f"{name}@northwind.example"
        book = ck.book_of(team, who, edition=edition)
        every, short = inventory(book, csm=who), inventory_in_short(book)
        assert set(short["asks"]) >= set(every["asks"])
        whole = " ".join(short.astype("str").to_numpy().ravel())
        quiet = short["says"].str.extract(r"^(\d+) more event")[0].dropna().astype(int).sum()
        same = short["account"].str.extract(r"^(\d+) accounts$")[0].dropna().astype(int)
        assert len(short) + (same - 1).sum() + quiet - whole.count("more event") == len(every)
        assert "nan" not in whole.split()


@pytest.mark.parametrize(
    ("text", "shown"),
    [("abcdefgh", "abcde…"), ("ab cd, efg", "ab…"), ("abcde", "abcde"), ("abcde fg", "abcde…")],
)
def test_a_text_is_cut_between_words_where_it_has_any(text, shown):
    assert cut(text, 5) == shown


def test_a_packet_shows_it_as_a_table_and_says_why_where_there_is_nothing(team):
    short = inventory_in_short(ck.book_of(team, "leila.benali@northwind.example"))
    table = ck.table_rows(short, view="inventory")
    heads = ["About", "Account", "What happened", "On file", "Still asked"]
    assert [h.text for h in table.heads] == heads
    nothing = short.head(0)
    nothing.attrs["why"] = "Nothing is on file."
    assert ck.table_rows(nothing, view="inventory").empty == "Nothing is on file."


@pytest.mark.parametrize("edition", ["committee", "csm"])
def test_a_slice_gives_the_rows_that_the_team_gives(team, edition):
    """So a packet can be handed them, unless they name an account that is not in its slice."""
    rows_of_team = inventory_rows(team)
    for name in ("kwame.mensah", "nour.alhashimi", "leila.benali", "mateo.nunez"):
        who = f"{name}@northwind.example"
        mine = rows_of_team[rows_of_team["person_id"].eq(who)].reset_index(drop=True)
        assert inventory_rows(ck.book_of(team, who, edition=edition)).equals(mine)
    operations = "gustavo.pereira@northwind.example"
    named = rows_of_team.loc[rows_of_team["person_id"].eq(operations), "account_id"].dropna()
    own = ck.book_of(team, operations, edition=edition).table("accounts")["account_id"]
    assert not named.isin(own).any()


def test_no_row_has_a_word_that_somebody_wrote(team):
    texts = inventory_rows(team)[["says", "asks"]]
    whole = " ".join(texts.to_numpy().ravel())
    assert not [text for text in team.table("evidence")["text"] if text[:40] in whole]
