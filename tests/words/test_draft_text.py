"""A draft as Markdown: what stands behind each sentence, gaps, and text that stays text."""

import mistune
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csmkit.cycle import Period
from csmkit.words.draft import Draft, Paragraph, Section, Sentence
from csmkit.words.draft_text import draft_markdown, escaped
from csmkit.words.passages import own_text, sentences
from csmkit.words.review import check_review

PERIOD = Period.parse("2026-01-01:2026-06-30")
PLUGINS = ["strikethrough", "table", "url", "footnotes", "task_lists"]


def draft(*parts, heading="Wins", lead="", title="Review of Ana"):
    paragraphs = tuple(
        part if isinstance(part, Paragraph) else Paragraph((part,)) for part in parts
    )
    return Draft("review", "ana", "Ana", title, PERIOD, (Section(heading, paragraphs, lead),))


def shown(markdown):
    """What a reader of Markdown makes of it: the kinds of its parts, and its words."""
    kinds, words = set(), []

    def walk(tokens):
        for token in tokens:
            kinds.add(token["type"])
            if token["type"] in ("softbreak", "linebreak"):
                words.append(" ")
            words.append(token.get("raw", "") if "children" not in token else "")
            walk(token.get("children", []))

    walk(mistune.create_markdown(renderer=None, plugins=PLUGINS)(markdown))
    return kinds, "".join(words)


def test_numbers_lead_to_the_sources_and_gaps_are_marked():
    told = Paragraph(
        (
            Sentence("It was red.", ("health of Acme",)),
            Sentence("what was done at Acme?", gap=True),
            Sentence("It renewed with 100.", ("renewals: Acme, due 3 Mar 2026", "health of Acme")),
        ),
        "Acme",
    )
    assert draft_markdown(draft(told, lead="Three moments.")) == (
        "# Review of Ana\n\n"
        "## Wins\n\n"
        "[for the writer: Three moments.]\n\n"
        "**Acme.** It was red. [1] [missing: what was done at Acme?] It renewed with 100. [1, 2]\n\n"
        "## What this stands on\n\n"
        "1. health of Acme\n"
        "2. renewals: Acme, due 3 Mar 2026\n"
    )


def test_a_draft_without_sources_has_no_list_of_them():
    assert "stands on" not in draft_markdown(draft(Sentence("which account?", gap=True)))


HOSTILE = [
    "# Heading", "[a](http://evil.example)", "![a](http://evil.example/x.png)", "<script>x</script>",
    "http://evil.example and www.evil.example", "<http://evil.example>", "1. one", "- item", "> quote",
    "*bold* _it_ `code` ~~gone~~", "a | b", "&lt;b&gt; &copy;", "***", "=====", "[1]: http://evil.example",
    "two\n\n# lines", "a\\", "[missing: x] and [2]", "$x$", "+ plus", "7) seven", "```", "[^1] note",
    "[x] done", "trailing  ",
]  # fmt: skip
HARMLESS = {
    "heading",
    "paragraph",
    "text",
    "strong",
    "list",
    "list_item",
    "block_text",
    "blank_line",
}
HARMLESS |= {"softbreak"}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_no_markup(text):
    everywhere = draft(
        Paragraph((Sentence(text, (text,)), Sentence(text, gap=True)), text),
        Sentence(text, (text,)),
        Sentence(text, gap=True),
        heading=text, lead=text, title=text,
    )  # fmt: skip
    kinds, words = shown(draft_markdown(everywhere))
    assert kinds <= HARMLESS
    # As it was written, a break as a space: in title, heading, lead, twice told and twice asked.
    assert words.count(" ".join(text.split())) >= 7


@given(st.text(max_size=60))
def test_any_text_on_a_line_is_shown_as_it_is(text):
    line = " ".join(escaped(text).split())
    kinds, _ = shown(f"x {line}\n")
    assert kinds <= {"paragraph", "text", "blank_line"}
    assert "\n" not in escaped(text)
    kinds, _ = shown(f"{line}\n")
    assert kinds <= {"paragraph", "text", "blank_line"}


def test_the_check_reads_neither_gaps_nor_numbers_nor_sources():
    told = Sentence("Acme grew by €20,000 on 3 Mar 2026.", ("trusted adviser, a team player",))
    asked = Sentence("who is a trusted adviser?", gap=True)
    text = draft_markdown(draft(told, asked, lead="No trusted adviser here."))
    assert [one.text for one in sentences(text)] == ["Acme grew by €20,000 on 3 Mar 2026."]
    found = check_review(text)
    assert "empty" not in set(found["rule"])
    (short,) = found.loc[found["rule"] == "short", "message"]
    # Review of Ana, Wins, and the sentence.
    assert short.startswith("12 words")


def test_a_number_in_brackets_makes_no_claim_one_with_a_number():
    bare = draft_markdown(draft(Sentence("She improved the adoption of customers.", ("a",))))
    assert "unsupported" in set(check_review(bare)["rule"])


def test_places_stay_where_they_are():
    text = draft_markdown(
        draft(Sentence("A trusted adviser.", ("a", "b")), Sentence("b?", gap=True))
    )
    assert len(own_text(text)) == len(text)
    row = check_review(text).iloc[0]
    assert text[row["start"] : row["end"]].lower() == "a trusted adviser"[2:]


def test_brackets_of_somebodys_own_words_stay_part_of_the_text():
    text = draft_markdown(draft(Sentence("They said [missing: a trusted adviser] of Acme.")))
    assert "trusted adviser" in own_text(text)
