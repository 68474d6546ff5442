"""Other names of people, as the map gives them; people who may be one are shown, never joined."""

import pytest

from csmkit.errors import MapError
from csmkit.load.maps.pairs import followed
from csmkit.load.maps.reader import parse_map
from tests.load.test_load_references import PEOPLE, books, linked, told

SOURCE = '\n[[source]]\ntable = "accounts"\nfile = "a.csv"\n[source.columns]\nname = "n"\n'


def test_the_map_gives_a_renamed_person_her_other_name():
    out, found = linked(
        {"people": PEOPLE, "ownership": books("Ana Smith", "A. Smith")},
        aliases={"A. Smith": "Ana Smith", "Ana Smith": "u1"},
    )
    assert out["ownership"]["person_id"].tolist() == ["ana.lee@x.io"] * 2
    assert told(found, "alias_unknown", "value") == []


def test_two_rows_of_one_person_become_one():
    people = [*PEOPLE, "u9|Ana Smith|ana.smith@x.io|csm"]
    out, found = linked(
        {"people": people, "ownership": books("u9", "ana.smith@x.io", "Ana Smith")},
        aliases={"ana.smith@x.io": "ana.lee@x.io"},
    )
    assert "ana.smith@x.io" not in set(out["people"]["person_id"])
    assert out["ownership"]["person_id"].tolist() == ["ana.lee@x.io"] * 3
    assert told(found, "person_merged", "row", "value") == [[5, "ana.smith@x.io"]]


def test_an_alias_of_somebody_unknown_and_a_circle_are_errors():
    _, found = linked(
        {"people": PEOPLE}, aliases={"Zed": "zed@x.io", "A": "B", "B": "A", "L": "Ana Lee"}
    )
    assert told(found, "alias_unknown", "severity", "value") == [
        ["error", "A"],
        ["error", "zed@x.io"],
    ]


def test_without_a_people_table_an_alias_joins_a_name_and_a_mail():
    tables = {"ownership": books("Ana Lee", "ana.lee@x.io", "ANA.LEE@x.io")}
    out, found = linked(tables)
    assert out["people"]["person_id"].tolist() == ["ana-lee", "ana.lee@x.io"]
    (remedy,) = told(found, "maybe_same_person", "remedy")
    assert remedy.endswith('[aliases]\n"Ana Lee" = "ana.lee@x.io"')
    out, found = linked(tables, aliases={"Ana Lee": "ana.lee@x.io"})
    assert out["people"]["person_id"].tolist() == ["ana.lee@x.io"]
    assert out["ownership"]["person_id"].tolist() == ["ana.lee@x.io"] * 3
    assert told(found, "maybe_same_person", "value") == []


def test_one_name_in_several_spellings_is_one_person_and_told():
    out, found = linked({"ownership": books("Jose Garcia", "García, José", "jose garcia")})
    assert out["people"]["person_id"].tolist() == ["jose-garcia"]
    assert out["ownership"]["person_id"].tolist() == ["jose-garcia"] * 3
    assert told(found, "person_spellings", "value") == ["Jose Garcia, García, José, jose garcia"]


def test_a_person_listed_twice_says_which_row_counts_and_what_differs():
    people = ["name|email|role", "Ana|ana@x.io|csm", "Ana Lee|ANA@x.io|csm", "Ana|ana@x.io|csm"]
    _, found = linked({"people": people})
    assert told(found, "duplicate_id", "row", "message") == [
        [3, "This person is in row 2 already and differs in name; row 2 counts."
            " The row is set aside."],
        [4, "This person is in row 2 already; row 2 counts. The row is set aside."],
    ]  # fmt: skip


def test_a_mark_in_the_people_table_is_taken_off():
    out, found = linked({"people": ["name|email|role", "Ana Lee (inactive)|ana@x.io|csm"]})
    assert out["people"]["name"].tolist() == ["Ana Lee"]
    assert told(found, "inactive_person", "row") == [2]


def test_the_map_reads_its_pairs():
    given = parse_map(f'[aliases]\n"Ana Smith" = "ana@x.io"\n[merge]\nA17 = "A3"\n{SOURCE}')
    assert dict(given.aliases) == {"Ana Smith": "ana@x.io"}
    assert dict(given.merge) == {"A17": "A3"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('aliases = "x"', "aliases is written as a section"),
        ("[merge]\nA1 = 3", r"\[merge\] A1: write both sides in quotes"),
        ('[merge]\nA1 = "A1"', "stands for itself"),
    ],
)
def test_pairs_that_are_none_are_faults_of_the_map(text, said):
    with pytest.raises(MapError, match=said):
        parse_map(text + SOURCE)


def test_chains_end_and_circles_come_apart():
    assert followed({"a": "b", "b": "c", "x": "y", "y": "x", "z": "x"}) == (
        {"a": "c", "b": "c"},
        [["x", "y", "x"]],
    )
