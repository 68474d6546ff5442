"""A pack: every packet whole or not at all, and one failure stops nobody else's."""

import dataclasses
import json
import sys
import tempfile
from contextlib import closing
from itertools import islice
from pathlib import Path

import nbformat
import pytest

import csmkit as ck
from csmkit.cycle import Period
from csmkit.errors import DataError, UsageError
from csmkit.matrix.read import own_file, parse_matrix
from csmkit.names import packet_slug
from csmkit.render.packet import for_reader, template
from csmkit.render.rescan import scan_pack
from csmkit.render.shelf import Shelf
from csmkit.render.storage import Folder
from tests.render.helpers import ANA, BEN, shared_runs, small_team, small_template

ANA_SLUG, BEN_SLUG = packet_slug("Ana Ruiz", ANA), packet_slug("Ben Stone", BEN)


def render(tmp_path, *sources: str, team=None, **options):
    tmp_path.mkdir(exist_ok=True)
    notebook = small_template(tmp_path / "template.ipynb", *sources)
    return ck.render_pack(
        team or small_team(),
        out=tmp_path / "pack",
        notebook=notebook,
        progress=False,
        **{"runs": shared_runs(), **options},
    )


def folder(tmp_path):
    return tmp_path / "pack" / "packets"


def files(tmp_path) -> list[str]:
    return sorted(path.name for path in folder(tmp_path).iterdir())


def status(tmp_path) -> dict[str, str]:
    manifest = json.loads((tmp_path / "pack" / "manifest.json").read_text(encoding="utf-8"))
    return {entry["person_id"]: entry["status"] for entry in manifest["packets"]}


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
def test_a_dead_process_is_a_failed_packet_with_the_cells_that_ran(tmp_path):
    pack = render(tmp_path, "'before'", "import os\nos._exit(1)", only=ANA)
    assert pack.failed == 1
    assert "ended by itself, with exit code 1" in pack.manifest["packets"][0]["error"]
    assert files(tmp_path) == [f"{ANA_SLUG}.failed.ipynb"]
    left = nbformat.read(tmp_path / "pack/packets" / f"{ANA_SLUG}.failed.ipynb", as_version=4)
    assert left.cells[-2].outputs[0].data["text/plain"] == "'before'"
    assert "exit code 1" in left.cells[-1].outputs[0].evalue


@pytest.mark.slow
def test_a_process_s_last_words_are_in_the_message_and_not_on_the_terminal(tmp_path, capfd):
    # Stopping at once: the process itself writes to its error stream, no cell's output does.
    words = "import os\nos.write(2, b'one\\nno room left\\n')\nos._exit(1)"
    pack = render(tmp_path, words, only=ANA)
    assert "exit code 1. no room left." in pack.manifest["packets"][0]["error"]
    assert "no room left" not in capfd.readouterr().err


@pytest.mark.slow
def test_nothing_a_packet_says_names_a_place_of_this_machine(tmp_path):
    said = [
        "import os, sys, warnings\nprint(os.getcwd())",
        "warnings.warn('rounded')",
        "os.path.join(sys.prefix, 'lib')",
        "ck.note(f'See {os.path.expanduser(chr(126))}/file.')",
    ]
    pack = render(tmp_path, *said, only=ANA)
    assert pack.failed == 0
    for path in folder(tmp_path).iterdir():
        text = path.read_text(encoding="utf-8")
        for place in (tempfile.gettempdir(), sys.prefix, str(Path.home())):
            assert f"{place}/" not in text
        assert "&lt;cell&gt;:1: UserWarning" in text or "<cell>:1: UserWarning" in text


@pytest.mark.slow
def test_a_page_that_cannot_be_written_fails_without_naming_the_folder(tmp_path):
    render(tmp_path, "1 + 1", only=ANA)
    page = folder(tmp_path) / f"{ANA_SLUG}.html"
    page.unlink()
    page.mkdir()
    pack = render(tmp_path, "1 + 1", only=ANA)
    assert pack.failed == 1
    error = pack.manifest["packets"][0]["error"]
    assert error.startswith(f"<pack>/packets/{page.name} cannot be written")
    assert str(tmp_path) not in error


@pytest.mark.slow
def test_an_error_says_no_place_of_this_machine(tmp_path):
    read = "import pathlib\n(pathlib.Path('slice').absolute() / 'none.csv').read_text()"
    pack = render(tmp_path, read, "open(pathlib.Path.home() / 'none')", only=ANA)
    left = nbformat.read(tmp_path / "pack/packets" / f"{ANA_SLUG}.failed.ipynb", as_version=4)
    for text in (pack.manifest["packets"][0]["error"], left.cells[-2].outputs[0].traceback[0]):
        assert "<packet>/slice/none.csv" in text
        assert "csmkit-" not in text


class _Stopping:
    """Runs what it is asked to until somebody stops it."""

    def __init__(self, after):
        self.after = after

    def begin(self):
        pass

    def run(self, jobs):
        with closing(shared_runs().run(jobs)) as outcomes:
            yield from islice(outcomes, self.after)
        raise KeyboardInterrupt


@pytest.mark.slow
def test_pages_may_share_the_script_that_draws_their_charts(tmp_path):
    chart = "ck.chart_mix(ck.composition_mix(book), currency=book.currency)"
    render(tmp_path, chart, only=ANA)
    alone = (folder(tmp_path) / f"{ANA_SLUG}.html").stat().st_size
    pack = render(tmp_path, chart, only=ANA, shared=True)
    assert pack.kept == 0
    page = (folder(tmp_path) / f"{ANA_SLUG}.html").read_text(encoding="utf-8")
    (script,) = (tmp_path / "pack" / "assets").iterdir()
    assert f'src="../assets/{script.name}"' in page
    assert len(page) < alone / 10
    assert scan_pack(small_team(), tmp_path / "pack") == {}
    with pytest.raises(UsageError, match="need all they show within them"):
        render(tmp_path, chart, shared=True, encrypt=True)


@pytest.mark.slow
def test_what_pages_share_goes_with_the_last_page_that_needs_it(tmp_path, monkeypatch):
    chart = "ck.chart_mix(ck.composition_mix(book), currency=book.currency)"
    assets = tmp_path / "pack" / "assets"

    def shared() -> set[str]:
        return {path.name for path in assets.iterdir()}

    render(tmp_path, chart, shared=True)
    (old,) = shared()
    new = f"charts-{'0' * 16}.js"
    monkeypatch.setattr("csmkit.render.html._shared_name", lambda: new)
    assert render(tmp_path, chart, shared=True).kept == 2
    assert shared() == {old, new}
    render(tmp_path, chart, shared=True, only=ANA, force=True)
    assert shared() == {old, new}
    with pytest.raises(KeyboardInterrupt):
        render(tmp_path, chart, shared=True, force=True, only=BEN, runs=_Stopping(0))
    assert shared() == {old, new}
    render(tmp_path, chart, shared=True, only=BEN, force=True)
    assert shared() == {new}
    render(tmp_path, chart, only=ANA)
    assert shared() == {new}
    render(tmp_path, chart)
    assert shared() == set()


def test_only_what_pages_share_is_removed_and_nothing_where_a_page_cannot_be_read(
    tmp_path, monkeypatch
):
    old, named, now = (f"charts-{sign * 16}.js" for sign in "abc")
    every = {old, named, now, "charts-of-ours.js", "logo.png"}
    with Shelf(tmp_path) as shelf:
        for name in every:
            shelf.write(f"assets/{name}", b"")
        shelf.place(ANA_SLUG, ANA, {f"{ANA_SLUG}.html": f"<script src={named}>".encode()})
        with monkeypatch.context() as patched:
            patched.setattr(Shelf, "_read", _refuse)
            shelf.remove_unneeded("assets", but=[now])
        assert {path.name for path in (tmp_path / "assets").iterdir()} == every
        shelf.remove_unneeded("assets", but=[now])
    assert {path.name for path in (tmp_path / "assets").iterdir()} == every - {old}


@pytest.mark.slow
def test_the_manifest_of_an_earlier_run_is_read_once(tmp_path, monkeypatch):
    render(tmp_path, "1 + 1", only=ANA)
    asked, read = [], Folder.read
    monkeypatch.setattr(Folder, "read", lambda *a: (asked.append(a[1]), read(*a))[1])
    assert render(tmp_path, "1 + 1", only=ANA).kept == 1
    assert asked.count("manifest.json") == 1


@pytest.mark.slow
def test_a_pack_that_was_stopped_says_so_and_goes_on_where_it_was(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        render(tmp_path, "1 + 1", runs=_Stopping(1))
    # Whichever ended first.
    first = status(tmp_path)
    assert sorted(first.values()) == ["done", "waiting"]
    index = (tmp_path / "pack" / "index.html").read_text(encoding="utf-8")
    for who, slug in ((ANA, ANA_SLUG), (BEN, BEN_SLUG)):
        assert (f'href="packets/{slug}.html"' in index) == (first[who] == "done")
    pack = render(tmp_path, "1 + 1")
    assert (pack.failed, pack.kept) == (0, 1)
    assert status(tmp_path) == {ANA: "done", BEN: "done"}


def _refuse(_shelf, _name):
    raise PermissionError(13, "Permission denied")


def _other_arr(row):
    """Bolt, which Ben alone owns, pays more."""
    return 999.0 if row["account_id"] == "AC-100002" else row["arr"]


@pytest.mark.slow
def test_only_what_changed_is_made_again(tmp_path):
    first = render(tmp_path, "len(book.table('contracts'))")
    written = {path.name: path.stat().st_mtime_ns for path in folder(tmp_path).iterdir()}
    again = render(tmp_path, "len(book.table('contracts'))")
    assert (first.kept, again.kept) == (0, 2)
    assert {path.name: path.stat().st_mtime_ns for path in folder(tmp_path).iterdir()} == written
    assert again.manifest["packets"] == first.manifest["packets"]
    contracts = small_team().table("contracts").to_dict("records")
    more = small_team(contracts=[{**row, "arr": _other_arr(row)} for row in contracts])
    changed = render(tmp_path, "len(book.table('contracts'))", team=more)
    assert changed.kept == 1
    now = {path.name: path.stat().st_mtime_ns for path in folder(tmp_path).iterdir()}
    assert {name.split(".")[0] for name in now if now[name] != written[name]} == {BEN_SLUG}


@pytest.mark.slow
def test_a_second_run_that_is_stopped_forgets_nothing_that_holds(tmp_path):
    render(tmp_path, "1 + 1")
    with pytest.raises(KeyboardInterrupt):
        render(tmp_path, "1 + 1", force=True, runs=_Stopping(0))
    assert set(status(tmp_path).values()) == {"waiting"}
    alone = render(tmp_path, "1 + 1", only=ANA)
    assert (alone.kept, alone.failed) == (1, 0)
    assert repr(alone).startswith("1 packet done (1 unchanged), 0 failed")
    pack = render(tmp_path, "1 + 1")
    assert (pack.kept, pack.failed) == (2, 0)
    assert {entry["error"] for entry in pack.manifest["packets"]} == {""}
    assert set(status(tmp_path).values()) == {"done"}


@pytest.mark.slow
def test_a_file_that_cannot_be_read_is_made_again(tmp_path, monkeypatch):
    render(tmp_path, "1 + 1", only=ANA)
    with monkeypatch.context() as patched:
        patched.setattr(Shelf, "_read", _refuse)
        assert render(tmp_path, "1 + 1", only=ANA).kept == 0
    assert render(tmp_path, "1 + 1", only=ANA).kept == 1


@pytest.mark.slow
def test_what_a_packet_is_made_from_counts_scores_edition_and_kit(tmp_path, monkeypatch):
    ratings = [
        {"person_id": ANA, "rater_id": "mk", "competency": "adoption", "phase": "manager",
         "value": value, "at": "2026-06-01"}
        for value in ("green", "red")
    ]  # fmt: skip
    made = {}
    for name, rating in (("green", ratings[0]), ("red", ratings[1])):
        team = small_team(ratings=[rating])
        made[name] = render(tmp_path / name, "1 + 1", team=team, only=ANA)
    made["csm"] = render(tmp_path / "csm", "1 + 1", edition="csm", only=ANA)
    made["none"] = render(tmp_path / "none", "1 + 1", only=ANA)
    monkeypatch.setattr("csmkit.render.packet.__version__", "9.9")
    made["kit"] = render(tmp_path / "kit", "1 + 1", only=ANA)
    assert len({pack.manifest["packets"][0]["inputs"] for pack in made.values()}) == len(made)


@pytest.mark.slow
@pytest.mark.parametrize("change", ["template", "matrix", "force", "file", "gone"])
def test_a_packet_is_made_again_when_what_it_is_made_from_changed(tmp_path, change):
    source = "ck.planned_rule()"
    render(tmp_path, source, only=ANA)
    page = folder(tmp_path) / f"{ANA_SLUG}.html"
    options = {}
    if change == "template":
        source += " "
    elif change == "matrix":
        kits = own_file().read_text(encoding="utf-8")
        options["matrix"] = parse_matrix(kits.replace("name: QBR craft", "name: Reviews we hold"))
    elif change == "force":
        options["force"] = True
    elif change == "file":
        page.write_text(page.read_text(encoding="utf-8") + " ", encoding="utf-8")
    else:
        page.unlink()
    assert render(tmp_path, source, only=ANA, **options).kept == 0
    assert render(tmp_path, source, only=ANA, **{**options, "force": False}).kept == 1


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
def test_the_scan_knows_the_words_of_the_template_a_pack_was_made_with(tmp_path):
    accounts = small_team().table("accounts").to_dict("records")
    team = small_team(accounts=[{**accounts[0]}, {**accounts[1], "name": "Plainly"}, accounts[2]])
    render(tmp_path, "'Plainly said'", team=team, only=ANA)
    own = tmp_path / "template.ipynb"
    notebook = nbformat.read(own, as_version=4)
    notebook.cells[1].source += " Plainly said."
    nbformat.write(notebook, own)
    render_again = {"out": tmp_path / "pack", "notebook": own, "runs": shared_runs()}
    assert ck.render_pack(team, only=ANA, progress=False, **render_again).failed == 0
    assert scan_pack(team, tmp_path / "pack", notebook=own) == {}
    assert scan_pack(team, tmp_path / "pack") != {}


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


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"cells": 5, "nbformat": 4}', "half a noteb", "\udcff"]
)
def test_a_file_that_is_no_notebook_is_one_message(tmp_path, text):
    (tmp_path / "own.ipynb").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError, match=r"cannot be read|has no parameter"):
        template(tmp_path / "own.ipynb")


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


def test_what_a_template_showed_when_it_was_tried_is_not_carried_on(tmp_path):
    notebook = nbformat.read(small_template(tmp_path / "own.ipynb", "1 + 1"), as_version=4)
    before = for_reader(notebook, edition="csm", role="csm")
    notebook.metadata["widgets"] = {"state": "Ben Stone"}
    cell = notebook.cells[-1]
    cell.metadata["execution"] = {"iopub.execute_input": "2026-06-30T10:00:00Z"}
    cell.outputs = [nbformat.v4.new_output("stream", text="Ben Stone")]
    cell.execution_count, cell["id"] = 7, "another"
    assert for_reader(notebook, edition="csm", role="csm") == before
    assert "Ben Stone" not in str(before)


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
