"""A slice holds one person's rows and names nobody else."""

import dataclasses

import pandas as pd
import pytest

import csmkit as ck
from csmkit.cycle import Context
from csmkit.errors import UsageError
from csmkit.matrix import model
from csmkit.matrix.read import parse_matrix, read_matrix
from csmkit.render import slices
from csmkit.render.slice_folder import write_book
from tests.render.helpers import ANA, BEN, small_team


def test_only_accounts_once_owned_are_in_it():
    book = ck.book_of(small_team(), ANA)
    assert set(book.table("accounts")["name"]) == {"Acme", "Orange"}
    assert set(book.table("contracts")["account_id"]) == {"AC-100001", "AC-100003"}


def test_other_owners_are_numbered():
    owners = ck.book_of(small_team(), ANA).table("ownership")["person_id"]
    assert set(owners) == {ANA, "owner-1"}


def test_managers_are_named_and_colleagues_are_not():
    people = ck.book_of(small_team(), ANA).table("people")
    assert set(people["name"]) == {"Ana Ruiz", "Mia Kahn"}


def led_by_ben(**changes):
    """Ana's manager is Ben, who has the role of a CSM."""
    people = small_team().table("people").to_dict("records")
    people[0]["manager_id"] = BEN
    return small_team(people=people, **changes)


def test_whoever_is_somebody_s_manager_is_named_whatever_the_role():
    team = led_by_ben()
    people = ck.book_of(team, ANA).table("people").set_index("person_id")
    assert people.loc[ANA, "manager_id"] == BEN
    assert people.loc[BEN, "name"] == "Ben Stone"


def test_what_such_a_manager_never_saw_is_listed_in_the_packet_too():
    calls = [
        {
            "account_id": "AC-100001",
            "person_id": ANA,
            "date": "2026-02-01",
            "type": "call",
            "attendees": ANA,
        }
    ]
    team = led_by_ben(touchpoints=calls)
    listed = ck.never_seen(ck.book_of(team, ANA))
    assert listed["account"].tolist() == ["Acme"]
    assert ck.never_seen(team)["account"].tolist() == ["Acme"]


def test_free_text_names_neither_colleague_nor_foreign_account():
    text = ck.book_of(small_team(), ANA).table("evidence")["text"][0]
    assert text == "A colleague and I moved another account and Acme to the new plan."


def test_in_evidence_a_namesake_is_not_taken_for_the_person():
    people = [
        {"person_id": ANA, "name": "Ana Ruiz", "role": "csm", "manager_id": "mk"},
        {"person_id": BEN, "name": "Ana Ruiz", "role": "csm", "manager_id": "mk"},
        {"person_id": "mk", "name": "Mia Kahn", "role": "manager"},
    ]
    said = {"person_id": ANA, "date": "2026-02-01", "text": "I led, Ana Ruiz signed."}
    team = small_team(
        people=people,
        evidence=[{**said, "evidence_id": "E1"}],
        feedback=[{**said, "given_by": "mk"}],
    )
    book = ck.book_of(team, ANA)
    assert book.table("evidence")["text"].tolist() == ["I led, somebody of this name signed."]


def operations(**changes):
    """Ana is of CS operations and owns Acme; she handled something at Bolt."""
    people = small_team().table("people").to_dict("records")
    people[0]["role"] = "cs_ops"
    evidence = {"evidence_id": "E1", "person_id": ANA, "date": "2026-02-01"}
    return small_team(
        people=people,
        escalations=[{"account_id": "AC-100002", "person_id": ANA, "opened": "2026-03-01"}],
        evidence=[{**evidence, "text": "Bolt Industries runs again.", "account_id": "AC-100002"}],
        surveys=[{"account_id": "AC-100002", "date": "2026-03-05", "kind": "csat", "score": 5.0}],
        **changes,
    )


def test_accounts_that_operations_handled_are_named_where_that_is_asked_for():
    told = ck.book_of(operations(), ANA, handled=True)
    assert told.table("evidence")["text"].tolist() == ["Bolt Industries runs again."]
    for name in ("evidence", "escalations", "surveys"):
        assert told.table(name)["account_id"].tolist() == ["AC-100002"]
    accounts = told.table("accounts").set_index("account_id")
    assert accounts.loc["AC-100002", "name"] == "Bolt Industries"
    assert pd.isna(accounts.loc["AC-100002", "segment"])
    assert "AC-100002" not in set(told.table("contracts")["account_id"])


def test_they_are_unnamed_in_a_packet_and_for_whoever_is_not_of_operations():
    assert ck.book_of(operations(), ANA).table("evidence")["text"].tolist() == [
        "Another account runs again."
    ]
    assert (
        ck.book_of(small_team(), ANA, handled=True)
        .table("evidence")["text"][0]
        .startswith("A colleague and I moved another account")
    )


def test_private_evidence_is_left_out():
    private = {"evidence_id": "E2", "person_id": ANA, "date": "2026-02-02", "text": "A miss."}
    book = ck.book_of(small_team(evidence=[{**private, "private": True}]), ANA)
    assert book.table("evidence").empty


def test_facts_after_the_hand_over_are_left_out():
    health = [
        {"account_id": "AC-100003", "date": "2026-03-01", "score": 80.0},
        {"account_id": "AC-100003", "date": "2026-05-01", "score": 20.0},
    ]
    team = small_team(health=health)
    assert list(ck.book_of(team, ANA).table("health")["score"]) == [80.0]
    assert list(ck.book_of(team, BEN).table("health")["score"]) == [80.0, 20.0]


def test_touchpoints_of_a_colleague_on_the_same_account_are_left_out():
    team = small_team(
        touchpoints=[
            {"account_id": "AC-100003", "person_id": BEN, "date": "2026-05-01", "type": "call"},
            {"account_id": "AC-100003", "date": "2026-02-01", "type": "call"},
            {"account_id": "AC-100003", "date": "2026-05-02", "type": "email"},
        ]
    )
    assert list(ck.book_of(team, ANA).table("touchpoints")["date"].dt.month) == [2]
    assert list(ck.book_of(team, BEN).table("touchpoints")["date"].dt.month) == [5, 5]


def test_a_touchpoint_of_nobody_is_whose_the_account_was_on_its_first_and_last_day():
    days = ("2024-12-31", "2025-01-01", "2026-03-31", "2026-04-01")
    calls = [{"account_id": "AC-100003", "date": day, "type": "call"} for day in days]
    team = small_team(touchpoints=calls)
    shown = {who: ck.book_of(team, who).table("touchpoints")["date"] for who in (ANA, BEN)}
    assert list(shown[ANA].dt.strftime("%Y-%m-%d")) == ["2025-01-01", "2026-03-31"]
    assert list(shown[BEN].dt.strftime("%Y-%m-%d")) == ["2026-04-01"]


def test_reasons_of_losses_long_after_the_hand_over_are_left_out():
    losses = [
        {"account_id": "AC-100003", "date": day, "kind": "churn", "amount": 1.0, "reason": "Price"}
        for day in ("2026-03-01", "2026-05-02", "2026-05-03")
    ]
    reasons = ck.book_of(small_team(movements=losses), ANA).table("movements")["reason"]
    assert list(reasons.fillna("")) == ["Price", "Price", ""]


def ratings() -> list[dict[str, object]]:
    row = {"person_id": ANA, "competency": "advocacy", "value": "green"}
    return [
        {**row, "rater_id": ANA, "phase": "self"},
        {**row, "rater_id": "mk", "phase": "manager"},
        {**row, "rater_id": BEN, "phase": "prevote"},
    ]


def test_committee_edition_has_the_manager_s_scores_and_no_pre_votes():
    book = ck.book_of(small_team(ratings=ratings()), ANA)
    assert list(book.table("ratings")["phase"]) == ["self", "manager"]


def test_csm_edition_has_only_their_own_scores_and_nothing_about_others():
    team = small_team(ratings=ratings(), decisions=[{"person_id": ANA, "at": "2026-01-05"}])
    context = Context(
        bands=pd.DataFrame({"role": ["csm"], "measure": ["arr"], "low": [1.0]}),
        expected=pd.DataFrame({"person_id": [ANA, BEN], "low": [0.8, 0.9]}),
        checks=pd.DataFrame({"check": ["severity"], "verdict": ["signal"]}),
    )
    book = ck.book_of(team, ANA, edition="csm", context=context)
    assert list(book.table("ratings")["phase"]) == ["self"]
    assert book.table("decisions").empty
    assert book.context.bands.empty
    assert book.context.checks.empty
    assert list(book.context.expected["person_id"]) == [ANA]


def test_targets_of_other_people_are_left_out():
    targets = [
        {"scope": "team", "metric": "nrr", "value": 1.0},
        {"scope": ANA, "metric": "nrr", "value": 1.1},
        {"scope": BEN, "metric": "nrr", "value": 1.2},
    ]
    assert list(ck.book_of(small_team(targets=targets), ANA).table("targets")["value"]) == [1, 1.1]


def test_a_table_the_team_has_is_not_missing_from_a_book_without_rows():
    escalation = {"account_id": "AC-100002", "opened": "2026-02-01"}
    team = small_team(escalations=[escalation])
    assert ck.book_of(team, ANA).missing("escalations") == ""
    assert ck.book_of(team, ANA).missing("health") == "health"


def test_written_and_read_back_it_is_the_same(tmp_path):
    book = ck.book_of(small_team(), ANA, context=ck.team_context(small_team()))
    write_book(book, tmp_path / "slice")
    again = ck.read_book(tmp_path / "slice")
    assert again.person_id == ANA
    assert again.period == book.period
    assert again.available == book.available
    for name in book.tables:
        pd.testing.assert_frame_equal(again.table(name), book.table(name))
    for name, frame in vars(book.context).items():
        if name != "matrix":
            assert list(getattr(again.context, name).columns) == (list(frame) if len(frame) else [])
            assert len(getattr(again.context, name)) == len(frame)


def test_a_matrix_of_one_s_own_goes_with_the_slice_to_the_letter(tmp_path):
    text = "name: Ours\r\n# Größe\n"
    context = dataclasses.replace(ck.team_context(small_team()), matrix=text)
    for edition in ("committee", "csm"):
        write_book(
            ck.book_of(small_team(), ANA, edition=edition, context=context), tmp_path / edition
        )
        assert ck.read_book(tmp_path / edition).context.matrix == text


def test_a_matrix_of_one_s_own_is_read_once_for_all_packets(tmp_path, monkeypatch):
    text = read_matrix().text.replace("version:", "# ours\nversion:", 1)
    context = dataclasses.replace(ck.team_context(small_team()), matrix=text)
    write_book(ck.book_of(small_team(), ANA, context=context), tmp_path)
    expected = parse_matrix(text)
    monkeypatch.setattr(model, "parse_matrix", None)
    model._parsed.cache_clear()
    matrix = model.matrix_of(ck.read_book(tmp_path))
    assert matrix == expected
    for role in ("onboarding", "cs_ops"):
        assert matrix.for_role(role) == expected.for_role(role)


def test_the_cycle_is_not_changed_by_slicing():
    team = small_team()
    before = {name: frame.copy() for name, frame in team.tables.items()}
    ck.book_of(team, ANA)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(team.tables[name], frame)


def test_unknown_person_and_edition_say_what_to_do():
    with pytest.raises(UsageError, match=r"zoe@example\.com.*Give one that it has"):
        ck.book_of(small_team(), "zoe@example.com")
    with pytest.raises(UsageError, match="committee, csm"):
        ck.book_of(small_team(), ANA, edition="board")


def test_a_folder_without_a_slice_is_one_message(tmp_path):
    with pytest.raises(UsageError, match="holds no slice"):
        ck.read_book(tmp_path)


def test_labels_are_never_somebody_s_real_id():
    people = [
        {"person_id": "owner-1", "name": "Ana Ruiz", "role": "csm"},
        {"person_id": "owner-2", "name": "Ben Stone", "role": "csm"},
    ]
    ownership = [
        {"account_id": "AC-100001", "person_id": "owner-1", "start": "2025-01-01"},
        {"account_id": "AC-100001", "person_id": "owner-2", "start": "2025-01-01"},
    ]
    team = small_team(people=people, ownership=ownership)
    book = ck.book_of(team, "owner-1")
    assert set(book.table("ownership")["person_id"]) == {"owner-1", "owner-x-1"}
    whole = ck.attribution_rules(team).query("person_id == 'owner-1'")["nrr"].tolist()
    assert ck.attribution_rules(book)["nrr"].tolist() == whole


def test_somebody_without_a_role_is_not_named_either():
    people = small_team().table("people").to_dict("records")
    team = small_team(
        people=[*people, {"person_id": "dana", "name": "Dana Solo"}],
        evidence=[
            {
                "evidence_id": "E1",
                "person_id": ANA,
                "date": "2026-02-01",
                "text": "Won with Dana Solo; dana wrote the plan.",
            }
        ],
    )
    text = ck.book_of(team, ANA).table("evidence")["text"][0]
    assert text == "Won with a colleague; a colleague wrote the plan."


def test_a_name_in_a_script_without_spaces_is_found_inside_a_sentence():
    people = small_team().table("people").to_dict("records")
    team = small_team(
        people=[*people, {"person_id": "tt", "name": "田中太郎", "role": "csm"}],
        evidence=[
            {
                "evidence_id": "E1",
                "person_id": ANA,
                "date": "2026-02-01",
                "text": "昨日は田中太郎さんと",
            }
        ],
    )
    assert ck.book_of(team, ANA).table("evidence")["text"][0] == "昨日はa colleagueさんと"


def test_a_surname_that_is_an_everyday_word_stays_in_free_text():
    people = small_team().table("people").to_dict("records")
    team = small_team(
        people=[*people, {"person_id": "og", "name": "Oliver Grant", "role": "csm"}],
        evidence=[
            {
                "evidence_id": "E1",
                "person_id": ANA,
                "date": "2026-02-01",
                "text": "Asked for a grant with oliver.",
            }
        ],
    )
    text = ck.book_of(team, ANA).table("evidence")["text"][0]
    assert text == "Asked for a grant with a colleague."


def test_only_bands_of_the_own_role_are_taken_along():
    context = Context(pd.DataFrame({"role": ["csm", "cs_ops"], "measure": ["arr", "arr"]}))
    assert list(ck.book_of(small_team(), ANA, context=context).context.bands["role"]) == ["csm"]


def test_nobody_elses_expectation_is_taken_along():
    context = Context(expected=pd.DataFrame({"person_id": [ANA, BEN], "low": [0.8, 0.9]}))
    book = ck.book_of(small_team(), ANA, context=context)
    assert list(book.context.expected["person_id"]) == [ANA]


def test_a_packet_says_by_which_matrix_its_own_scores_were_given(tmp_path):
    given = [
        {
            "person_id": who,
            "rater_id": "mk",
            "competency": "advocacy",
            "phase": "manager",
            "value": "green",
            "matrix": matrix,
        }
        for who, matrix in ((ANA, "Ours 1 (0123456789ab)"), (BEN, None))
    ]
    team = small_team(ratings=given)
    told = {}
    for who in (ANA, BEN):
        write_book(ck.book_of(team, who), tmp_path / who)
        told[who] = ck.matrix_note(ck.read_book(tmp_path / who))
    assert "1 score by Ours 1 (0123456789ab)." in told[ANA]
    assert told[BEN] == ""
    # The CSM's edition has no scores of the manager.
    assert ck.matrix_note(ck.book_of(team, ANA, edition="csm")) == ""


def test_a_slice_that_is_only_written_makes_no_frame(monkeypatch, tmp_path):
    made = []
    as_frame = slices.canonical_frame
    monkeypatch.setattr(slices, "canonical_frame", lambda t: made.append(t) or as_frame(t))
    book = ck.book_of(small_team(), ANA)
    write_book(book, tmp_path)
    assert (tmp_path / "accounts.parquet").exists()
    assert not made
    assert len(book.table("accounts")) == 2
    assert len(made) == 1
