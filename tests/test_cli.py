"""The command line: one clear message, a meaningful exit code, never a traceback."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import csmkit as ck
from csmkit.cli import main
from csmkit.render.pack import Pack
from csmkit.resources import resource
from tests.conftest import ROOT

CLEAN = str(resource("data_samples") / "clean")
PERIOD = "2026-01-01:2026-06-30"


def run(*args: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "csmkit", *args],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        check=False,
    )


def broken(tmp_path: Path, name: str, text: str) -> Path:
    """The sample export with one file of it replaced."""
    folder = tmp_path / "export"
    folder.mkdir()
    for file in Path(CLEAN).iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["render", "nowhere", "--period", PERIOD, "--out", "o"], 2, "nowhere"),
        (
            ["render", CLEAN, "--period", "2026-06-30:2026-01-01", "--out", "o"],
            2,
            "first day first",
        ),
        (["render", CLEAN, "--period", "2026", "--out", "o"], 2, "START:END"),
        (["render", "nowhere"], 2, "There is no file or folder nowhere."),
        (["render", "nowhere", "--out", "o"], 2, "There is no file or folder nowhere."),
        (["render", "nowhere", "--period", "2026", "--out", "o"], 2, "no file or folder nowhere."),
        (["render", CLEAN, "--period", "1999-01-01:1999-06-30", "--out", "o"], 1, "period"),
        (["render", CLEAN, "--out", "o"], 2, "--period"),
        (["render", CLEAN, "--period", PERIOD], 2, "--out"),
        (["render", "--period", PERIOD, "--out", "o"], 2, "export"),
        (["render", CLEAN, "--period", PERIOD, "--out", "o", "--only", "x@y.z"], 2, "x@y.z"),
        (["render", CLEAN, "--period", PERIOD, "--out", "o", "--edition", "board"], 2, "committee"),
        (["render", CLEAN, "--period", PERIOD, "--out", "o", "--map", "no.toml"], 2, "no.toml"),
        (["render", CLEAN, "--period", PERIOD, "--out", "o", "--scores", "no.db"], 2, "no.db"),
        (["render", CLEAN, "--period", PERIOD, "--out", "o", "--matrix", "no.yaml"], 2, "no.yaml"),
        (["scan", "nowhere", CLEAN], 2, "holds no pack"),
        (["check", "nowhere"], 2, "nowhere"),
        (["map", "nowhere"], 2, "nowhere"),
        (["no-such-command"], 2, "no-such-command"),
    ],
)
def test_wrong_use_is_one_message(tmp_path, args, code, message):
    done = run(*args, cwd=tmp_path)
    said = done.stdout + done.stderr
    assert done.returncode == code, said
    assert message in said
    assert "Traceback" not in said
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("accounts.csv", "", "accounts.csv"),
        ("map.toml", "[[source]\n", "map.toml"),
        (
            "map.toml",
            '[[source]]\ntable = "accounts"\nfile = "accounts.csv"\n[source.columns]\nnam = "name"\n',
            "nam",
        ),
        (
            "map.toml",
            '[[source]]\ntable = "accounts"\nfile = "accounts.csv"\n'
            '[source.columns]\naccount_id = "account_idd"\nname = "name"\n',
            "account_idd",
        ),
        ("cycle.toml", "period = \n", "cycle.toml"),
    ],
)
def test_a_broken_file_is_one_message(tmp_path, name, text, message):
    folder = broken(tmp_path, name, text)
    done = run("render", str(folder), "--period", PERIOD, "--out", "o", cwd=folder)
    said = done.stdout + done.stderr
    if name == "cycle.toml":
        done = run("render", "--out", "o", cwd=folder)
        said = done.stdout + done.stderr
    assert done.returncode in (1, 2), said
    assert message in said
    assert "Traceback" not in said
    assert not (folder / "o").exists()


def test_an_unreadable_workbook_is_one_message(tmp_path):
    book = tmp_path / "export.xlsx"
    book.write_bytes(b"PK\x03\x04 this is no workbook")
    done = run("check", str(book), cwd=tmp_path)
    assert done.returncode in (1, 2)
    assert "export.xlsx" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_check_lists_findings_and_is_clean_without_errors():
    done = run("check", CLEAN, "--period", PERIOD)
    assert done.returncode == 0
    assert "Nobody owns" in done.stdout


def test_check_as_json_is_every_finding():
    done = run("check", CLEAN, "--period", PERIOD, "--json")
    said = json.loads(done.stdout)
    rows = said["findings"]
    assert {"kind", "count", "effect", "examples"} <= set(said["summary"][0])
    assert len(rows) == len(ck.check_export(CLEAN, period=PERIOD))
    assert {"severity", "table", "row", "column", "value", "message", "remedy"} <= set(rows[0])


def test_map_proposes_and_overwrites_nothing(tmp_path):
    done = run("map", CLEAN, "--out", "map.toml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "[[source]]" in (tmp_path / "map.toml").read_text(encoding="utf-8")
    again = run("map", CLEAN, "--out", "map.toml", cwd=tmp_path)
    assert again.returncode == 2
    assert "a file map.toml already" in again.stderr


def test_errors_in_the_export_are_exit_code_1(tmp_path):
    (tmp_path / "accounts.csv").write_text("account_id,name\nA1,Acme\n", encoding="utf-8")
    done = run("check", str(tmp_path), cwd=tmp_path)
    assert done.returncode == 1
    assert "ERROR" in done.stdout


@pytest.mark.slow
def test_a_leak_in_a_finished_pack_is_exit_code_1(tmp_path):
    one = ["--only", "yuki.tanaka@northwind.example", "--out", "o"]
    assert run("render", CLEAN, "--period", PERIOD, *one, cwd=tmp_path).returncode == 0
    clean = run("scan", "o", CLEAN, cwd=tmp_path)
    assert clean.returncode == 0, clean.stdout
    page = next((tmp_path / "o" / "packets").glob("*.html"))
    page.write_text(page.read_text(encoding="utf-8") + "<p>Siobhán O'Connor</p>", encoding="utf-8")
    told = run("scan", "o", CLEAN, cwd=tmp_path)
    assert told.returncode == 1
    assert "Siobhán O'Connor" in told.stdout


def test_cycle_toml_from_windows_notepad_is_read(tmp_path):
    text = f'\ufeffexport = "{Path(CLEAN).as_posix()}"\nperiod = "{PERIOD}"\n'
    (tmp_path / "cycle.toml").write_text(text, encoding="utf-8")
    assert run("check", cwd=tmp_path).returncode == 0


def test_a_setting_that_is_no_text_is_one_message(tmp_path):
    (tmp_path / "cycle.toml").write_text("export = 5\n", encoding="utf-8")
    done = run("check", cwd=tmp_path)
    assert done.returncode == 2
    assert "export is 5, which is no text" in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals differ on Windows")
def test_ctrl_c_stops_with_one_word_and_its_own_code(tmp_path):
    command = [sys.executable, "-m", "csmkit", "demo", "--out", str(tmp_path / "o"), "--jobs", "1"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    seen = ""
    while "packets" not in seen:
        assert process.poll() is None, seen
        seen += process.stderr.read(1)
    process.send_signal(signal.SIGINT)
    try:
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "Traceback" not in said


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ on Windows")
def test_ctrl_c_stops_also_where_python_would_swallow_it():
    code = (
        "import signal, time\n"
        "from csmkit.cli import _stop_as_ctrl_c_does\n"
        "_stop_as_ctrl_c_does()\n"
        "class Cleared:\n"
        "    def __del__(self):\n"
        "        signal.raise_signal(signal.SIGINT)\n"
        "        time.sleep(0)\n"
        "thing = Cleared()\n"
        "del thing\n"
        "time.sleep(30)\n"
    )
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip().endswith("KeyboardInterrupt")
    assert "Exception ignored" not in done.stderr
    assert time.monotonic() - started < 25


@pytest.mark.slow
def test_new_makes_a_workspace_that_renders_as_it_is(tmp_path):
    assert run("new", str(tmp_path / "work")).returncode == 0
    work = tmp_path / "work"
    assert {p.name for p in work.iterdir()} == {"cycle.toml", "export", "notebooks"}
    assert not list(work.rglob("*.py"))
    done = run("render", "--only", "yuki.tanaka@northwind.example", cwd=work)
    assert done.returncode == 0, done.stderr
    assert (work / "packets" / "index.html").exists()
    assert run("new", str(work)).returncode == 2


@pytest.mark.real
def test_an_export_without_an_owner_gives_findings_and_no_packet(tmp_path, real_exports):
    done = run(
        "render",
        str(real_exports / "edtech_renewals"),
        "--map",
        str(ROOT / "tests" / "maps" / "edtech_renewals.toml"),
        "--period",
        "2025-01-01:2025-06-30",
        "--out",
        "o",
        cwd=tmp_path,
    )
    assert done.returncode == 1
    assert "owner" in done.stderr
    assert not (tmp_path / "o").exists()


def _narrow(*args: str) -> subprocess.CompletedProcess[bytes]:
    """Run where the console or the file it is sent to knows no letters of Japan, as on Windows."""
    return subprocess.run(
        [sys.executable, "-m", "csmkit", *args],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
        check=False,
    )


def _japanese(folder: Path) -> Path:
    """An export in canonical form with two accounts of one Japanese name."""
    folder.mkdir()
    accounts = (
        "account_id,name,owner,contract_start\nA1,東京,Ana,2021-01-01\nA2,東京,Ana,2021-01-01\n"
    )
    (folder / "accounts.csv").write_text(accounts, encoding="utf-8")
    return folder


def test_letters_that_the_console_does_not_know_do_not_stop_a_check(tmp_path):
    export = _japanese(tmp_path / "export")
    shown = _narrow("check", str(export), "--out", str(tmp_path / "東京.csv"))
    assert b"Unicode" not in shown.stderr
    assert b"??.csv" in shown.stdout
    assert b"(name: ??)" in shown.stdout


def test_json_is_utf8_whatever_the_console_is_set_to(tmp_path):
    told = _narrow("check", str(_japanese(tmp_path / "export")), "--json").stdout.decode("utf-8")
    assert "東京" in {found["value"] for found in json.loads(told)["findings"]}


def test_a_check_that_failed_is_told_and_ends_with_1(tmp_path, monkeypatch, capsys):
    pack = Pack(tmp_path / "index.html", {"packets": []}, 0, ("Recency: KeyError: 'x'",))
    monkeypatch.setattr("csmkit.render.pack.render_pack", lambda *_args, **_options: pack)
    monkeypatch.setattr(sys, "argv", ["csmkit", "demo", "--out", str(tmp_path)])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 1
    assert "A check of the team failed. Recency: KeyError: 'x'" in capsys.readouterr().err


def _demo(monkeypatch, capsys, packets, *options: str, kept: int = 0) -> str:
    """What `csmkit demo` says of a pack with these packets."""
    failed = sum(entry["status"] == "failed" for entry in packets)
    pack = Pack("index.html", {"packets": packets}, failed, kept=kept)
    monkeypatch.setattr("csmkit.render.pack.render_pack", lambda *_args, **_options: pack)
    monkeypatch.setattr(sys, "argv", ["csmkit", "demo", *options])
    with pytest.raises(SystemExit):
        main()
    told = capsys.readouterr()
    return told.out + told.err


def test_what_was_made_of_a_part_of_a_pack_is_told_apart_from_the_pack(monkeypatch, capsys):
    status = ["done"] * 3 + ["failed", "waiting"]
    packets = [
        {"person_id": who, "status": now, "error": f"{who}: out of time."}
        for who, now in zip(ck.sample_team().subjects["person_id"], status, strict=False)
    ]
    first = ["--only", packets[0]["person_id"]]
    assert "1 packet done, 0 failed. In the pack: 3 packets done, 1 failed, 1 waiting. Open" in (
        _demo(monkeypatch, capsys, packets, *first)
    )
    assert "\n3 packets done (2 unchanged), 1 failed, 1 waiting. Open" in (
        "\n" + _demo(monkeypatch, capsys, packets, kept=2)
    )


def test_no_option_is_named_that_a_command_does_not_have(monkeypatch, capsys):
    late = {"person_id": "x", "status": "failed", "error": "A cell took longer than 600 seconds."}
    told = _demo(monkeypatch, capsys, [late])
    assert "A cell took longer than 600 seconds." in told
    assert "--cell-seconds" not in told


@pytest.mark.parametrize("encrypted", [True, False])
def test_a_scan_says_that_it_opened_the_archives(monkeypatch, capsys, encrypted):
    known = {"period": PERIOD.split(":"), "packets": [{}], "encrypted": encrypted}
    monkeypatch.setattr("csmkit.render.rescan.known_manifest", lambda _: known)
    monkeypatch.setattr("csmkit.render.rescan.scan_pack", lambda *_args, **_options: {})
    monkeypatch.setattr(sys, "argv", ["csmkit", "scan", "o", CLEAN])
    with pytest.raises(SystemExit):
        main()
    opened = ", each archive opened with its passphrase" if encrypted else ""
    assert f"Looked through 1 packet{opened}: 0 files hold" in capsys.readouterr().out
