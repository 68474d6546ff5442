"""What a company is told about its own file."""

import pytest

from csmkit.errors import UnreadableInput
from csmkit.matrix.check import COLUMNS, check_matrix, vague_words
from csmkit.matrix.read import own_file, read_matrix

OWN = own_file().read_text(encoding="utf-8")
GREEN = "At least one theme of this period or the one before has a roadmap date or was delivered."


def remarks(tmp_path, *changes):
    text = OWN
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    file = tmp_path / "ours.yaml"
    file.write_text(text, encoding="utf-8")
    found = check_matrix(file)
    assert tuple(found.columns) == COLUMNS
    lines = text.splitlines()
    return [
        (r.severity, lines[r.line - 1].strip(), r.competency, r.field, r.message)
        for r in found.itertuples()
    ]


def test_a_file_without_remarks_has_no_rows(tmp_path):
    assert remarks(tmp_path) == []


def test_a_vague_word_is_named_with_its_line(tmp_path):
    new = "Themes are shared Regularly, with irregular gaps."
    assert remarks(tmp_path, (GREEN, new)) == [
        (
            "warning",
            f"- {new}",
            "voice_of_customer",
            "green",
            "'regularly' means something else to every reader.",
        )
    ]


def test_two_vague_words_are_two_remarks(tmp_path):
    found = remarks(tmp_path, (GREEN, "Often proactive."))
    assert [m.split("'")[1] for *_, m in found] == ["often", "proactive"]


def test_a_phrase_is_found_and_a_part_of_a_word_is_not(tmp_path):
    found = remarks(tmp_path, (GREEN, "A trusted adviser, softened and wellbeing-minded."))
    assert [m.split("'")[1] for *_, m in found] == ["trusted adviser"]


def test_names_and_ids_may_hold_any_word(tmp_path):
    assert remarks(tmp_path, ("name: QBR craft", "name: Strong QBR craft")) == []


def test_a_sentence_used_twice_points_to_the_first(tmp_path):
    twice = "Runs renewals and escalations on time, with the right people, to a written end"
    (found,) = remarks(tmp_path, (GREEN, f"It is dated. {twice.upper()}!"))
    at = next(i for i, line in enumerate(OWN.splitlines(), 1) if twice in line)
    assert found[2:] == ("voice_of_customer", "green", f"This sentence stands in line {at} too.")


def test_a_colour_of_one_line_or_five_is_remarked(tmp_path):
    found = remarks(tmp_path, (f"      - {GREEN}\n", ""))
    assert [(field, message) for *_, field, message in found] == [
        ("green", "Green has 1 line."),
        ("", "The colours differ in their number of lines (red 2, yellow 2, green 1)."),
    ]


def test_what_is_missing_is_remarked_and_the_file_is_used(tmp_path):
    file = tmp_path / "ours.yaml"
    file.write_text(
        "competencies:\n"
        "- {id: a, pillar: P, name: A, about: Does it., red: [x, y], yellow: [v, w], green: [t, u]}\n",
        encoding="utf-8",
    )
    assert read_matrix(file).ids == ("a",)
    found = check_matrix(file)
    assert found["severity"].eq("warning").all()
    assert found["field"].tolist() == [
        *("name", "version", "rules", "strong"),
        *("coaching ask", "coaching practice", "coaching progress"),
        *("evidence", "expected", "expected", "expected"),
    ]


def test_text_that_a_hash_cuts_off_is_remarked(tmp_path):
    (found,) = remarks(tmp_path, (GREEN, "The theme is ticket #12 of the roadmap."))
    assert found[2:4] == ("voice_of_customer", "green")
    assert found[4] == "What follows the # is a comment and not part of the text."


def test_a_hash_in_quotes_and_a_comment_after_a_word_are_fine(tmp_path):
    text = ("name: QBR craft", "name: QBR  # ours")
    assert remarks(tmp_path, (GREEN, "'The theme is ticket #12 of the roadmap.'"), text) == []


def test_faults_come_first_and_do_not_hide_the_rest(tmp_path):
    found = remarks(tmp_path, (GREEN, "Often."), ("name: QBR craft", "nme: QBR craft"))
    assert [severity for severity, *_ in found] == ["error", "error", "warning"]


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(UnreadableInput):
        check_matrix(tmp_path / "missing.yaml")


def test_the_list_of_vague_words_has_each_word_once():
    words = vague_words()
    assert len(words) > 150
    assert len(set(words)) == len(words)
    assert all(word == word.lower().strip() for word in words)


@pytest.mark.parametrize("word", ["regularly", "proactively", "effectively", "sometimes"])
def test_the_words_that_started_it_are_on_the_list(word):
    assert word in vague_words()
