"""A pack with PDFs: made, kept, added, taken away, and what holds when one cannot be made."""

import json

import pytest

import csmkit as ck
from csmkit.errors import UsageError
from csmkit.names import packet_slug
from csmkit.render import on_paper as paper_module
from csmkit.render.encrypted import unseal
from csmkit.render.paper import packet as packet_module
from csmkit.render.recipients import read_recipients
from csmkit.render.rescan import scan_pack
from tests.render.helpers import ANA, BEN, shared_runs, small_team, small_template
from tests.render.paper.pdfs import text_of

ANA_SLUG, BEN_SLUG = packet_slug("Ana Ruiz", ANA), packet_slug("Ben Stone", BEN)


def render(tmp_path, **options):
    notebook = small_template(tmp_path / "template.ipynb", "ck.note(ck.headline(book))")
    given = {"runs": shared_runs(), "pdf": True, **options}
    return ck.render_pack(
        options.pop("team", None) or small_team(),
        out=tmp_path / "pack",
        notebook=notebook,
        progress=False,
        **{name: value for name, value in given.items() if name != "team"},
    )


def folder(tmp_path):
    return tmp_path / "pack" / "packets"


def pdfs(tmp_path):
    return sorted(path.name for path in folder(tmp_path).glob("*.pdf"))


def entries(tmp_path):
    manifest = json.loads((tmp_path / "pack" / "manifest.json").read_text(encoding="utf-8"))
    return {entry["person_id"]: entry for entry in manifest["packets"]}


def as_it_is(tmp_path):
    return {path.name: path.read_bytes() for path in folder(tmp_path).iterdir()}


@pytest.mark.slow
def test_each_packet_has_a_pdf_of_its_own_and_the_index_leads_to_it(tmp_path):
    pack = render(tmp_path)
    assert (pack.failed, pack.without_pdf) == (0, 0)
    assert pdfs(tmp_path) == sorted([f"{ANA_SLUG}.pdf", f"{BEN_SLUG}.pdf"])
    index = (tmp_path / "pack" / "index.html").read_text(encoding="utf-8")
    assert f'href="packets/{ANA_SLUG}.pdf"' in index
    text = text_of((folder(tmp_path) / f"{ANA_SLUG}.pdf").read_bytes())
    assert "Ana Ruiz" in text
    assert "Bolt" not in text
    assert entries(tmp_path)[ANA]["paper"] == "a4"
    assert f"{ANA_SLUG}.pdf" in entries(tmp_path)[ANA]["files"]
    assert (folder(tmp_path) / f"{ANA_SLUG}.pdf").stat().st_mode & 0o077 == 0
    assert scan_pack(small_team(), tmp_path / "pack") == {}


@pytest.mark.slow
def test_a_pack_with_pdfs_is_kept_and_the_same_when_made_again(tmp_path):
    render(tmp_path)
    before = as_it_is(tmp_path)
    assert render(tmp_path).kept == 2
    assert as_it_is(tmp_path) == before
    assert render(tmp_path, force=True).kept == 0
    assert as_it_is(tmp_path) == before


@pytest.mark.slow
def test_pdfs_are_added_to_a_pack_and_taken_from_it_without_a_notebook_run(tmp_path):
    render(tmp_path, pdf=False)
    plain = as_it_is(tmp_path)
    assert pdfs(tmp_path) == []
    added = render(tmp_path)
    assert added.kept == 2
    assert len(pdfs(tmp_path)) == 2
    assert entries(tmp_path)[BEN]["files"].keys() >= {f"{BEN_SLUG}.html", f"{BEN_SLUG}.pdf"}
    assert render(tmp_path).kept == 2
    assert render(tmp_path, pdf=False).kept == 2
    assert as_it_is(tmp_path) == plain
    assert entries(tmp_path)[ANA]["paper"] == ""


@pytest.mark.slow
def test_another_paper_makes_the_pdfs_again_and_a_lost_one_too(tmp_path):
    render(tmp_path)
    a4 = as_it_is(tmp_path)
    assert render(tmp_path, paper="us-letter").kept == 2
    assert as_it_is(tmp_path)[f"{ANA_SLUG}.pdf"] != a4[f"{ANA_SLUG}.pdf"]
    (folder(tmp_path) / f"{ANA_SLUG}.pdf").unlink()
    assert render(tmp_path, paper="us-letter").kept == 1
    assert len(pdfs(tmp_path)) == 2


@pytest.mark.slow
@pytest.mark.usefixtures("printed_here")
def test_a_pdf_that_cannot_be_made_leaves_its_packet_and_says_why(tmp_path, monkeypatch):
    def lacking(_template, facts, *, title):
        if title == "Ana Ruiz":
            raise UsageError("No font on this machine has the letters 山.", "Install one.")
        return real(_template, facts, title=title)

    real = packet_module.typeset
    monkeypatch.setattr(packet_module, "typeset", lacking)
    pack = render(tmp_path)
    assert (pack.failed, pack.without_pdf) == (0, 1)
    assert "1 without a PDF" in repr(pack)
    assert pdfs(tmp_path) == [f"{BEN_SLUG}.pdf"]
    assert (folder(tmp_path) / f"{ANA_SLUG}.html").exists()
    entry = entries(tmp_path)[ANA]
    assert entry["status"] == "done"
    assert entry["pdf_error"].startswith("Ana Ruiz: No font on this machine has the letters 山.")
    index = (tmp_path / "pack" / "index.html").read_text(encoding="utf-8")
    assert "No font on this machine has the letters 山." in index
    monkeypatch.setattr(packet_module, "typeset", real)
    again = render(tmp_path)
    assert (again.kept, again.without_pdf) == (2, 0)
    assert len(pdfs(tmp_path)) == 2


@pytest.mark.slow
@pytest.mark.usefixtures("printed_here")
def test_an_error_of_the_kit_names_no_place_of_the_machine(tmp_path, monkeypatch):
    def broken(*_args, **_options):
        raise RuntimeError(f"cannot open {tmp_path.home()}/x")

    monkeypatch.setattr(packet_module, "packet_parts", broken)
    assert render(tmp_path).without_pdf == 2
    told = entries(tmp_path)[ANA]["pdf_error"]
    assert "RuntimeError" in told
    assert str(tmp_path.home()) + "/" not in told


@pytest.mark.slow
@pytest.mark.usefixtures("printed_here")
def test_a_pdf_that_would_show_what_is_of_others_is_not_written(tmp_path, monkeypatch):
    real = packet_module.packet_parts

    def leaking(book, room, *, role):
        parts = real(book, room, role=role)
        if book.person_id == ANA:
            parts[0].append({"kind": "note", "text": "Bolt Industries"})
        return parts

    monkeypatch.setattr(packet_module, "packet_parts", leaking)
    assert render(tmp_path).without_pdf == 1
    assert pdfs(tmp_path) == [f"{BEN_SLUG}.pdf"]
    assert "what belongs to somebody else (Bolt Industries)" in entries(tmp_path)[ANA]["pdf_error"]


@pytest.mark.slow
def test_a_leak_in_a_finished_pdf_is_found_by_a_scan(tmp_path):
    render(tmp_path)
    ana, ben = (folder(tmp_path) / f"{slug}.pdf" for slug in (ANA_SLUG, BEN_SLUG))
    ana.write_bytes(ben.read_bytes())
    found = scan_pack(small_team(), tmp_path / "pack")
    assert list(found) == [ana.name]
    assert "Bolt Industries" in found[ana.name]


@pytest.mark.slow
def test_an_encrypted_pack_has_the_pdf_in_its_archive_and_no_other(tmp_path):
    pack = render(tmp_path, encrypt=True)
    assert pdfs(tmp_path) == []
    known = read_recipients(pack.passphrases, small_team(), people=[ANA, BEN], out=tmp_path / "pack", one_each=False)  # fmt: skip
    archive = folder(tmp_path) / f"{ANA_SLUG}.zip"
    inside = unseal(archive, known.passphrase(ANA))
    assert sorted(inside) == ["packet.html", "packet.ipynb", "packet.pdf"]
    assert "Ana Ruiz" in text_of(inside["packet.pdf"])
    assert render(tmp_path, recipients=pack.passphrases).kept == 2
    assert render(tmp_path, recipients=pack.passphrases, pdf=False).kept == 0
    assert sorted(unseal(archive, known.passphrase(ANA))) == ["packet.html", "packet.ipynb"]


@pytest.mark.slow
@pytest.mark.usefixtures("printed_here")
def test_a_manifest_of_an_encrypted_pack_says_only_that_there_is_no_pdf(tmp_path, monkeypatch):
    def lacking(*_args, **_options):
        raise UsageError("The letters of Ana are in no font.", "Install one.")

    monkeypatch.setattr(packet_module, "typeset", lacking)
    assert render(tmp_path, encrypt=True).without_pdf == 2
    said = entries(tmp_path)[ANA]["pdf_error"]
    assert said == "It has no PDF; csmkit render said why when it ran."


@pytest.mark.slow
def test_a_pack_of_an_earlier_version_of_the_manifest_gets_its_pdfs(tmp_path):
    render(tmp_path, pdf=False)
    path = tmp_path / "pack" / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for entry in manifest["packets"]:
        del entry["paper"], entry["pdf_error"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert render(tmp_path).kept == 2
    assert len(pdfs(tmp_path)) == 2


def test_packs_without_pdfs_do_not_import_what_typesets():
    import subprocess
    import sys

    asked = "import sys, csmkit.render.pack, csmkit.cli_render; print([m for m in ('typst', 'pypdfium2', 'csmkit.render.paper') if m in sys.modules])"  # fmt: skip
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_a_paper_that_there_is_not_is_refused_before_anything_is_made(tmp_path):
    with pytest.raises(UsageError, match="no paper 'a5'"):
        render(tmp_path, paper="a5")
    assert not (tmp_path / "pack").exists()
    assert paper_module.PAPERS == ("a4", "us-letter")
