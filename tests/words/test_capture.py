"""A jotted note as an item of evidence: what its words say, what they do not, what does not fit."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import csmkit as ck
from csmkit.errors import UsageError
from csmkit.schema import EVIDENCE_KINDS
from csmkit.words.accounts_near import Names, accounts_near
from csmkit.words.amounts import amounts, day_in, moved
from csmkit.words.capture import LONGEST, _said, capture

EMEKA = "emeka.obi@northwind.example"
TODAY = pd.Timestamp("2026-06-12")  # a Friday


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("19.3k to 22.1k", [19300, 22100]),
        ("€1,250,000 and $ 3.5m", [1250000, 3500000]),
        ("10,600 early", [10600]),
        ("1.250,- and 14’800 CHF", [1250, 14800]),
        ("45 thousand euros", [45000]),
        ("400 EUR", [400]),
        ("6 of 8 came, 20 min, 3 calls, Q2 2026, in 2025", []),
        ("5% clause, 40 seats, v2.1", []),
        ("16500", [16500]),
        ("", []),
    ],
)
def test_sums_of_money(text, values):
    assert [one.value for one in amounts(text)] == values


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("renewed 21,000 -> 22,000", "21,000", "22,000"),
        ("16.9k down to 13.9k", "16.9k", "13.9k"),
        ("from €19,300 to €22,100 in May", "19,300", "22,100"),
        ("was red in March, back to green", "red", "green"),
        ("yellow → green", "yellow", "green"),
        ("40 to 65 seats", "40 seats", "65 seats"),
        ("19.7k flat, was yellow all winter", "", ""),
        ("paid 5,000 and asked for 7,000 more", "", ""),
    ],
)
def test_what_moved(text, before, after):
    assert moved(text) == (before, after)


@pytest.mark.parametrize(
    ("text", "day", "sure"),
    [
        ("on 2026-03-04", "2026-03-04", True),
        ("4.3.2026", "2026-03-04", True),
        ("14/5/2026", "2026-05-14", True),
        ("5/14/2026", "2026-05-14", True),
        ("4/5/2026", "2026-05-04", False),
        ("15 April: two escalations", "2026-04-15", True),
        ("May 3rd", "2026-05-03", True),
        ("3 December", "2025-12-03", True),
        ("yesterday", "2026-06-11", True),
        ("last tuesday", "2026-06-09", True),
        ("on friday", "2026-06-05", True),
        ("two weeks ago", "2026-05-29", False),
        ("3 days ago", "2026-06-09", True),
        ("flagged end feb", "2026-02-01", False),
        ("leaving in aug", None, None),
        ("31 February", None, None),
        ("no day here", None, None),
    ],
)
def test_days_as_people_write_them(text, day, sure):
    found = day_in(text, TODAY)
    assert (found and f"{found.day:%Y-%m-%d}") == day
    assert (found and found.sure) == sure


BOOK = [
    ("1", "Sandpiper Analytics GmbH"),
    ("2", "Sandpiper Steel SA"),
    ("3", "Nightingale Housing GmbH"),
    ("4", "Maple Education SA"),
    ("5", "Ironbridge Hotels SA"),
    ("6", "Ironbridge Packaging Srl"),
    ("7", "New Data Group"),
]


@pytest.mark.parametrize(
    ("text", "sure", "asked"),
    [
        ("nightengale housing renewed", ["3"], []),
        ("maple edu cut seats", ["4"], []),
        ("ironbridge hotels signed", ["5"], []),
        ("trained at sandpiper", [], ["1", "2"]),
        ("Nightingale called", ["3"], []),
        ("a new data group of users", ["7"], []),
        ("the new group met", [], []),
        ("nothing of the kind", [], []),
        ("sandpiper steel and maple education", ["2", "4"], []),
    ],
)
def test_accounts_however_they_are_spelt(text, sure, asked):
    found = accounts_near(text, BOOK)
    assert sorted(near.account_id for near in found if near.sure) == sure
    assert sorted(near.account_id for near in found if not near.sure) == asked
    assert all(near.words in text for near in found)


NOTES = [
    ("ironbridge hotels finally signed, 19.7k flat, was yellow all winter. weekly call w new lead is what turned it imo", "save", "Ironbridge Hotels SA", 19700),
    ("qbr pepper security today, only ops lead showed up, went thru usage + 3 actions, they want sso docs by fri", "qbr", "Pepper Security & Co", None),
    ("finch glass renewed 21,000 -> 22,000, 5% clause, no pushback at all", "win", "Finch Glass Ltd", 22000),
    ('"honestly you\'re the only vendor who rings before something breaks" - ops mgr at driftwood leisure', "voice", "Driftwood Leisure & Co", None),
    ("rosewood catering gone, 6.4k. outages in their peak week, i flagged end feb but shld have got support in the room in jan", "churn", "Rosewood Catering & Co", 6400),
    ("thandiwe + wei both using my new-lead call script now, thandiwe says saved her abt an hr per acct", "playbook", None, None),
    ("told copperfield storage no on custom barcode export, not on roadmap, showed them the csv workaround, they were ok w it", "push_back", "Copperfield Storage", None),
    ("met new cfo at ivory trading, 20 min, cares abt cost per site only. old champion leaving in aug", "sponsor", "Ivory Trading GmbH", None),
    ("last tuesday trained the second team at sandpiper, 6 of 8 came, two still on the old sheet", "", None, None),
    ("maple edu cut seats after reorg, 16.9k down to 13.9k. they wanted to go lower, kept the reporting module in", "save", "Maple Education SA", 13900),
    ("nightengale housing renewed 10.6k early, month before due, no discount", "win", "Nightingale Housing GmbH", 10600),
    ("3 risk calls this wk and zero written down anywhere, need to log these same day", "miss", None, None),
    ("quarry ventures and merrow freight both asked same q about adding seats mid term, need one answer from finance", "voice", "Quarry Ventures GmbH", None),
]  # fmt: skip
"""Typed by somebody who had not seen the rules."""


@pytest.mark.parametrize(("text", "kind", "account", "amount"), NOTES)
def test_notes_as_they_are_typed(team, text, kind, account, amount):
    found = capture(text, cycle=team, author=EMEKA, today=TODAY)
    assert found.kind == kind
    assert (found.account and found.account.name) == account
    assert found.amount == amount
    assert found.text == text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("lost Acme, they asked for a discount", "churn"),
        ("Lost Carpathia Foods, 48,000", "churn"),
        ("lost touch with the lab", ""),
        ("their team has 11 hours a week lost to wrong lists", ""),
        ("Acme lost its sponsor", "sponsor"),
        ("wrote a playbook, the team asked for it", "playbook"),
        ("customers asked for bulk export", "voice"),
        ("the plant wrote that labels print twice", "voice"),
        ("closed the deal", "win"),
        ("closed at 45k", "win"),
        ("closed in 3 days", ""),
        ("the plant closed two lines", ""),
    ],
)
def test_the_kind_is_what_the_telling_words_say(text, kind):
    assert capture(text, today=TODAY).kind == kind


def test_each_word_of_the_lists_can_match():
    """A pattern that ends with a space can never stand at the edge of a word."""
    for part in ("kinds", "kinds_else", "competencies"):
        for words in _said()[part].values():
            assert not [word for word in words if word.rpartition("(?!")[0].endswith(" ")]


def test_two_accounts_are_told(team):
    found = capture(NOTES[-1][0], cycle=team, author=EMEKA, today=TODAY)
    assert any("Merrow Freight" in doubt for doubt in found.doubts)


def test_an_account_that_is_not_sure_is_asked_about(team):
    found = capture(NOTES[8][0], cycle=team, author=EMEKA, today=TODAY)
    assert any("Sandpiper Analytics GmbH" in doubt and "which?" in doubt for doubt in found.doubts)
    assert "Which account was it?" in found.gaps
    assert found.date == pd.Timestamp("2026-06-09")


def test_what_contradicts_the_tables_is_told(team):
    found = capture(
        "Primrose Software took a module, now 18.6k", cycle=team, author=EMEKA, today=TODAY
    )
    assert any("18.6k is not in the tables of Primrose Software" in d for d in found.doubts)
    fine = capture("Kingfisher Housing left with 13.7k", cycle=team, author=EMEKA, today=TODAY)
    assert not [d for d in fine.doubts if "tables" in d]


def test_an_account_of_somebody_else_and_a_day_outside_are_told(team):
    owned = set(team.table("ownership").loc[lambda t: t["person_id"].eq(EMEKA), "account_id"])
    accounts = team.table("accounts")
    foreign = accounts.loc[~accounts["account_id"].isin(owned), "name"].iloc[0]
    found = capture(f"{foreign} renewed on 3 March 2024", cycle=team, author=EMEKA, today=TODAY)
    assert any("not in this book" in doubt for doubt in found.doubts)
    assert any("outside the period" in doubt for doubt in found.doubts)


def test_a_statement_has_what_is_known_and_nothing_else(team):
    text = "Halcyon Biotech went from yellow to green after I set up a five step plan with one owner each."
    found = capture(text, cycle=team, author=EMEKA, today="2026-06-03")
    assert "Halcyon Biotech" in found.statement
    assert "yellow before and green after" in found.statement
    assert "set up a five step plan with one owner each" in found.statement
    bare = capture("something happened", today=TODAY)
    assert bare.statement == "I did this (12 Jun 2026)."
    assert len(bare.gaps) >= 3


def test_competencies_come_with_the_words_that_led_to_them(team):
    found = capture(NOTES[1][0], cycle=team, author=EMEKA, today=TODAY)
    assert found.competencies["qbr_craft"].startswith("qbr")
    for words in found.competencies.values():
        assert all(word in found.text.lower() for word in words.split(", "))


def test_the_lists_name_what_exists():
    assert set(_said()["kinds"]) == set(EVIDENCE_KINDS)
    assert set(_said()["verbs"]) == {*EVIDENCE_KINDS, ""}
    assert set(_said()["competencies"]) == set(ck.read_matrix().ids)


@pytest.mark.parametrize("text", ["", "  \n", "\x00\u202e"])
def test_nothing_is_not_captured(text):
    with pytest.raises(UsageError, match="nothing to capture"):
        capture(text)


def test_a_book_of_text_is_refused():
    with pytest.raises(UsageError, match="one by one"):
        capture("word " * LONGEST)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text):
    try:
        found = capture(text, today=TODAY)
    except UsageError:
        return
    assert found.kind in {*EVIDENCE_KINDS, ""}
    assert found.amount is None or found.amount >= 0
    assert found.statement.endswith(").")


@pytest.mark.parametrize(
    "text",
    [
        "Halcyon Biotech hat verlängert und wir haben nicht nachgegeben, der Kunde ist zufrieden",
        "Halcyon Biotech a renouvelé pour un an et nous avons signé avec la direction",
        "ハルシオンと更新について話し合い、契約が決まりました。",
        "Клиент продлил договор на год",
    ],
)
def test_another_language_is_kept_whole_and_its_words_are_not_read(team, text):
    found = capture(text, cycle=team, author=EMEKA, today=TODAY)
    assert (found.foreign, found.text, found.kind, dict(found.competencies)) == (True, text, "", {})
    assert any("another language than English" in doubt for doubt in found.doubts)
    assert text.rstrip(".") in found.statement


def test_english_as_it_is_jotted_is_english(team):
    found = [capture(text, cycle=team, author=EMEKA, today=TODAY) for text, *_ in NOTES]
    assert not any(one.foreign for one in found)
    texts = team.table("evidence")["text"]
    assert not any(capture(text, today=TODAY).foreign for text in texts)


def test_a_name_that_no_account_has_is_told(team):
    def unknown(text):
        doubts = capture(text, cycle=team, author=EMEKA, today=TODAY).doubts
        return [doubt for doubt in doubts if "No account of the export is called" in doubt]

    assert "“Bigco Limited”" in unknown("Saved Bigco Limited from churn")[0]
    assert unknown("Lost Bigco. QBR was bad")[0].startswith(
        "No account of the export is called “Bigco”"
    )
    assert unknown("Showed Kwame the new SSO report in March") == []
    assert unknown("Halcyon Biotech renewed, Maria was there") == []


def test_what_its_author_says_of_account_and_day_is_not_asked_again(team):
    steel = team.table("accounts").set_index("name").loc["Sandpiper Steel SA", "account_id"]
    text = "last week trained the second team at sandpiper"
    open_one = capture(text, cycle=team, author=EMEKA, today=TODAY)
    assert len(open_one.doubts) >= 2
    said = capture(text, cycle=team, author=EMEKA, today=TODAY, account=steel, date="2026-06-03")
    assert (said.account.name, said.date) == ("Sandpiper Steel SA", pd.Timestamp("2026-06-03"))
    assert not any("which?" in doubt or "no single day" in doubt for doubt in said.doubts)
    none = capture(text, cycle=team, author=EMEKA, today=TODAY, account="")
    assert (none.account, "Which account was it?" in none.gaps) == (None, False)
    with pytest.raises(UsageError, match="No account has the id 'A9999'"):
        capture(text, cycle=team, author=EMEKA, account="A9999")


def test_a_day_that_lies_ahead_is_told():
    assert capture("Signed on 2026-12-24", today=TODAY).doubts == ("24 Dec 2026 lies ahead.",)
    assert capture("Signed on 2026-06-12", today=TODAY).doubts == ()


def test_names_are_made_ready_once_for_an_author(team):
    capture("halcyon biotech", cycle=team, author=EMEKA, today=TODAY)
    kept = team.memo[("csmkit.words.capture", "names")]
    capture("ironbridge hotels", cycle=team, author=EMEKA, today=TODAY)
    assert team.memo[("csmkit.words.capture", "names")] is kept


SYLLABLES = st.sampled_from(["Ironbridge", "Sandpiper", "Hotels", "Steel", "Bank", "Orange", "Oak", "the", "GmbH", "New"])  # fmt: skip


@given(
    st.lists(st.lists(SYLLABLES, min_size=1, max_size=3), max_size=6),
    st.lists(SYLLABLES, max_size=8),
)
def test_a_name_that_stands_in_a_text_is_found_in_it(names, words):
    book = [(str(at), " ".join(name)) for at, name in enumerate(names)]
    text = " ".join(words)
    ready = Names(book)
    found = accounts_near(text, book)
    assert accounts_near(text, ready) == found
    assert all(near.words in text and 0 < near.likeness <= 100 for near in found)
    if book:
        assert any(near.name == book[0][1] for near in accounts_near(book[0][1], book))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("€40 000", [40_000]),
        ("renewed 40 000 EUR", [40_000]),
        ("renewed 40 000 early", [40_000]),
        ("100 000 €", [100_000]),
        ("40\u00a0000 and 22\u202f100", [40_000, 22_100]),
        ("EUR40,000", [40_000]),
        ("$1.2bn", [1.2e9]),
        ("$1.2 billion, €3b", [1.2e9, 3e9]),
        ("1.250,50 €", [1250.5]),
        ("1 200 000", [1_200_000]),
        # Never the middle of a number, and no count beside another.
        ("$1.2.3, room 5b, 1,234.567", []),
        ("€" + "9" * 400, []),
        ("on the 5 100 seats came, in 2026 400 left", []),
        ("in March 2026 400 EUR", [400]),
    ],
)
def test_sums_with_spaces_and_large_ones(text, values):
    assert [one.value for one in amounts(text)] == pytest.approx(values)


@given(
    st.integers(1_000, 10**9), st.sampled_from([",", ".", "’", " ", "\u00a0", "\u2009", "\u202f"])
)
def test_a_sum_is_the_same_however_its_digits_are_parted(value, apart):
    written = f"{value:,}".replace(",", apart)
    assert [one.value for one in amounts(f"renewed at €{written}.")] == [value]
    assert [one.value for one in amounts(f"renewed at {written} EUR.")] == [value]


@given(st.text("0123456789 .,€kbnm’-", max_size=60))
def test_every_sum_is_finite_and_no_part_of_a_number(text):
    for one in amounts(text):
        assert 0 <= one.value < 1e25
        assert not text[one.start - 1 : one.start].isdigit() or one.start == 0
        assert not text[one.end : one.end + 1].isdigit()


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", ["1" * LONGEST, "1 111 " * 3_000, "may 3 " * 3_000, "2 mar 25 " * 2_000])  # fmt: skip
def test_a_note_made_to_be_slow_is_not(text):
    import time

    start = time.perf_counter()
    capture(text, today=TODAY)
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Met 3 decision makers", None),
        ("trained 3 marketing people", None),
        ("sent 4 decks to 5 separate teams", None),
        ("They may 5 more", None),
        ("3 may leave", None),
        ("They may 5 more, and on 3 May signed", "2026-05-03"),
        ("on 3 may", "2026-05-03"),
        ("may 3: signed", "2026-05-03"),
        ("3 Sept", "2025-09-03"),
        ("2 Mar 25", "2025-03-02"),
        ("2 Mar '25 Acme signed", "2025-03-02"),
        ("on 2 March 25 users left", "2026-03-02"),
        ("2 Mar 2019", "2019-03-02"),
        ("Mar 3 a call, 4 April another", "2026-03-03"),
        ("2 Mar 1902", None),
    ],
)
def test_words_that_look_like_months_are_no_days(text, day):
    found = day_in(text, TODAY)
    assert (found and found.day.date().isoformat()) == day


def test_a_day_without_a_year_can_be_of_a_year_that_is_known():
    assert day_in("29 Feb", TODAY, year=2024).day == pd.Timestamp("2024-02-29")
    assert day_in("29 Feb", TODAY, year=2025) is None
    assert day_in("3 March 2026", TODAY, year=2024).day == pd.Timestamp("2026-03-03")
