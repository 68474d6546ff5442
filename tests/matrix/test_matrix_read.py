"""A matrix file is read whole, or every fault of it is told with its line."""

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csmkit.errors import CsmkitError, UnreadableInput
from csmkit.matrix.faults import MatrixError
from csmkit.matrix.matrix import Expectation, Proof
from csmkit.matrix.nodes import MOST_BYTES
from csmkit.matrix.read import own_file, parse_matrix, read_matrix

SMALL = """\
name: Ours
version: 1.10
competencies:
  - id: plans
    pillar: Craft
    name: Plans
    about: Writes plans.
    red: [None was written.]
    yellow: [One was written.]
    green: [Two were written.]
  - id: calls
    pillar: Contact
    name: Calls
    about: Makes calls.
    book: linked
    red:
      - None was made.
    yellow:
      - One was made.
    green:
      - Two were made.
    coaching: {ask: Whom to call, practice: Call one., progress: One calls back.}
    evidence:
      - what: Calls
        table: touchpoints
    expected:
      mid: {colour: yellow, text: One call.}
    variants:
      cs_ops:
        not_expected: true
        reason: No customers.
      onboarding:
        green: [Three were made.]
"""


def faults_of(text):
    with pytest.raises(MatrixError) as caught:
        parse_matrix(text)
    return [(r.line, r.competency, r.field, r.message) for r in caught.value.remarks]


def changed(old, new):
    assert SMALL.count(old) == 1
    return SMALL.replace(old, new)


def test_a_companys_file_is_read():
    matrix = parse_matrix(SMALL)
    assert (matrix.name, matrix.version, matrix.ids) == ("Ours", "1.10", ("plans", "calls"))
    assert matrix.pillars == ("Craft", "Contact")
    calls = matrix["calls"]
    assert calls.indicators("green") == ("Two were made.",)
    assert (calls.ask, calls.practice, calls.progress) == (
        "Whom to call",
        "Call one.",
        "One calls back.",
    )
    assert calls.evidence == (Proof("Calls", "touchpoints"),)
    assert dict(calls.expected) == {"mid": Expectation("yellow", "One call.")}
    assert matrix.text == SMALL


def test_what_is_optional_may_be_left_out():
    plans = parse_matrix(SMALL)["plans"]
    assert (plans.book, plans.strong, plans.ask, plans.evidence) == ("mixed", (), "", ())
    assert dict(plans.expected) == {}


def test_a_frame_for_those_who_count_rows():
    frame = parse_matrix(SMALL).frame
    assert list(frame.columns) == ["id", "pillar", "name", "about", "book"]
    assert frame["book"].tolist() == ["mixed", "linked"]
    assert all(dtype == "str" for dtype in frame.dtypes)


def test_a_roles_variant_is_laid_over_and_the_rest_stays():
    matrix = parse_matrix(SMALL)
    theirs = matrix.for_role("onboarding")
    assert theirs["calls"].green == ("Three were made.",)
    assert theirs["calls"].red == ("None was made.",)
    assert theirs["plans"] == matrix["plans"]
    assert theirs.digest == matrix.digest
    assert matrix["calls"].green == ("Two were made.",)


def test_what_a_role_is_not_scored_on_stays_with_its_reason():
    ops = parse_matrix(SMALL).for_role("cs_ops")
    assert ops.ids == ("plans", "calls")
    assert ops["calls"].not_expected == "No customers."
    assert ops["plans"].not_expected == ""


def test_a_role_without_variants_has_the_matrix_as_it_is():
    matrix = parse_matrix(SMALL)
    assert matrix.for_role("csm") == matrix


def test_an_unknown_competency_is_named_with_those_there_are():
    with pytest.raises(CsmkitError, match=r"no competency 'call'.*plans, calls"):
        parse_matrix(SMALL)["call"]


def test_comments_line_ends_and_wraps_do_not_change_the_digest():
    digest = parse_matrix(SMALL).digest
    assert len(digest) == 12
    assert parse_matrix(SMALL.replace("\n", "\r\n")).digest == digest
    assert parse_matrix("# ours\n" + SMALL).digest == digest
    wrapped = changed("about: Makes calls.", "about: Makes\n      calls.")
    assert parse_matrix(wrapped).digest == digest
    quoted = changed("about: Makes calls.", 'about: "Makes calls."')
    assert parse_matrix(quoted).digest == digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Two were made.", "Three were made."),
        ("id: calls", "id: call"),
        ("version: 1.10", "version: 1.1"),
        ("colour: yellow", "colour: green"),
    ],
)
def test_content_changes_the_digest(old, new):
    assert parse_matrix(changed(old, new)).digest != parse_matrix(SMALL).digest


def test_every_fault_is_told_at_once_with_its_line():
    text = (
        changed("book: linked", "book: linkt")
        .replace("table: touchpoints", "table: touchpoint")
        .replace("pillar: Craft", "piller: Craft")
        .replace("colour: yellow", "colour: yelow")
    )
    lines = text.splitlines()
    faults = faults_of(text)
    assert [lines[line - 1].strip() for line, *_ in faults] == [
        "- id: plans",
        "piller: Craft",
        "book: linkt",
        "table: touchpoint",
        "mid: {colour: yelow, text: One call.}",
    ]
    assert [(c, f) for _, c, f, _ in faults] == [
        ("plans", ""),
        ("plans", ""),
        ("calls", "book"),
        ("calls", "table"),
        ("calls", "expected mid colour"),
    ]
    told = " ".join(message for *_, message in faults)
    for near in ("'pillar'", "'linked'", "'touchpoints'", "'yellow'"):
        assert f"Did you mean {near}?" in told


def test_the_message_names_the_file_the_line_and_what_to_write():
    with pytest.raises(MatrixError) as caught:
        parse_matrix(changed("book: linked", "book: strong"), name="ours.yaml")
    assert str(caught.value) == (
        "The matrix ours.yaml has 1 fault:\n"
        "  - line 15 (calls, book): 'strong' is not allowed."
        " Write one of: linked, independent, mixed.\n"
        " Correct the file and read it again."
    )


@pytest.mark.parametrize("key", ["id", "pillar", "name", "about", "red", "yellow", "green"])
def test_each_required_field_is_missed(key):
    tree = SMALL.split("  - id: calls")[0].splitlines()
    kept = [line for line in tree[3:] if not line.lstrip(" -").startswith(f"{key}:")]
    text = "\n".join([*tree[:3], *kept])
    if key == "id":
        text = text.replace("    pillar: Craft", "  - pillar: Craft")
    assert [(line, message) for line, _, _, message in faults_of(text)] == [
        (4, f"{key} is missing.")
    ]


def test_an_id_twice_is_told_whatever_its_case():
    faults = faults_of(changed("id: calls", "id: Plans"))
    assert faults == [
        (11, "", "id", "The id 'Plans' is taken by the competency in line 4."),
    ]


@pytest.mark.parametrize("given", ["overall", "Overall"])
def test_the_id_of_the_overall_level_is_reserved(given):
    ((line, _, field, message),) = faults_of(changed("id: calls", f"id: {given}"))
    assert (line, field) == (11, "id")
    assert "over all competencies" in message


@pytest.mark.parametrize("given", ["two words", "a;b", "é", "x" * 61, "-a"])
def test_an_id_that_ratings_cannot_name_is_refused(given):
    ((line, _, field, message),) = faults_of(changed("id: calls", f"id: '{given}'"))
    assert (line, field) == (11, "id")
    assert "cannot be an id" in message


def test_a_field_twice_is_told_with_both_lines():
    ((line, *_, message),) = faults_of(changed("    book: linked\n", "    name: Again\n"))
    assert line == 15
    assert message == "'name' stands here a second time; the first is in line 13."


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("      - None was made.", "      - Red: none was made.", 17, "colon followed by a space"),
        ("      - None was made.", "      - [a, b]", 17, "a list where a text belongs"),
        ("      - None was made.", "      -", 17, "The text is empty."),
        ("red: [None was written.]", "red: None was written.", 8, "where a list belongs"),
        ("red: [None was written.]", "red: []", 8, "red has no indicator."),
        ("red: [None was written.]", "red:", 4, "red is missing."),
        ("not_expected: true", "not_expected: yes", 30, "'yes' is not allowed."),
        ("        reason: No customers.\n", "", 30, "not_expected has no reason."),
        ("        not_expected: true\n", "", 30, "reason stands without not_expected."),
        ("      cs_ops:", "      csops:", 29, "Did you mean 'cs_ops'?"),
        ("      mid: {", "      middle: {", 27, "Did you mean 'mid'?"),
        (", text: One call.}", "}", 27, "text is missing."),
        ("    name: Calls\n", "    Calls\n", 13, "holds words where a field belongs"),
        ("        table: touchpoints\n", "", 24, "table is missing."),
        ("book: linked", "book: !!python/name:os.system linked", 15, "python/name:os.system"),
        ("about: Makes calls.", "about: &a Makes calls.", 14, "Anchors"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line(old, new, line, told):
    faults = faults_of(changed(old, new))
    assert [found for found, *_ in faults] == [line]
    assert told in faults[0][3]


def test_not_expected_and_indicators_exclude_each_other():
    text = changed("        reason: No customers.", "        reason: No.\n        red: [None.]")
    assert "red would be scored" in faults_of(text)[0][3]


# YAML of other versions reads these as true, as a day, as a number; here a text is what it says.
@pytest.mark.parametrize("given", ["no", "yes", "on", "2026-01-01", "007", "1e3", "0o17", "12:30"])
def test_a_text_is_what_it_says(given):
    assert parse_matrix(changed("name: Calls", f"name: {given}"))["calls"].name == given
    old = parse_matrix("%YAML 1.1\n---\n" + changed("name: Calls", f"name: {given}"))
    assert old["calls"].name == given


@pytest.mark.parametrize("colour", ["red", "green", "'yellow'", "not_observed"])
def test_colours_need_no_quotes(colour):
    matrix = parse_matrix(changed("colour: yellow", f"colour: {colour}"))
    assert matrix["calls"].expected["mid"].colour == colour.strip("'")


def test_every_tab_is_told_and_the_rest_still_read():
    text = changed("    book: linked", "\tbook: linkt").replace(
        "    pillar: Craft", "\t\tpillar: Craft"
    )
    faults = faults_of(text)
    assert [(line, message) for line, *_, message in faults if "tab" in message] == [
        (5, "The line begins with a tab."),
        (15, "The line begins with a tab."),
    ]


def test_faults_of_syntax_in_two_places_and_a_wrong_word_in_a_third():
    third = textwrap.indent(
        textwrap.dedent(
            """\
            - id: third
              pillar: Contact
              name: Third
              about: The third.
              book: strong
              red: [a]
              yellow: [b]
              green: [c]
            """
        ),
        "  ",
    )
    text = changed("name: Plans", "name: Plans: ours").replace(
        "about: Makes calls.", 'about: "Makes calls.'
    )
    faults = faults_of(text + third)
    assert [(line, message) for line, *_, message in faults] == [
        (6, "A colon followed by a space stands in a text."),
        (14, "A quotation mark is opened and not closed."),
        (38, "'strong' is not allowed."),
    ]


def test_a_fault_of_syntax_in_the_only_competency_is_all_that_is_told():
    text = SMALL.split("  - id: calls")[0].replace("name: Plans", "name: Plans: ours")
    assert [line for line, *_ in faults_of(text)] == [6]


def test_line_breaks_that_no_editor_shows_do_not_shift_the_lines():
    text = changed("book: linked", "book: linkt").replace("Writes plans.", "Writes\u2028plans.")
    assert [line for line, *_ in faults_of(text)] == [15]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "The file is empty."),
        ("# only a comment\n", "The file is empty."),
        ("just words", "where fields belong"),
        ("- a\n- b\n", "where fields belong"),
        ("name: Ours\n", "There are no competencies."),
        ("competencies: []\n", "The list of competencies is empty."),
        ("competencies: many\n", "where a list belongs"),
        ("competencies: [many]\n", "where fields belong"),
        ("competencies:\n- \n", "where fields belong"),
        (SMALL + "---\n" + SMALL, "A second document begins with ---."),
        ("{" * 1500, "nested too deep"),
        ("name: a\x00b\n", "cannot be read"),
    ],
)
def test_a_file_that_is_no_matrix(text, told):
    faults = faults_of(text)
    assert len(faults) == 1
    assert told in faults[0][3]


def test_aliases_that_multiply_are_refused_and_not_followed():
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for one, before in zip("bcdefghijk", "abcdefghij", strict=True):
        lines.append(f"{one}: &{one} [{', '.join([f'*{before}'] * 9)}]")
    text = "\n".join(lines) + "\ncompetencies: *k\n"
    assert any("Anchors" in message for *_, message in faults_of(text))


def test_a_node_that_holds_itself_ends():
    assert any("Anchors" in m for *_, m in faults_of("competencies: &a [*a]\n"))


def test_the_line_that_is_not_utf_8_is_told():
    with pytest.raises(MatrixError) as caught:
        parse_matrix(changed("name: Calls", "name: Café").encode("cp1252"))
    (remark,) = caught.value.remarks
    assert (remark.line, remark.message) == (13, "The file is not UTF-8.")


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path):
    file = tmp_path / "ours.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + SMALL.encode())
    assert read_matrix(file).digest == parse_matrix(SMALL).digest


@pytest.mark.parametrize("name", ["", "missing.yaml", "a\0b"])
def test_a_path_that_is_no_file(tmp_path, name):
    with pytest.raises(UnreadableInput) as caught:
        read_matrix(f"{tmp_path}/{name}" if name else tmp_path)
    assert caught.value.remedy


def test_a_file_too_large_to_be_a_matrix_is_not_read(tmp_path):
    file = tmp_path / "export.yaml"
    file.write_bytes(b"#" * (MOST_BYTES + 1))
    with pytest.raises(UnreadableInput, match="500,001 bytes"):
        read_matrix(file)


def test_a_hundred_faults_are_listed_and_the_rest_counted():
    text = SMALL + "".join(f"x{i}: 1\n" for i in range(130))
    with pytest.raises(MatrixError, match="and 30 more, which check_matrix lists") as caught:
        parse_matrix(text)
    assert len(caught.value.remarks) == 130


def test_the_kits_own_is_read_once():
    assert read_matrix() is read_matrix()


OWN = own_file().read_text(encoding="utf-8")[:5500]


@settings(max_examples=60, deadline=None)
@given(
    at=st.integers(0, len(OWN)),
    gone=st.integers(0, 40),
    put=st.text(alphabet="ab:-#'\"[]{}&*!|>%@` \t\n\x00é☃", max_size=12),
)
def test_whatever_is_typed_into_the_file_the_answer_is_a_matrix_or_faults(at, gone, put):
    text = OWN[:at] + put + OWN[at + gone :]
    remarks = remarks_of(text)
    lines = text.count("\n") + 1
    assert all(0 <= remark.line <= lines and remark.remedy for remark in remarks)


def remarks_of(text):
    """The faults of a text, at least one; none if it is a matrix."""
    try:
        matrix = parse_matrix(text)
    except MatrixError as fault:
        return fault.remarks or pytest.fail("an error without a fault")
    return () if matrix.ids else pytest.fail("a matrix without competencies")
