"""People get one id each, and every mention of them is understood or told."""

import pytest

from csmkit.load.assemble import load
from csmkit.load.maps.fit import canonical_map
from csmkit.load.read import read_export
from csmkit.load.sources.files import open_export
from csmkit.names import packet_slug, slug_name

PERIOD = "2024-01-01:2024-06-30"


def tables(folder):
    export = open_export(folder)
    return load(export, canonical_map(export), None)


def told(result, kind):
    found = result.findings[result.findings["kind"] == kind]
    return list(
        zip(found["severity"], found["table"], found["row"].fillna(0), found["value"], strict=True)
    )


def test_the_id_is_the_mail_in_lower_case_else_the_given_id_else_a_slug(small):
    people = "person_id,name,email,role\nu1,Ana Lee,Ana@X.io,csm\nU2,Ben,,csm\n,Zoë O'Hara,,csm\n"
    result = tables(small({"people.csv": people}))
    assert result.tables["people"]["person_id"].tolist() == ["ana@x.io", "U2", "zoe-ohara"]


def test_every_way_of_naming_a_person_is_understood(small):
    people = "person_id,name,email,aliases\nu1,Ana Lee,ana@x.io,alee; Ana Smith\n"
    owners = ["ANA@x.io", "U1", "ALEE", "ana smith", "ana lee"]
    accounts = "account_id,name\n" + "".join(f"A{i},N{i}\n" for i in range(5))
    books = "account_id,person_id,start\n" + "".join(
        f"A{i},{who},2024-01-01\n" for i, who in enumerate(owners)
    )
    result = tables(small({"people.csv": people, "accounts.csv": accounts, "ownership.csv": books}))
    assert result.tables["ownership"]["person_id"].tolist() == ["ana@x.io"] * 5


def test_a_name_of_two_people_is_an_error_and_sets_its_rows_aside(small):
    people = "name,email,role\nAna Lee,a@x.io,csm\nAna Lee,b@x.io,csm\n"
    books = "account_id,person_id,start\nA1,Ana Lee,2024-01-01\nA2,b@x.io,2024-01-01\n"
    result = tables(small({"people.csv": people, "ownership.csv": books}))
    assert result.tables["ownership"]["account_id"].tolist() == ["A2"]
    assert told(result, "ambiguous_person") == [("error", "ownership", 2, "Ana Lee")]


def test_somebody_unknown_owns_nothing_but_may_have_called(small):
    books = "account_id,person_id,start\nA1,Zed,2024-01-01\nA2,ana@x.io,2024-01-01\n"
    calls = (
        "account_id,person_id,date,type,attendees\n"
        "A1,Zed,2024-02-01,call,Ana Lee; Kim Ray; Carl of Acme\n"
    )
    result = tables(small({"ownership.csv": books, "touchpoints.csv": calls}))
    assert result.tables["ownership"]["account_id"].tolist() == ["A2"]
    call = result.tables["touchpoints"].iloc[0]
    assert call["person_id"] == "Zed"
    assert call["attendees"] == "ana@x.io;kim-ray;Carl of Acme"
    assert [t[1] for t in told(result, "unknown_person")] == [
        "ownership",
        "touchpoints",
        "touchpoints",
    ]


def test_an_unknown_owner_of_an_account_leaves_it_without_one(small):
    accounts = "account_id,name,owner\nA1,Acme,Zed\nA2,Bolt,ana@x.io\n"
    result = tables(
        small({"accounts.csv": accounts, "ownership.csv": "account_id,person_id,start\n"})
    )
    assert result.tables["accounts"]["owner"].fillna("-").tolist() == ["-", "ana@x.io"]
    assert told(result, "account_without_owner") == [("warning", "accounts", 2, "")]


def test_managers_who_are_not_listed_are_added(small):
    result = tables(small())
    people = result.tables["people"]
    assert people["person_id"].tolist() == ["ana@x.io", "kim-ray"]
    assert people["role"].tolist() == ["csm", "manager"]
    assert people["manager_id"].fillna("-").tolist() == ["kim-ray", "-"]
    assert told(result, "manager_added") == [("info", "people", 0, "Kim Ray")]


def test_without_a_role_column_people_are_csms_and_whoever_leads_is_a_manager(small):
    people = "name,email,manager_id\nAna,ana@x.io,kim@x.io\nKim,kim@x.io,\n"
    result = tables(small({"people.csv": people}))
    assert result.tables["people"]["role"].tolist() == ["csm", "manager"]
    assert [t[0] for t in told(result, "role_assumed")] == ["warning", "warning"]


def test_a_role_that_cannot_be_read_is_not_assumed(small):
    people = "name,email,role\nAna,ana@x.io,csm\nBen,b@x.io,Account Executive\n"
    result = tables(small({"people.csv": people}))
    assert result.tables["people"]["role"].fillna("-").tolist() == ["csm", "-"]
    assert told(result, "role_assumed") == []


def test_the_same_person_twice_is_set_aside(small):
    people = "name,email,role\nAna,ana@x.io,csm\nAna Lee,ANA@x.io,csm\n"
    result = tables(small({"people.csv": people}))
    assert result.tables["people"]["name"].tolist() == ["Ana"]
    assert told(result, "duplicate_id") == [("warning", "people", 3, "ana@x.io")]


def test_without_a_people_table_people_are_made_from_owners(write):
    accounts = (
        "account_id,name,owner\nA1,Acme,005aB\nA2,Bolt,005ab\nA3,Cog,Ana Lee\nA4,Dot,Ben@x.io\n"
    )
    cycle = read_export(write({"accounts.csv": accounts}), period=PERIOD)
    people = cycle.table("people")
    assert people["person_id"].tolist() == ["005aB", "005ab", "ana-lee", "ben@x.io"]
    assert people["name"].tolist() == ["005aB", "005ab", "Ana Lee", "Ben@x.io"]
    assert set(people["role"]) == {"csm"}
    assert cycle.table("accounts")["owner"].tolist() == people["person_id"].tolist()
    assert "owners_are_bare_ids" in set(cycle.findings["kind"])


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Liam O'Brien", "liam-obrien"),
        ("Rosa Álvarez", "rosa-alvarez"),
        ("מרים שלום", "mrym-slvm"),
        ("  A--B  ", "a-b"),
        ("x" * 80, "x" * 60),
        ("!!!", ""),
    ],
)
def test_slugs(name, slug):
    assert slug_name(name) == slug


def test_packet_slugs_tell_namesakes_apart():
    one, two = packet_slug("Ana Lee", "a@x.io"), packet_slug("Ana Lee", "b@x.io")
    assert one != two
    assert one.startswith("ana-lee-")
    assert len(one) == len("ana-lee-") + 6


def test_blank_attendees_are_nobody(small):
    calls = "account_id,date,type,attendees\nA1,2024-02-01,call,\n"
    result = tables(small({"touchpoints.csv": calls}))
    assert result.tables["touchpoints"]["attendees"].isna().tolist() == [True]
    assert told(result, "unknown_person") == []


NAMESAKES = (
    "person_id,name,email,role,aliases\nu1,Ana Lee,ana@x.io,csm,{}\nu2,Sam Lee,sam@x.io,csm,\n"
)
BOOKS = "account_id,person_id,start\nA1,{},2024-01-01\nA2,ana@x.io,2024-01-01\n"


@pytest.mark.parametrize("owner", ["Sam Lee", "sam lee"])
def test_an_alias_that_is_a_colleagues_name_is_ambiguous(small, owner):
    files = {"people.csv": NAMESAKES.format("Sam Lee"), "ownership.csv": BOOKS.format(owner)}
    result = tables(small(files))
    assert result.tables["ownership"]["account_id"].tolist() == ["A2"]
    assert told(result, "ambiguous_person") == [("error", "ownership", 2, owner)]


@pytest.mark.parametrize("owner", ["u2", "sam@x.io"])
def test_an_id_or_a_mail_means_its_own_person_whatever_the_aliases(small, owner):
    files = {"people.csv": NAMESAKES.format(owner), "ownership.csv": BOOKS.format(owner)}
    assert tables(small(files)).tables["ownership"]["person_id"].tolist() == [
        "sam@x.io",
        "ana@x.io",
    ]


def test_aliases_that_differ_in_case_alone_are_two_logins(small):
    people = "name,email,aliases\nAna,ana@x.io,005aB\nBen,ben@x.io,005ab\n"
    files = {"people.csv": people, "ownership.csv": BOOKS.format("005ab")}
    assert tables(small(files)).tables["ownership"]["person_id"].tolist() == [
        "ben@x.io",
        "ana@x.io",
    ]


def test_people_of_another_team_are_told_once_for_each_column(small):
    deals = "account_id,opened,closed_by\n" + "".join(
        f"A1,2024-02-0{i},{who}\n" for i, who in enumerate(["Zed", "Yan", "Zed", "Ana Lee"], 1)
    )
    result = tables(small({"opportunities.csv": deals}))
    assert result.tables["opportunities"]["closed_by"].tolist() == ["Zed", "Yan", "Zed", "ana@x.io"]
    assert told(result, "unknown_person") == [("info", "opportunities", 0, "Zed, Yan")]
    found = result.findings.set_index("kind").loc["unknown_person"]
    assert found["message"].startswith("2 named in closed_by (3 rows) are not in the people table.")
    assert (found["file"], found["column"]) == ("opportunities.csv", "closed_by")


def test_attendees_from_outside_are_told_once_and_a_name_of_two_people_by_row(small):
    people = "name,email,role\nAna Lee,a@x.io,csm\nAna Lee,b@x.io,csm\n"
    books = "account_id,person_id,start\nA1,a@x.io,2024-01-01\n"
    calls = "account_id,date,type,attendees\n" + (
        "A1,2024-02-01,call,Carl; Dora\nA1,2024-02-02,call,Carl; Ana Lee\n"
    )
    files = {"people.csv": people, "ownership.csv": books, "touchpoints.csv": calls}
    result = tables(small(files))
    assert result.tables["touchpoints"]["attendees"].tolist() == ["Carl;Dora", "Carl;Ana Lee"]
    assert told(result, "unknown_person") == [("info", "touchpoints", 0, "Carl, Dora")]
    assert told(result, "ambiguous_person") == [("warning", "touchpoints", 3, "Carl;Ana Lee")]
