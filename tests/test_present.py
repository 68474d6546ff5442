"""A notebook behind a link: what is presented, where, and who is let in."""

import asyncio
import html
import importlib.util
import json
import logging
import queue
import re
import subprocess
import sys
import types
import webbrowser
import zipfile
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie

import pytest
from nbclient.exceptions import CellExecutionError
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler, StaticFileHandler
from tornado.websocket import WebSocketHandler

from csmkit.cli import main
from csmkit.errors import UnreadableInput, UsageError
from csmkit.present import gate
from csmkit.present.address import Address, is_loopback, listen
from csmkit.present.browser import open_link
from csmkit.present.gate import Link, guarded
from csmkit.present.target import MEETING, target_of
from csmkit.present.told import Told
from tests.conftest import ROOT

TOKEN = "right-token"
COOKIE = "csmkit-present-1"


def notebook(path, *texts):
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [{"cell_type": "markdown", "source": [text]} for text in texts]
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return path


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "cycle.toml").write_text("", encoding="utf-8")
    notebook(tmp_path / MEETING, "Some words.\n# The meeting\n", "# Another")
    return tmp_path


def test_of_a_workspace_the_meeting_is_presented(workspace):
    found = target_of(workspace)
    assert (found.root, found.notebook) == (workspace, workspace / MEETING)
    assert found.title == "The meeting"


def test_a_notebook_is_served_from_its_workspace_or_else_its_folder(workspace, tmp_path_factory):
    other = notebook(workspace / "notebooks" / "deep" / "a.ipynb")
    assert target_of(other).root == workspace
    assert target_of(other).title == "csmkit"
    alone = notebook(tmp_path_factory.mktemp("alone") / "a.ipynb")
    assert target_of(alone).root == alone.parent


def test_what_cannot_be_presented_is_told(workspace):
    (workspace / "notes.txt").write_text("", encoding="utf-8")
    (workspace / "bad.ipynb").write_text("[]", encoding="utf-8")
    with pytest.raises(UsageError, match=r"There is no .*gone.ipynb"):
        target_of(workspace / "gone.ipynb")
    with pytest.raises(UsageError, match=r"notes.txt is no notebook. Name a file that ends"):
        target_of(workspace / "notes.txt")
    with pytest.raises(UnreadableInput, match=r"bad.ipynb cannot be read as a notebook"):
        target_of(workspace / "bad.ipynb")
    with pytest.raises(UsageError, match=f"has no {MEETING}.*csmkit new DIR"):
        target_of(workspace / "notebooks")


@pytest.mark.parametrize(
    ("host", "alone"),
    [
        *(("127.0.0.1", True), ("localhost", True), ("::1", True), ("127.9.9.9", True)),
        *(("0.0.0.0", False), ("::", False), ("", False), ("10.0.0.4", False), ("team-pc", False)),
    ],
)
def test_only_loopback_is_for_this_machine_alone(host, alone):
    assert is_loopback(host) is alone


def test_a_link_names_an_address_a_browser_can_open(monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "team-pc")
    assert Address("127.0.0.1", 8866, None).url == "http://127.0.0.1:8866/"
    assert Address("0.0.0.0", 80, None).url == "http://team-pc:80/"
    assert Address("::1", 8866, None).url == "http://[::1]:8866/"


@pytest.fixture
def taken():
    (held,) = bind_sockets(0, "127.0.0.1")
    yield held.getsockname()[1]
    held.close()


def test_a_port_that_is_named_and_taken_is_told(taken):
    with pytest.raises(UsageError, match=f"Another program has port {taken}. Name another"):
        listen(port=taken)


def test_where_the_usual_port_is_taken_any_other_will_do(taken, monkeypatch):
    monkeypatch.setattr("csmkit.present.address.PORT", taken)
    address = listen()
    assert address.port not in (0, taken)
    address.held.close()


def test_an_address_of_another_machine_is_told():
    with pytest.raises(UsageError, match=r"'192.0.2.1' is no address of this machine"):
        listen("192.0.2.1", 0)


class Page(RequestHandler):
    def get(self):
        self.write("the page")


class Broken(RequestHandler):
    def get(self):
        raise OSError("/a/secret/path")


class Socket(WebSocketHandler):
    pass


def answers(folder, *asked):
    """What a server behind the gate answers: status, text and headers of each request."""

    async def ask():
        files = (r"/files/(.*)", guarded(StaticFileHandler), {"path": folder})
        handlers = [("/", guarded(Page)), ("/broken", guarded(Broken)), files]
        handlers.append(("/socket", guarded(Socket)))
        link = Link(token=TOKEN, cookie_name=COOKIE)
        settings = {"identity_provider": link, "cookie_secret": b"s" * 32, "base_url": "/"}
        app = Application(handlers, log_function=lambda _: None, **settings)
        (socket,) = sockets = bind_sockets(0, "127.0.0.1")
        server = HTTPServer(app)
        server.add_sockets(sockets)
        at = f"http://127.0.0.1:{socket.getsockname()[1]}"
        client, got, cookies = AsyncHTTPClient(force_instance=True), [], SimpleCookie()
        for path in asked:
            sent = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
            answer = await client.fetch(
                at + path, raise_error=False, follow_redirects=False, headers={"Cookie": sent}
            )
            for line in answer.headers.get_list("Set-Cookie"):
                cookies.load(line)
            got.append(answer)
        client.close()
        server.stop()
        await server.close_all_connections()
        return got

    # In a thread: a browser that another test keeps open has its loop in this one.
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, ask()).result()


def test_without_the_link_nothing_is_served(tmp_path, caplog):
    (tmp_path / "a.txt").write_text("a file", encoding="utf-8")
    paths = (
        "/",
        "/?token=",
        "/?token=wrong",
        "/?token=%C3%A9",
        "/files/a.txt",
        "/socket",
        "/broken",
    )
    for answer in answers(tmp_path, *paths):
        assert answer.code == 403
        text = answer.body.decode()
        assert html.escape("This page opens with its link only.") in text
        assert "Set-Cookie" not in answer.headers
        assert "http" not in text.replace("<!doctype html>", "").replace("html", "")


def test_the_link_lets_in_and_leaves_no_token_in_the_address(tmp_path):
    (tmp_path / "a.txt").write_text("a file", encoding="utf-8")
    link, page, file = answers(tmp_path, f"/?token={TOKEN}", "/", "/files/a.txt")
    assert (link.code, link.headers["Location"]) == (302, "/")
    assert (page.code, page.body) == (200, b"the page")
    assert (file.code, file.body) == (200, b"a file")
    kept = next(c for c in link.headers.get_list("Set-Cookie") if c.startswith(COOKIE))
    assert "HttpOnly" in kept
    assert "SameSite=Lax" in kept
    assert "expires" not in kept.lower()


def test_a_link_of_another_time_lets_nobody_in(tmp_path):
    _, page = answers(tmp_path, f"/?token={TOKEN}", "/?token=of-yesterday")
    assert page.code == 403


def test_every_answer_keeps_the_browser_on_this_machine(tmp_path):
    for answer in answers(tmp_path, "/", f"/?token={TOKEN}", "/", "/files/none", "/broken"):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert not re.search(r"https?:|\*", policy)
        assert answer.headers["Referrer-Policy"] == "same-origin"


class Kernels:
    """Kernels of which some end by themselves while all are ended."""

    def __init__(self, *statuses):
        self.left, self.asked = list(statuses), 0

    async def shutdown_all(self):
        self.asked += 1
        if self.left:
            raise HTTPError(self.left.pop(0))


@pytest.mark.parametrize(
    ("statuses", "asked", "raised"), [((), 1, None), ((404, 404), 3, None), ((500,), 1, 500)]
)
def test_a_kernel_that_a_closed_tab_ends_is_no_trouble(monkeypatch, statuses, asked, raised):
    server = pytest.importorskip("csmkit.present.server")
    monkeypatch.setattr(server, "_PAUSE", 0)
    kernels, code = Kernels(*statuses), None
    with ThreadPoolExecutor(1) as apart:
        try:
            apart.submit(asyncio.run, server.end_kernels(kernels)).result()
        except HTTPError as error:
            code = error.status_code
    assert (kernels.asked, code) == (asked, raised)


def test_what_fails_says_a_sentence_and_no_path(tmp_path, caplog):
    caplog.set_level(logging.CRITICAL, "tornado.application")
    _, broken = answers(tmp_path, f"/?token={TOKEN}", "/broken")
    assert broken.code == 500
    assert "This cannot be shown. Whoever presents sees why." in broken.body.decode()
    assert "secret" not in broken.body.decode()


def test_a_cell_that_stops_is_told_once_without_a_traceback():
    said = []
    told = Told(said.append)
    try:
        raise CellExecutionError("long\ntraceback", "UsageError", "There is no x. Name another.")
    except CellExecutionError:
        failed = logging.makeLogRecord({"exc_info": sys.exc_info(), "msg": "at {a: b}"})
    told.handle(failed)
    told.handle(failed)
    told.handle(logging.makeLogRecord({"msg": "Something\nlong"}))
    assert said == [
        "A cell of the notebook stopped (UsageError: There is no x. Name another.).",
        "The server met an error (Something). Set CSMKIT_DEBUG=1 to see where.",
    ]
    told.hush()
    told.handle(logging.makeLogRecord({"msg": "Cut short"}))
    assert len(said) == 2


def test_no_program_is_started_with_the_token(tmp_path, monkeypatch):
    opened = queue.Queue()
    monkeypatch.setattr(webbrowser, "open", opened.put)
    open_link(f"http://127.0.0.1:1/?token={TOKEN}&a", tmp_path)
    url = opened.get(timeout=10)
    assert url == (tmp_path / "open.html").as_uri()
    assert f"?token={TOKEN}&amp;a" in (tmp_path / "open.html").read_text(encoding="utf-8")


@pytest.fixture
def run(workspace, monkeypatch, capsys):
    """Runs `csmkit present` without Voilà; gives the exit code, what was told, and the call."""
    served = {}

    def serve(target, address, *, ready, tell, warm):
        address.held.close()
        served.update(target=target, address=address, warm=warm)
        ready(f"{address.url}?token={TOKEN}")

    monkeypatch.chdir(workspace)
    monkeypatch.setitem(sys.modules, "csmkit.present.serve", types.SimpleNamespace(serve=serve))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())
    monkeypatch.setattr(webbrowser, "open", lambda url: served.update(opened=url))

    def command(*words):
        monkeypatch.setattr(sys, "argv", ["csmkit", "present", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return ended.value.code, told.out + told.err, served

    return command


def test_the_link_is_printed_once(run):
    code, text, served = run("--no-browser")
    assert code == 0
    assert text.splitlines()[0] == (
        "Warming up 05_calibration_meeting.ipynb; the link comes once it is warm."
    )
    assert text.count(f"{served['address'].url}?token={TOKEN}") == 1
    assert "network" not in text
    assert text.endswith("Ended; the link opens nothing any more.\n")
    assert served["warm"] is True
    assert served["address"].host == "127.0.0.1"
    assert "opened" not in served


def test_cold_it_says_nothing_of_warming_up(run):
    _, text, served = run("--no-browser", "--no-warm")
    assert text.startswith("Ready:")
    assert served["warm"] is False


def test_another_host_is_told_what_it_means(run):
    code, text, _ = run("--no-browser", "--host", "0.0.0.0")
    assert code == 0
    for said in ("Anybody on the network who has the link", "plain HTTP", "a proxy with TLS"):
        assert said in " ".join(text.split())


def test_a_missing_extra_is_one_sentence(run, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert run("--no-browser")[:2] == (
        2,
        "csmkit: Presenting a notebook needs Voilà, which is not installed."
        ' Run: pip install "csmkit[present]"\n',
    )


def test_wrong_use_is_one_message(run, taken):
    assert run("nowhere")[:2] == (
        2,
        "csmkit: There is no nowhere. Name a notebook, or the folder of a workspace.\n",
    )
    code, text, _ = run("--port", str(taken))
    assert (code, text.startswith(f"csmkit: Another program has port {taken}.")) == (2, True)


def test_the_template_names_no_other_machine():
    folder = ROOT / "csmkit" / "present"
    texts = [p for p in folder.rglob("*") if p.suffix in (".html", ".j2", ".json")]
    assert len(texts) == 3
    assert not [p.name for p in texts if "//" in p.read_text(encoding="utf-8")]


def test_a_wheel_holds_the_template(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    template = "csmkit/present/jupyter/voila/templates/csmkit"
    assert {f"{template}/index.html.j2", f"{template}/conf.json"} <= names
    assert f"csmkit/{gate.__name__.split('.')[1]}/refused.html" in names
