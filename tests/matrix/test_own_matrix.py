"""The kit's own matrix: complete, and written so that two readers choose one colour."""

import re

import pytest

from csmkit.matrix.check import check_matrix
from csmkit.matrix.matrix import COLOURS, LEVELS
from csmkit.matrix.read import read_matrix
from csmkit.schema import PACKET_ROLES

MATRIX = read_matrix()
VARIED = [(c.id, role) for c in MATRIX for role in PACKET_ROLES]
BOOKS = {
    "linked": "renewal_foresight expansion_discovery adoption renewal_process executive_engagement"
    " retention_in_context value_realisation advocacy",
    "mixed": "difficult_conversations risk_recovery",
    "independent": "book_strategy success_planning onboarding health_monitoring qbr_craft"
    " written_follow_through voice_of_customer cross_functional mentoring ownership_growth",
}


def test_twenty_competencies_in_five_pillars_of_four():
    pillars = MATRIX.frame["pillar"]
    assert len(MATRIX) == 20
    assert pillars.value_counts(sort=False).to_dict() == dict.fromkeys(MATRIX.pillars, 4)
    assert list(MATRIX.pillars) == [
        "Strategy",
        "Execution",
        "Communication",
        "Customer impact",
        "Internal leadership",
    ]


def test_what_a_strong_book_does_to_a_rating_is_as_the_check_was_built_for():
    expected = {ident: book for book, ids in BOOKS.items() for ident in ids.split()}
    assert MATRIX.frame.set_index("id")["book"].to_dict() == expected


def test_nothing_is_left_open():
    """No vague word, no sentence twice, no field missing; see `check_matrix`."""
    assert check_matrix().to_dict("records") == []


def test_every_field_is_filled():
    for one in MATRIX:
        assert 3 <= len(one.strong) <= 5, one.id
        assert all(2 <= len(one.for_role(role).evidence) <= 4 for role in PACKET_ROLES), one.id
        assert tuple(one.expected) == LEVELS, one.id
        assert all((one.ask, one.practice, one.progress)), one.id
        assert one.ask.endswith("?"), one.id


@pytest.mark.parametrize(("ident", "role"), VARIED)
def test_each_colour_has_the_same_two_to_four_lines(ident, role):
    one = MATRIX.for_role(role)[ident]
    if one.not_expected:
        return
    assert len({len(one.indicators(colour)) for colour in COLOURS}) == 1
    assert 2 <= len(one.green) <= 4


@pytest.mark.parametrize(("ident", "role"), VARIED)
def test_shares_meet_without_gap_or_overlap(ident, role):
    """Where Green begins at a share, Yellow ends there; where Yellow begins, Red ends."""
    one = MATRIX.for_role(role)[ident]
    for green, yellow, red in zip(one.green, one.yellow, one.red, strict=True):
        bars = re.findall(r"(\d+) % or more", green)
        if not bars:
            continue
        low = re.search(rf"[Aa]t least (half|\d+ %).*?but under ({'|'.join(bars)}) %", yellow)
        assert low, (green, yellow)
        assert re.search(rf"\b[Uu]nder {low[1]}", red), (yellow, red)


def test_expectations_do_not_fall_with_the_level():
    rank = {"not_observed": 0, "red": 1, "yellow": 2, "green": 3}
    for one in MATRIX:
        levels = [rank[one.expected[level].colour] for level in LEVELS]
        assert levels == sorted(levels), one.id
        assert one.expected["senior"].colour == "green", one.id


def test_onboarding_and_operations_are_scored_on_what_is_theirs():
    out = {r: {c.id for c in MATRIX.for_role(r) if c.not_expected} for r in PACKET_ROLES}
    assert out["csm"] == set()
    assert out["onboarding"] == {
        *("renewal_foresight", "expansion_discovery"),
        *("retention_in_context", "advocacy"),
    }
    assert out["cs_ops"] == {
        *("success_planning", "expansion_discovery", "onboarding", "adoption"),
        *("executive_engagement", "retention_in_context", "advocacy"),
    }


def test_every_sentence_ends_and_every_text_begins_like_one():
    texts = [t for c in MATRIX for t in (*c.strong, *c.red, *c.yellow, *c.green)]
    texts += [e.text for c in MATRIX for e in c.expected.values()]
    texts += [t for c in MATRIX for t in (c.about, c.practice, c.progress)]
    for text in (*texts, *MATRIX.rules):
        assert text[0].isupper() or text[0].isdigit(), text
        assert text.endswith("."), text
