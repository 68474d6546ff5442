"""Forty short stories that readers score from the indicators alone."""

import csv
import re
from collections import Counter
from itertools import combinations, pairwise

import pytest

from csmkit.matrix.matrix import COLOURS
from csmkit.matrix.read import read_matrix
from csmkit.schema import PACKET_ROLES
from tests.conftest import ROOT

MATRIX = read_matrix()
VALUES = (*COLOURS, "not_observed")
COPIED = 7


AGREED = 0.85


def rows(name):
    with (ROOT / "tests/matrix" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


VIGNETTES = rows("vignettes.csv")
READERS = rows("readers.csv")


def words(text):
    return re.findall(r"[\w%']+", text.casefold())


def test_forty_of_them_two_for_each_competency():
    assert len({v["id"] for v in VIGNETTES}) == len(VIGNETTES) == 40
    assert Counter(v["competency"] for v in VIGNETTES) == dict.fromkeys(MATRIX.ids, 2)


def test_colours_are_balanced_and_in_no_pattern():
    values = [v["colour"] for v in VIGNETTES]
    count = Counter(values)
    assert set(count) == set(VALUES)
    assert all(10 <= count[colour] <= 13 for colour in COLOURS)
    assert count["not_observed"] >= 5
    pairs = Counter(zip(values[::2], values[1::2], strict=True))
    assert all(first != second for first, second in pairs)
    assert max(pairs.values()) <= 4
    assert max(Counter(pairwise(values)).values()) <= 8


@pytest.mark.parametrize("vignette", VIGNETTES, ids=lambda v: v["id"])
def test_a_vignette_is_short_and_tells_facts_in_its_own_words(vignette):
    told = words(vignette["text"])
    assert 40 <= len(vignette["text"].split()) <= 90
    assert vignette["role"] in PACKET_ROLES
    one = MATRIX.for_role(vignette["role"])[vignette["competency"]]
    assert not one.not_expected
    runs = {tuple(told[i : i + COPIED]) for i in range(len(told) - COPIED + 1)}
    for indicator in (*one.red, *one.yellow, *one.green):
        line = words(indicator)
        assert not runs & {tuple(line[i : i + COPIED]) for i in range(len(line) - COPIED + 1)}


def test_every_reader_scored_each_vignette_once():
    assert [r["id"] for r in READERS] == [v["id"] for v in VIGNETTES]
    assert {r[name] for r in READERS for name in ("reader_1", "reader_2", "reader_3")} <= set(
        VALUES
    )


@pytest.mark.parametrize(
    ("one", "other"), list(combinations(("colour", "reader_1", "reader_2", "reader_3"), 2))
)
def test_readers_agree_with_the_key_and_with_each_other(one, other):
    merged = [vignette | reader for vignette, reader in zip(VIGNETTES, READERS, strict=True)]
    same = sum(row[one] == row[other] for row in merged)
    assert same >= AGREED * len(merged), [row["id"] for row in merged if row[one] != row[other]]
