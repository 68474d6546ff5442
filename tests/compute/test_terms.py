"""Names, mails and ids are found in free text, however they are written."""

from __future__ import annotations

import unicodedata

import pytest

from csmkit.terms import Term, Terms, blotted, first_names, team_terms, together
from tests.compute.helpers import cycle_of, rows


def blot(text: str, *names: str, kind: str = "person") -> str:
    index = Terms(Term(n, kind, n) for n in names)
    return blotted(text, index, person_id="me", accounts=frozenset())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Rosa Álvarez", "with Rosa Álvarez today"),
        ("Rosa Álvarez", "with rosa alvarez today"),
        ("Rosa Álvarez", unicodedata.normalize("NFD", "with Rosa Álvarez today")),
        ("Noël Roy", unicodedata.normalize("NFD", "with Noël Roy today")),
        ("Łukasz Nowak", "with Lukasz Nowak today"),
        ("Bjørn Dahl", "with Bjorn Dahl today"),
        ("Anna Smith", "with Anna_Smith today"),
        ("anna@example.com", "with Anna@Example.com today"),
        ("José", "with Jose today"),
        ("José", "with JOSÉ today"),
        ("دينا", "with دينا today"),
    ],
)
def test_a_name_is_found_however_it_is_written(name: str, text: str):
    assert blot(text, name) == "with a colleague today"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Summit", "we met at the summit"),  # an ordinary word in small letters
        ("Ann", "Annual plan"),  # part of a word
        ("1042", "renewed at 1042 a year"),  # a number that cannot be told from a figure
    ],
)
def test_ordinary_words_and_figures_are_left_alone(name: str, text: str):
    assert blot(text, name) == text


def test_the_longest_name_wins():
    assert (
        blot("with Orange Bank", "Orange", "Orange Bank", kind="account") == "with another account"
    )


def test_a_long_number_is_an_id():
    assert blot("account 100042 left", "100042", kind="account") == "account another account left"


def test_what_is_ones_own_stays():
    index = Terms([Term("Ana", "person", "me"), Term("Acme", "account", "a")])
    text = "Ana saved Acme"
    assert blotted(text, index, person_id="me", accounts=frozenset("a")) == text


def test_a_namesakes_name_is_also_ones_own():
    index = Terms([Term("Ana Lee", "person", "me"), Term("Ana Lee", "person", "other")])
    text = "Ana Lee won"
    assert blotted(text, index, person_id="me", accounts=frozenset()) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("I led, Ana Lee signed", "I led, somebody of this name signed"),
        # A first name alone may well be the person's own.
        ("Ana signed", "Ana signed"),
    ],
)
def test_a_whole_name_that_two_people_have_may_be_told_as_somebody_s(text: str, told: str):
    terms = [Term(name, "person", who) for name in ("Ana Lee", "Ana") for who in ("me", "other")]
    own = {"person_id": "me", "accounts": frozenset()}
    assert blotted(text, Terms(terms), **own, namesake="somebody of this name") == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("with a colleague & a colleague", "with two colleagues"),
        ("A colleague, a colleague and a colleague saw it", "Several colleagues saw it"),
        ("Trained a colleague, a colleague, a colleague on it", "Trained several colleagues on it"),
        ("used a colleague and a colleague's lab", "used two colleagues' lab"),
        ("a colleague and a colleague’s lab", "two colleagues’ lab"),
        ("Ask a colleague or a colleague", "Ask a colleague or a colleague"),
        # After a comma alone, or before another word, another clause may begin.
        ("told a colleague, a colleague left", "told a colleague, a colleague left"),
        ("told a colleague, and a colleague left", "told a colleague, and a colleague left"),
        ("a colleague and a colleagueship", "a colleague and a colleagueship"),
    ],
)
def test_colleagues_in_a_row_are_two_or_several(text: str, told: str):
    assert together(text) == told


def test_terms_of_a_team_are_names_mails_aliases_and_accounts():
    people = rows(
        "person_id name email role aliases",
        ("ana@x.com", "Ana van Dijk", "ana@x.com", "csm", "avd; Ana V."),
        ("mia@x.com", "Mia Berg", "mia@x.com", "manager", None),  # managers are named
    )
    cycle = cycle_of(people=people, accounts=rows("account_id name", ("7", "Acme")))
    assert {t.text for t in team_terms(cycle)} == {
        "ana@x.com",
        "Ana van Dijk",
        "avd",
        "Ana V.",
        "7",
        "Acme",
    }
    assert {t.text for t in first_names(cycle)} == {"Ana", "Dijk"}


def test_first_names_of_scripts_without_capitals_are_names_too():
    cycle = cycle_of(people=rows("person_id name role", ("d", "دينا حداد", "csm")))
    assert {t.text for t in first_names(cycle)} == {"دينا", "حداد"}
