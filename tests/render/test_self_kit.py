"""The folder a person assesses themself with: all they need, and nothing of anybody else."""

import json

import nbformat
import pandas as pd
import pytest

import csmkit as ck
from csmkit.errors import DataError, UsageError
from csmkit.matrix.read import parse_matrix, read_matrix
from csmkit.names import packet_slug
from csmkit.render.self_kit import NOTEBOOKS, KitMaker, self_assessment_kit

KWAME, OPS = "kwame.mensah@northwind.example", "gustavo.pereira@northwind.example"


@pytest.fixture(scope="module")
def maker(team):
    return KitMaker(team, read_matrix())


@pytest.fixture(scope="module")
def kit(maker, tmp_path_factory):
    return maker.make(KWAME, out=tmp_path_factory.mktemp("kits"))


def test_it_holds_the_slice_the_matrix_and_the_notebooks(kit):
    assert kit.name == packet_slug("Kwame Mensah", KWAME)
    assert {p.name for p in kit.iterdir()} == {"slice", "matrix.yaml", *NOTEBOOKS}
    assert parse_matrix((kit / "matrix.yaml").read_bytes()).digest == read_matrix().digest
    book = ck.read_book(kit / "slice")
    assert (book.person_id, book.edition) == (KWAME, "csm")
    assert set(book.table("ratings")["phase"]) <= {"self"}


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_a_notebook_reads_that_slice_and_is_otherwise_the_kits(kit, notebook):
    made = nbformat.read(kit / notebook, as_version=4)
    first = next(c for c in made.cells if c.cell_type == "code")
    assert first.source.splitlines()[0] == 'slice_folder = "slice"'


def test_nothing_of_anybody_else_is_in_any_of_its_files(kit, team):
    people = team.table("people")
    others = people[people["person_id"].ne(KWAME) & people["role"].ne("manager")]
    tables = [pd.read_parquet(p).to_csv() for p in (kit / "slice").glob("*.parquet")]
    texts = [p.read_text(encoding="utf-8") for p in (kit / "slice").glob("*.json")]
    texts += [(kit / name).read_text(encoding="utf-8") for name in NOTEBOOKS]
    held = "\n".join([*tables, *texts])
    assert KWAME in held
    for who in [*others["person_id"], *others["name"]]:
        assert who not in held


def test_a_role_that_handles_others_accounts_gets_one_too(maker, tmp_path):
    book = ck.read_book(maker.make(OPS, out=tmp_path) / "slice")
    assert len(book.table("escalations")) > 0


def test_what_would_tell_of_somebody_else_is_not_written(team, tmp_path):
    named = parse_matrix(read_matrix().text.replace("name: QBR craft", "name: As Yuki Tanaka", 1))
    with pytest.raises(DataError, match="Yuki Tanaka"):
        self_assessment_kit(team, KWAME, out=tmp_path, matrix=named)
    assert list(tmp_path.iterdir()) == []


def test_made_again_it_leaves_the_scores(maker, tmp_path):
    folder = maker.make(KWAME, out=tmp_path)
    (folder / "scores.db").write_bytes(b"mine")
    (folder / "slice" / "old.parquet").write_bytes(b"old")
    maker.make(KWAME, out=tmp_path)
    assert (folder / "scores.db").read_bytes() == b"mine"
    assert not (folder / "slice" / "old.parquet").exists()


def test_a_manager_and_somebody_unknown_get_none(maker, tmp_path):
    for who in ("deepa.krishnan@northwind.example", "nobody@example.com"):
        with pytest.raises(UsageError):
            maker.make(who, out=tmp_path)


def test_a_folder_that_cannot_be_made_is_said(maker, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be written"):
        maker.make(KWAME, out=tmp_path / "file")


def test_what_an_average_csm_would_keep_comes_with_it(kit):
    facts = json.loads((kit / "slice" / "book.json").read_text(encoding="utf-8"))
    assert facts["edition"] == "csm"
    assert "average CSM" in ck.case_mix_note(ck.read_book(kit / "slice"))


def test_made_again_what_the_person_wrote_stays(maker, tmp_path):
    kit = maker.make(KWAME, out=tmp_path)
    for name in ("bullets.txt", "self_evaluation.md"):
        (kit / name).write_text("mine", encoding="utf-8")
    assert maker.make(KWAME, out=tmp_path) == kit
    assert [(kit / name).read_text() for name in ("bullets.txt", "self_evaluation.md")] == [
        "mine",
        "mine",
    ]
