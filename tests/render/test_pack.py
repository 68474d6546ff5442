"""A pack: every packet whole or not at all, and one failure stops nobody else's."""

import dataclasses
import json
import time

import nbformat
import pytest

import csmkit as ck
from csmkit.cycle import Period
from csmkit.errors import DataError, UsageError
from csmkit.matrix.read import parse_matrix
from csmkit.names import packet_slug
from csmkit.render import pack as pack_module
from csmkit.render.pack import scan_pack
from csmkit.render.packet import for_reader, template
from tests.render.helpers import ANA, BEN, small_team, small_template

ANA_SLUG, BEN_SLUG = packet_slug("Ana Ruiz", ANA), packet_slug("Ben Stone", BEN)


def render(tmp_path, *sources: str, team=None, **options):
    notebook = small_template(tmp_path / "template.ipynb", *sources)
    return ck.render_pack(
        team or small_team(), out=tmp_path / "pack", notebook=notebook, progress=False, **options
    )


def files(tmp_path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "pack" / "packets").iterdir())


@pytest.mark.slow
def test_a_pack_is_an_index_a_manifest_and_two_files_each(tmp_path):
    pack = render(tmp_path, "ck.note(ck.headline(book))")
    assert pack.failed == 0
    both = [f"{slug}.{kind}" for slug in (ANA_SLUG, BEN_SLUG) for kind in ("html", "ipynb")]
    assert files(tmp_path) == sorted(both)
    manifest = json.loads((tmp_path / "pack" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["period"] == ["2026-01-01", "2026-06-30"]
    assert manifest["totals"] == {
        "opening_arr": 350.0,
        "closing_arr": 350.0,
        "unassigned_opening_arr": 0.0,
    }
    # Ana 100 + 50 at the opening, Orange handed over by the closing; Ben the other way round.
    assert [(p["opening_arr"], p["closing_arr"]) for p in manifest["packets"]] == [
        (150.0, 100.0),
        (200.0, 250.0),
    ]
    assert sorted(path.name for path in (tmp_path / "pack").iterdir()) == [
        "index.html",
        "manifest.json",
        "packets",
    ]
    index = (tmp_path / "pack" / "index.html").read_text(encoding="utf-8")
    assert f'href="packets/{ANA_SLUG}.html"' in index


@pytest.mark.slow
def test_a_packet_keeps_no_parameter_path_or_time(tmp_path):
    render(tmp_path, "book.person_id", only=ANA)
    notebook = nbformat.read(tmp_path / "pack" / "packets" / f"{ANA_SLUG}.ipynb", as_version=4)
    text = json.dumps(notebook)
    assert "papermill" not in text
    assert str(tmp_path) not in text
    assert "/tmp" not in text
    assert [c.source for c in notebook.cells if "slice_folder =" in c.source] == [
        'slice_folder = ""'
    ]
    assert notebook.cells[-1].outputs[0].data["text/plain"] == repr(ANA)


@pytest.mark.slow
def test_one_failed_packet_stops_nobody_else_s(tmp_path):
    # Only Ana owns Acme; the name is in two parts, or the cell itself would be a leak for Ben.
    pack = render(tmp_path, "assert 'Ac' + 'me' not in set(book.table('accounts')['name'])")
    assert {p["person_id"]: p["status"] for p in pack.manifest["packets"]} == {
        ANA: "failed",
        BEN: "done",
    }


@pytest.mark.slow
def test_a_check_that_stops_fails_no_packet_and_is_told(tmp_path, monkeypatch):
    def stop(*_args, **_options):
        raise KeyError("Bolt Industries")

    monkeypatch.delenv("CSMKIT_DEBUG", raising=False)
    monkeypatch.setattr("csmkit.bias.checks.check_recency", stop)
    pack = render(tmp_path, "ck.team_checks(book)['sentence'].to_list()")
    assert pack.failed == 0
    assert pack.failed_checks == ("Recency: KeyError: 'Bolt Industries'",)
    assert pack.manifest["failed_checks"] == list(pack.failed_checks)
    assert "Recency: KeyError" in repr(pack)
    notebook = nbformat.read(tmp_path / "pack/packets" / f"{ANA_SLUG}.ipynb", as_version=4)
    assert "stopped on an error of the kit" in json.dumps(notebook)


@pytest.mark.slow
def test_a_failed_packet_keeps_the_cells_that_ran_and_the_error(tmp_path):
    pack = render(tmp_path, "'before'", "1 / (len(book.table('accounts')) - 2)", "'after'")
    # Both own two accounts in the period.
    assert pack.failed == 2
    assert files(tmp_path) == sorted([f"{ANA_SLUG}.failed.ipynb", f"{BEN_SLUG}.failed.ipynb"])
    failed = nbformat.read(tmp_path / "pack/packets" / f"{ANA_SLUG}.failed.ipynb", as_version=4)
    assert failed.cells[-3].outputs[0].data["text/plain"] == "'before'"
    assert failed.cells[-2].outputs[0].ename == "ZeroDivisionError"
    assert failed.cells[-1].outputs == []
    assert "ZeroDivisionError" in pack.manifest["packets"][0]["error"]


@pytest.mark.slow
def test_a_packet_that_shows_somebody_else_is_not_written(tmp_path):
    pack = render(tmp_path, "'Bolt ' + 'Industries'")
    status = {p["person_id"]: p for p in pack.manifest["packets"]}
    assert status[ANA]["status"] == "failed"
    assert "Bolt Industries" in status[ANA]["error"]
    assert status[BEN]["status"] == "done"
    assert files(tmp_path) == sorted([f"{BEN_SLUG}.html", f"{BEN_SLUG}.ipynb"])


@pytest.mark.slow
def test_a_dead_kernel_is_a_failed_packet(tmp_path):
    pack = render(tmp_path, "import os\nos._exit(1)", only=ANA)
    assert pack.failed == 1
    assert "kernel" in pack.manifest["packets"][0]["error"]
    assert not (tmp_path / "pack" / "packets" / f"{ANA_SLUG}.html").exists()


@pytest.mark.slow
def test_a_kernel_s_last_words_are_in_the_message_and_not_on_the_terminal(tmp_path, capfd):
    # Stopping at once: the kernel itself writes to its error stream, no cell's output does.
    words = "import os\nos.write(2, b'one\\nno room left\\n')\nos._exit(1)"
    pack = render(
        tmp_path,
        words.replace("os.write(2", "os.write(__import__('sys').__stderr__.fileno()"),
        only=ANA,
    )
    assert "no room left" in pack.manifest["packets"][0]["error"]
    assert "no room left" not in capfd.readouterr().err


def test_stopped_at_the_first_moment_nothing_more_is_begun(tmp_path, monkeypatch):
    begun = []

    def stop(*_args, **_options):
        raise KeyboardInterrupt

    def make(_maker, who, _work):
        begun.append(who)
        time.sleep(0.2)
        return {}

    monkeypatch.setattr(pack_module, "tqdm", stop)
    monkeypatch.setattr(pack_module._Maker, "make", make)
    with pytest.raises(KeyboardInterrupt):
        render(tmp_path, jobs=1)
    assert len(begun) <= 1


@pytest.mark.slow
def test_only_renders_one_and_keeps_the_others(tmp_path):
    render(tmp_path, "1 + 1")
    before = (tmp_path / "pack" / "packets" / f"{BEN_SLUG}.html").stat().st_mtime_ns
    pack = render(tmp_path, "1 + 2", only="ANA@example.com")
    assert [p["person_id"] for p in pack.manifest["packets"]] == [ANA, BEN]
    assert (tmp_path / "pack" / "packets" / f"{BEN_SLUG}.html").stat().st_mtime_ns == before
    again = nbformat.read(tmp_path / "pack" / "packets" / f"{ANA_SLUG}.ipynb", as_version=4)
    assert again.cells[-1].outputs[0].data["text/plain"] == "3"


@pytest.mark.slow
def test_a_pack_of_the_other_edition_is_never_mixed_in(tmp_path):
    render(tmp_path, "1 + 1", only=ANA)
    with pytest.raises(UsageError, match="holds a pack of the committee edition"):
        render(tmp_path, "1 + 1", edition="csm")


@pytest.mark.slow
def test_a_part_of_a_pack_is_never_of_another_period(tmp_path):
    render(tmp_path, "1 + 1")
    later = dataclasses.replace(small_team(), period=Period.parse("2026-02-01:2026-06-30"))
    with pytest.raises(UsageError, match="a pack of another period"):
        render(tmp_path, "1 + 1", team=later, only=ANA)
    pack = render(tmp_path, "1 + 1", team=later)
    assert pack.manifest["period"] == ["2026-02-01", "2026-06-30"]


@pytest.mark.slow
def test_packets_of_people_who_left_the_export_are_removed(tmp_path):
    render(tmp_path, "1 + 1")
    people = [p for p in small_team().table("people").to_dict("records") if p["person_id"] != BEN]
    render(tmp_path, "1 + 1", team=small_team(people=people))
    assert files(tmp_path) == [f"{ANA_SLUG}.html", f"{ANA_SLUG}.ipynb"]


@pytest.mark.slow
def test_an_error_that_names_somebody_else_is_not_written_down(tmp_path):
    pack = render(tmp_path, "raise ValueError('Bolt' + ' Industries')")
    assert pack.failed == 2
    assert files(tmp_path) == [f"{BEN_SLUG}.failed.ipynb"]
    assert "was not written" in pack.manifest["packets"][0]["error"]


@pytest.mark.slow
def test_a_file_of_no_manifest_is_told_by_the_scan(tmp_path):
    render(tmp_path, "1 + 1", only=ANA)
    stray = tmp_path / "pack" / "packets" / "old-person-123456.html"
    stray.write_text("<p>Ben Stone</p>", encoding="utf-8")
    assert list(scan_pack(small_team(), tmp_path / "pack")) == [stray.name]


@pytest.mark.slow
def test_scan_pack_finds_what_was_put_into_a_finished_pack(tmp_path):
    render(tmp_path, "1 + 1")
    assert scan_pack(small_team(), tmp_path / "pack") == {}
    page = tmp_path / "pack" / "packets" / f"{ANA_SLUG}.html"
    page.write_text(page.read_text(encoding="utf-8") + "<p>Ben Stone</p>", encoding="utf-8")
    assert scan_pack(small_team(), tmp_path / "pack") == {page.name: ["Ben Stone"]}


def test_a_template_without_the_parameter_is_refused(tmp_path):
    path = small_template(tmp_path / "t.ipynb", "1", parameters="other = 1")
    with pytest.raises(UsageError, match="has no parameter 'slice_folder'"):
        ck.render_pack(small_team(), out=tmp_path / "pack", notebook=path)
    assert not (tmp_path / "pack").exists()


def test_a_template_that_is_not_there_is_one_message(tmp_path):
    with pytest.raises(UsageError, match=r"none\.ipynb cannot be read"):
        ck.render_pack(small_team(), out=tmp_path / "pack", notebook=tmp_path / "none.ipynb")


@pytest.mark.parametrize(
    ("only", "message"),
    [("zoe@example.com", "Nobody in this export"), ("mk", "managers get no packet")],
)
def test_only_names_somebody_with_a_packet(tmp_path, only, message):
    with pytest.raises(UsageError, match=message):
        ck.render_pack(small_team(), out=tmp_path / "pack", only=only)
    assert not (tmp_path / "pack").exists()


def test_a_team_without_anybody_to_render_is_a_data_error(tmp_path):
    people = [{"person_id": "mk", "name": "Mia Kahn", "role": "manager"}]
    with pytest.raises(DataError, match="Nobody in this export has a role"):
        ck.render_pack(small_team(people=people), out=tmp_path / "pack")


def test_cells_are_chosen_by_edition_and_role():
    plan = template()
    committee = for_reader(plan, edition="committee", role="csm")
    csm = for_reader(plan, edition="csm", role="csm")
    ops = for_reader(plan, edition="committee", role="cs_ops")

    def has(notebook, text: str) -> bool:
        return any(text in cell.source for cell in notebook.cells)

    assert has(committee, "team_bands")
    assert not has(csm, "team_bands")
    assert has(csm, "chart_waterfall")
    assert not has(ops, "chart_waterfall")
    assert has(ops, "outcomes(book)")


@pytest.mark.slow
def test_a_company_s_own_matrix_reaches_the_packets(tmp_path):
    kits = ck.read_matrix()
    own = parse_matrix(kits.text.replace("name: QBR craft", "name: Reviews we hold", 1))
    render(tmp_path, 'ck.table_rows(ck.matrix_standing(book), view="matrix")', matrix=own)
    page = (tmp_path / "pack" / "packets" / f"{ANA_SLUG}.html").read_text(encoding="utf-8")
    assert "Reviews we hold" in page
    assert "QBR craft" not in page
