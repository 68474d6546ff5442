"""Searching all texts of a packet at once misses nothing that searching each of them finds."""

import gzip
import zlib

from hypothesis import example, given, settings
from hypothesis import strategies as st

from csmkit.scan.scanner import Scanner
from csmkit.terms import Term, Terms
from tests.render.helpers import ANA, small_team
from tests.scan.planted import b64

TERMS = (
    Term("Orange", "account", "own"),
    Term("Orange Bank", "account", "1"),
    Term("Bank of Orange", "account", "own"),
    Term("Summit", "account", "2"),
    Term("SUMMIT", "account", "own"),
    Term("Chloé Dubois", "person", "3"),
    Term("dubois", "person", "own", any_case=True),
    Term("Dubois", "person", "3"),
    Term("田中太郎", "person", "4"),
    Term("100042", "account", "5"),
)
INDEX = Terms(TERMS)
WORDS = ("Orange", "Bank", "of", "bank", "SUMMIT", "Summit", "summit", "Dubois", "dubois")
ODD = (
    "Chloé",
    "Chloe\u0301",
    "CHLOE",
    "さん田中太郎",
    "100042",
    "é",
    "–",
    "_",
    "\x01",
    "\ud800",
    "ÿ",
)
SAID = st.sampled_from((*WORDS, *ODD))
TEXTS = st.lists(
    st.lists(SAID | st.text(max_size=3), max_size=6).flatmap(
        lambda words: st.sampled_from([" ", "", "\n", "-"]).map(lambda sign: sign.join(words))
    ),
    max_size=6,
)


def own(term: Term) -> bool:
    return term.owner == "own"


@settings(deadline=None, max_examples=300)
@given(TEXTS)
@example(["Orange", "Bank"])
@example(["Bank of", "Orange Bank", "Orange"])
def test_whatever_is_found_of_others_is_in_a_suspect(texts: list[str]):
    suspects = INDEX.suspects(
        texts, lambda terms, sure: (any if sure else all)(own(term) for term in terms)
    )
    leaking = {
        place
        for place, text in enumerate(texts)
        if any(not any(map(own, found.terms)) for found in INDEX.find(text))
    }
    assert leaking <= set(suspects)


def test_names_do_not_reach_from_one_text_into_the_next():
    assert INDEX.suspects(["of Orange", "Bank"], lambda terms, _: own(terms[0])) == []
    assert INDEX.suspects(["Orange Bank", "x"], lambda terms, _: own(terms[0])) == [0]


def test_what_both_files_of_a_packet_hold_is_told_once_clean_and_of_each_otherwise():
    packet = Scanner(small_team()).packet(ANA)
    clean, leak = b"<p>Ana saved Acme</p>", b"<p>Ana saved Bolt Industries</p>"
    assert packet.leaks("a.html", clean) == packet.leaks("b.html", clean) == []
    for name in ("a.html", "b.html"):
        assert packet.leaks(name, leak) == ["Bolt Industries"]


def test_what_stands_in_the_second_file_alone_is_found():
    packet = Scanner(small_team()).packet(ANA)
    assert packet.leaks("a.ipynb", b'{"a": "Ana saved Acme"}') == []
    assert packet.leaks("a.html", b"<p>Ana saved Acme</p><p>Ben Stone</p>") == ["Ben Stone"]
    assert packet.leaks("ben-stone.html", b"<p>Ana saved Acme</p>") == ["ben-stone"]


def test_a_file_that_cannot_be_looked_through_leaves_nothing_out_of_the_next():
    packet = Scanner(small_team()).packet(ANA)
    bomb = b64(zlib.compress(b"\0" * 100_000_000, 9))
    hidden = b64(gzip.compress(b"Ben Stone"))
    assert any("more packed" in leak for leak in packet.leaks("a", f"{bomb} {hidden}".encode()))
    assert packet.leaks("b", f"x {hidden}".encode()) == ["Ben Stone"]
