"""Whether a note tells of a moment that is on file: the same one twice, and two that look alike."""

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from csmkit.words.accounts_near import Near
from csmkit.words.capture import Captured
from csmkit.words.same_moment import NEAR_DAYS, same_moment

ANA, ACME = "ana@example.com", "A1"
ON = "2026-03-02"


def note(text, date=ON, account=ACME):
    near = (Near(account, "Acme", "acme", 100.0),) if account else ()
    return Captured(text, pd.Timestamp(date), accounts=near)


def item(text, date=ON, account=ACME, who=ANA, name="e1"):
    return {
        "evidence_id": name,
        "person_id": who,
        "date": pd.Timestamp(date),
        "text": text,
        "account_id": account,
    }


def found(text, other, date=ON, account=ACME, who=ANA):
    return same_moment(note(text), [item(other, date, account, who)], by=ANA)


RENEWED = "Acme renewed early, month before due, no discount, 10.6k"


@pytest.mark.parametrize(
    ("other", "date", "why"),
    [
        (RENEWED, ON, "the same words on the same day"),
        ("acme   RENEWED early month before due; no discount (10.6k)", ON, "the same words on the same day"),
        ("Acme renewed early, a month before due, no discount, 10.6k", ON, "the same words on the same day"),
        (RENEWED, "2026-03-05", "the same words, 3 days apart"),
        ("Acme renewed early, month before due, no discont, 10.6k", "2026-03-01", "nearly the same words (discount), 1 day apart"),
    ],
)  # fmt: skip
def test_one_moment_told_twice(other, date, why):
    same = found(RENEWED, other, date)
    assert same is not None
    assert (same.evidence_id, same.why) == ("e1", why)


LONG = (
    "Long talk with Acme about their red usage in the first region: went through adoption by site,"
    " sponsor explained what the new board expects, support listed every ticket, product told when"
    " reporting arrives, finance agreed to keep seats, everybody left with one action and a day"
)
TOLD = "Business review with Acme, 12 came, sponsor was there, agreed on 3 actions"


@pytest.mark.parametrize(
    ("text", "other", "date"),
    [
        # Two reviews of one account in a month, in one person's usual words.
        (TOLD, TOLD, "2026-03-16"),
        (TOLD, TOLD.replace("12 came", "8 came"), "2026-03-04"),
        ("QBR with Acme", "QBR with Acme", "2026-03-03"),
        ("QBR with Acme, Maria led it", "QBR with Acme, Peter led it", ON),
        # A weekly call.
        ("Weekly risk call with Acme, no change, still red", "Weekly risk call with Acme, no change, still red", "2026-02-23"),
        # One word, another moment; in a long note too.
        (LONG, LONG.replace("agreed to", "did not agree to"), ON),
        (LONG, LONG.replace("red", "green"), ON),
        (LONG, LONG.replace("first", "second"), ON),
        ("Acme went red after the outage in their peak week", "Acme went green after the outage in their peak week", ON),
        ("Acme signed the renewal after a long talk with finance", "Acme did not sign the renewal after a long talk with finance", ON),
        ("Told Acme no on the custom export, they were fine with it", "Told Acme no on the custom import, they were fine with it", "2026-03-03"),
        ("Acme renewed for 10.6k", "Acme renewed for 16.6k", ON),
        ("Acme: first training of the new team done, all came", "Acme: second training of the new team done, all came", ON),
        ("Kick-off", "QBR", ON),
        ("", "Acme", ON),
        ("...", "!!!", "2026-03-03"),
    ],
)  # fmt: skip
def test_two_moments_that_look_alike(text, other, date):
    assert found(text, other, date) is None
    assert found(other, text, date) is None


def test_another_account_or_person_is_another_moment():
    assert found(RENEWED, RENEWED, account="A2") is None
    assert found(RENEWED, RENEWED, who="ben@example.com") is None


@pytest.mark.parametrize("none", ["", None, pd.NA, float("nan")])
def test_an_item_without_account_may_be_the_same(none):
    assert found(RENEWED, RENEWED, account=none) is not None
    assert same_moment(note(RENEWED, account=""), [item(RENEWED)], by=ANA) is not None


def test_the_account_its_author_names_counts_and_not_the_one_that_was_read():
    assert same_moment(note(RENEWED), [item(RENEWED)], by=ANA, account="A2") is None
    assert same_moment(note(RENEWED), [item(RENEWED)], by=ANA, account="") is not None


def test_of_several_the_likeliest_is_named():
    nearly = RENEWED.replace("discount", "discont")
    rows = [item(nearly, name="e1"), item(RENEWED, name="e2"), item(RENEWED, name="e3")]
    same = same_moment(note(RENEWED), rows, by=ANA)
    assert (same.evidence_id, same.likeness) == ("e2", 1.0)


def test_another_language_is_held_against_each_other_by_its_letters():
    told = "本日アクメ社と更新について話し合い、来月末までに契約することで合意しました。"
    assert found(told, told.replace("。", "")) is not None
    assert (
        found(told, "本日アクメ社と解約について話し合い、来月末までに決めることにしました。")
        is None
    )


def test_rows_without_day_or_text_are_no_moments():
    rows = [item(RENEWED) | {"date": pd.NaT}, item(RENEWED) | {"text": None}]
    assert same_moment(note(RENEWED), rows, by=ANA) is None


TEXTS = st.text(max_size=120)
DAYS = st.integers(-30, 30)


@given(TEXTS)
def test_a_note_is_the_same_as_itself_on_its_day(text):
    assume(any(letter.isalnum() for letter in text))
    assert found(text, text) is not None


@given(TEXTS, TEXTS, DAYS)
def test_it_is_the_same_both_ways(one, other, days):
    date = pd.Timestamp(ON) + pd.Timedelta(days=days)
    there = same_moment(note(one), [item(other, date)], by=ANA)
    back = same_moment(note(other, date), [item(one)], by=ANA)
    assert (there is None) == (back is None)


@given(TEXTS, DAYS)
def test_what_is_dated_further_apart_is_another_moment(text, days):
    assume(abs(days) > NEAR_DAYS)
    assert found(text, text, pd.Timestamp(ON) + pd.Timedelta(days=days)) is None


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_another_figure_is_another_moment(one, other):
    assume(one != other)
    text = "Acme renewed after a long talk with finance, at {} a year, without a discount".format
    assert found(text(one), text(other)) is None


@given(
    st.lists(
        st.sampled_from(["acme", "called", "about", "seats", "usage", "plan", "training"]),
        min_size=6,
    )
)
def test_case_and_signs_make_no_difference(words):
    assert found(" ".join(words), ", ".join(words).upper() + "!", "2026-03-03") is not None


CALL = "Had a long call with {} about the rollout of the new {} module and agreed the next steps for the training plan of autumn"  # fmt: skip


@pytest.mark.parametrize(
    ("text", "other"),
    [
        (CALL.format("Weber", "reporting"), CALL.format("Keller", "reporting")),
        (CALL.format("weber", "reporting"), CALL.format("keller", "reporting")),
        (CALL.format("Weber", "reporting"), CALL.format("Weber", "billing")),
        (CALL.format("Weber", "reporting"), CALL.format("Weber and Keller", "reporting")),
        # One letter makes another name.
        (CALL.format("Hansen", "reporting"), CALL.format("Hanson", "reporting")),
        (CALL.format("Petersen", "reporting"), CALL.format("Peterson", "reporting")),
        ("the site in australia is live after long work", "the site in austria is live after long work"),
        ("they call the new export usable after long work", "they call the new export unusable after long work"),
        ("Acme told us they match what was agreed", "Acme told us they march what was agreed"),
    ],
)  # fmt: skip
def test_another_word_or_name_in_a_long_note_is_another_moment(text, other):
    assert found(text, other) is None
    assert found(other, text) is None


@pytest.mark.parametrize("slip", ["reportng", "reportinng", "repotring", "reporring"])
def test_one_letter_wrong_missing_too_many_or_out_of_place_is_a_slip(slip):
    same = found(CALL.format("Weber", "reporting"), CALL.format("Weber", slip))
    assert same is not None
    assert "(reporting)" in same.why


TOLD_ONCE = CALL.format("Weber", "reporting")
TELLING = [word for word in TOLD_ONCE.split() if len(word) > 3 and word != "with"]


@given(st.sampled_from(TELLING), st.sampled_from(["Keller", "refused", "twelve", "export"]))
def test_no_word_of_a_long_note_can_be_another(word, instead):
    assert found(TOLD_ONCE, TOLD_ONCE.replace(word, instead)) is None
