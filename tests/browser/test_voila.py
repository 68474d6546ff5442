"""A notebook behind a link, under Voilà, in a real browser that cannot leave the machine."""

import asyncio
import importlib.util
import json
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from tests.browser.presenting import ROW, TITLE, Presented, panel_notebook, presented
from tests.browser.scorer import KWAME, notebook
from tests.conftest import Tab, absent

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Every kind of address the server has, and some it has not.
ADDRESSES = (
    *("", "?token=", "?token=wrong", "?token=%C3%A9", "login", "favicon.ico"),
    *("voila/static/voila.js", "voila/templates/csmkit/static/index.css", "voila/files/a.png"),
    *("voila/labextensions/anywidget/package.json", "voila/api/themes/a", "voila/tree"),
    *("api/kernels/{kernel}", "api/kernels/{kernel}/channels", "voila/query/{kernel}"),
    *("voila/api/shutdown/{kernel}", "voila/render/one.ipynb", "one.ipynb", "../one.ipynb"),
)


@pytest.fixture(scope="module", autouse=True)
def voila():
    if importlib.util.find_spec("voila") is None:
        absent('No Voilà: run `pip install "csmkit[present]"`.')


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("presented")
    (folder / "cycle.toml").write_text("", encoding="utf-8")
    panel_notebook(folder / "notebooks" / "one.ipynb")
    return folder


@pytest.fixture(scope="module")
def served(workspace):
    with presented(workspace / "notebooks" / "one.ipynb") as running:
        yield running


@pytest.fixture
def visitor(chromium):
    """Gives a browser of somebody else each time, which remembers what it asked for."""
    contexts = []

    def come():
        contexts.append(chromium.new_context(viewport={"width": 1400, "height": 1000}))
        tab = Tab(contexts[-1].new_page())
        tab.page.on("request", lambda r: tab.requests.append(r.url))
        tab.page.on("websocket", lambda w: tab.requests.append(w.url))
        tab.page.on(
            "console",
            lambda m: m.type == "error" and tab.complaints.append(f"{m.text} {m.location}"),
        )
        tab.page.on("pageerror", lambda e: tab.complaints.append(str(e)))
        return tab

    yield come
    for context in contexts:
        context.close()


def kernel_of(page):
    config = json.loads(page.locator("#jupyter-config-data").text_content())
    return config["kernelId"]


def asked(url, method="GET", cookie=""):
    """The status and text of an answer."""
    request = urllib.request.Request(url, method=method, headers={"Cookie": cookie})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def run(work):
    """Run a coroutine beside Playwright, which has this thread's loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def closed(socket):
    """Close a websocket, and wait until it is."""
    socket.close()
    while await socket.read_message() is not None:
        pass


def socket_answer(url, **headers):
    """What a websocket is answered: open, or a status."""

    async def connect():
        try:
            socket = await websocket_connect(HTTPRequest(url, headers=headers))
        except HTTPClientError as error:
            return error.code
        await closed(socket)
        return "open"

    return run(connect())


def cookie_of(page):
    """The cookie that lets a browser in."""
    kept = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    return next(f"{name}={kept[name]}" for name in kept if name.startswith("csmkit-"))


def test_two_see_the_panel_and_ask_no_other_machine(served, visitor):
    host = served.address.removeprefix("http:")
    tabs = visitor(), visitor()
    for tab in tabs:
        tab.page.goto(served.link)
        tab.page.wait_for_selector(ROW, timeout=60_000)
    for tab in tabs:
        page = tab.page
        assert page.locator(ROW).count() == 20
        assert page.locator(".csmkit-score").bounding_box()["height"] > 300
        page.wait_for_selector(f"h1:has-text({json.dumps(TITLE)})")
        page.wait_for_selector("mjx-container, .MathJax")
        page.wait_for_timeout(1000)
        local = (f"http:{host}", f"ws:{host}", "data:", f"blob:http:{host}")
        assert [url for url in tab.requests if not url.startswith(local)] == []
        assert tab.complaints == []
        assert any(url.startswith(f"ws:{host}") for url in tab.requests)
    kernels = [kernel_of(tab.page) for tab in tabs]
    assert kernels[0] != kernels[1]


def test_what_one_saves_is_in_the_store_for_the_other(served, visitor):
    one, other = visitor().page, visitor().page
    one.goto(served.link)
    one.locator(f"{ROW} [data-key='advocacy red']").click(timeout=60_000)
    one.wait_for_selector(".csmkit-score :text-matches('^Saved')", timeout=30_000)
    # A kernel that was warm before the change shows what it knew; it hears of it when it saves.
    other.goto(served.link)
    other.locator(f"{ROW} [data-key='advocacy green']").click(timeout=60_000)
    other.wait_for_selector(".csmkit-score :text-matches('else')", timeout=30_000)


def test_the_page_holds_no_code_no_path_and_no_token(served, visitor, workspace):
    page = visitor().page
    page.goto(served.link)
    page.wait_for_selector(ROW, timeout=60_000)
    token = served.link.split("token=")[1]
    assert page.url == served.address
    assert page.title() == TITLE
    for text in (page.content(), asked(served.address, cookie=cookie_of(page))[1]):
        held = ("import csmkit", "ipynb", str(workspace), "site-packages", token)
        assert [word for word in held if word in text] == []
        linked = re.findall(r"""(?:src|href|import\()\s*=?\s*["']https?://[^"']+""", text)
        assert linked == []


def test_without_the_link_everything_is_refused(served, visitor):
    inside = visitor().page
    inside.goto(served.link)
    inside.wait_for_selector(ROW, timeout=60_000)
    kernel = kernel_of(inside)
    third = visitor()
    answer = third.page.goto(served.address)
    assert answer.status == 403
    assert third.page.inner_text("body") == (
        "This page opens with its link only. Ask whoever presents for it."
    )
    assert third.page.context.cookies() == []
    for address in ADDRESSES:
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
            url = served.address + address.format(kernel=kernel)
            assert asked(url, method)[0] == 403, (method, address)
    forged = cookie_of(inside)[:-4] + "beef"
    assert asked(served.address, cookie=forged)[0] == 403
    assert served.process.poll() is None


def test_sockets_are_for_those_inside_and_from_this_page(served, visitor):
    page = visitor().page
    page.goto(served.link)
    page.wait_for_selector(ROW, timeout=60_000)
    at = served.address.replace("http:", "ws:") + f"api/kernels/{kernel_of(page)}/channels"
    inside = cookie_of(page)
    assert socket_answer(at) == 403
    assert socket_answer(f"{at}?token=wrong") == 403
    assert socket_answer(at, Cookie=inside, Origin="http://elsewhere.example") == 403
    assert socket_answer(at, Cookie=inside, Origin=served.address.rstrip("/")) == "open"


def test_a_viewer_runs_no_code(served, visitor, workspace):
    page = visitor().page
    page.goto(served.link)
    page.wait_for_selector(ROW, timeout=60_000)
    at = served.address.replace("http:", "ws:") + f"api/kernels/{kernel_of(page)}/channels"
    mark = workspace / "ran"

    def message(kind, content):
        header = {
            "msg_id": kind,
            "msg_type": kind,
            "session": "s",
            "username": "",
            "version": "5.3",
        }
        whole = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        return json.dumps({**whole, "channel": "shell"})

    cookie = cookie_of(page)

    async def send():
        socket = await websocket_connect(HTTPRequest(at, headers={"Cookie": cookie}))
        code = f"open({str(mark)!r}, 'w').close()"
        await socket.write_message(message("execute_request", {"code": code, "silent": False}))
        await socket.write_message(message("kernel_info_request", {}))
        # What was sent after it is answered, so it was passed over.
        while "kernel_info_reply" not in str(await socket.read_message()):
            pass
        await closed(socket)

    run(asyncio.wait_for(send(), 30))
    assert not mark.exists()


def test_a_tab_that_is_closed_ends_its_kernel(served, visitor):
    page = visitor().page
    page.goto(served.link)
    page.wait_for_selector(ROW, timeout=60_000)
    kernel, cookie = kernel_of(page), cookie_of(page)
    at = f"{served.address}api/kernels/{kernel}"
    assert asked(at, cookie=cookie)[0] == 200
    page.close(run_before_unload=True)
    for _ in range(100):
        if asked(at, cookie=cookie)[0] == 404:
            return
        time.sleep(0.1)
    pytest.fail("Its kernel runs on.")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_whole(workspace, visitor, number):
    running = Presented(workspace / "notebooks" / "one.ipynb")
    try:
        page = visitor().page
        page.goto(running.link)
        page.wait_for_selector(ROW, timeout=60_000)
        kernels = running.kernels()
        assert len(kernels) >= 2
    finally:
        code = running.end(number)
    assert code == 0, running.told
    assert running.told.endswith("Ended; the link opens nothing any more.\n")
    _, alive = psutil.wait_procs(kernels, timeout=5)
    assert alive == []


def test_it_ends_whole_while_it_warms_up(tmp_path):
    notebook(tmp_path / "slow.ipynb", "import time\ntime.sleep(60)")
    running = Presented(tmp_path / "slow.ipynb")
    try:
        for _ in range(600):
            if len(kernels := running.kernels()) == 2:
                break
            time.sleep(0.1)
        time.sleep(1)
    finally:
        code = running.end()
    assert (code, "token" in running.told, "Traceback" in running.told) == (0, False, False)
    _, alive = psutil.wait_procs(kernels, timeout=5)
    assert alive == []


def test_nobody_is_let_in_to_a_notebook_that_stops(tmp_path):
    notebook(tmp_path / "bad.ipynb", "1 / 0")
    running = Presented(tmp_path / "bad.ipynb")
    running.process.wait(timeout=120)
    assert running.end() == 2
    warming, cell, last = running.told.splitlines()
    assert warming == "Warming up bad.ipynb; the link comes once it is warm."
    assert cell == "csmkit: A cell of the notebook stopped (ZeroDivisionError: division by zero)."
    assert "does not run to its end, so nobody was let in." in last


def test_the_room_sees_a_sentence_in_place_of_a_traceback(tmp_path, visitor):
    notebook(tmp_path / "bad.ipynb", "print('before')", "1 / 0")
    with presented(tmp_path / "bad.ipynb", "--no-warm") as running:
        page = visitor().page
        page.goto(running.link)
        page.wait_for_selector("text=before", timeout=60_000)
        page.wait_for_selector("text=Whoever presents sees why")
        shown = page.content()
    assert [word for word in ("ZeroDivision", "Traceback", str(tmp_path)) if word in shown] == []
    assert "A cell of the notebook stopped (ZeroDivisionError: division by zero)" in running.told
    assert "Traceback" not in running.told


def test_the_calibration_meeting_of_a_workspace(tmp_path, visitor):
    """The notebook that is presented if none is named, for two."""
    from typer.testing import CliRunner

    from csmkit.cli import app

    assert CliRunner().invoke(app, ["new", str(tmp_path / "team")]).exit_code == 0
    with presented(tmp_path / "team") as running:
        for tab in (visitor(), visitor()):
            tab.page.goto(running.link)
            tab.page.wait_for_selector(".csmkit-meeting", timeout=60_000)
            tab.page.wait_for_timeout(1000)
            assert tab.page.locator(".csmkit-meeting").bounding_box()["height"] > 100
            assert KWAME not in tab.page.content()
            assert tab.complaints == []
            assert all(running.address[5:] in u for u in tab.requests if not u.startswith("data:"))


MEETING = ".csmkit-meeting"
DEEPA = "deepa.krishnan@northwind.example"


@pytest.fixture
def meeting(tmp_path):
    """A workspace whose notebook of the meeting names who facilitates."""
    made = tmp_path / "work"
    command = [sys.executable, "-m", "csmkit", "new", str(made)]
    subprocess.run(command, check=True, capture_output=True)
    path = made / "notebooks" / "05_calibration_meeting.ipynb"
    text = path.read_text(encoding="utf-8")
    assert text.count('facilitator = \\"\\"') == 1
    text = text.replace('facilitator = \\"\\"', f'facilitator = \\"{DEEPA}\\"')
    path.write_text(text, encoding="utf-8")
    with presented(path) as running:
        yield running


def test_a_meeting_is_led_by_one_and_followed_by_another(meeting, visitor):
    host = meeting.address.removeprefix("http:")
    leads, follows = visitor(), visitor()
    for tab in (leads, follows):
        tab.page.goto(meeting.link)
        tab.page.locator(f"{MEETING} .prepare fieldset").first.wait_for(timeout=120_000)
    leads.page.locator(f"{MEETING} .prepare button[type=submit]").click()
    leads.page.locator(f"{MEETING} .agenda").wait_for()
    follows.page.locator(f"{MEETING} .agenda").wait_for(timeout=30_000)
    told = follows.page.locator(f"{MEETING} .lead")
    told.filter(has_text="Another window leads").wait_for()
    seen = []
    for _ in range(2):
        leads.page.locator(MEETING).press("PageDown")
        leads.page.locator(f"{MEETING} .person").wait_for(timeout=30_000)
        name = leads.page.locator(f"{MEETING} header h2").inner_text()
        shown = follows.page.locator(f"{MEETING} header h2").filter(has_text=name)
        shown.wait_for(timeout=30_000)
        follows.page.locator(f"{MEETING} .person").wait_for(timeout=30_000)
        seen.append(name)
    assert len(set(seen)) == 2
    follows.page.locator(MEETING).press("PageDown")
    follows.page.locator(MEETING).press("k")
    assert follows.page.locator(f"{MEETING} .of-park").count() == 0
    leads.page.locator(MEETING).press("a")
    for tab in (leads, follows):
        status = tab.page.locator(f"{MEETING} header .status")
        status.filter(has_text="s proposed").wait_for(timeout=30_000)
        assert tab.page.locator(f"{MEETING} header h2").inner_text() == seen[-1]
        local = (f"http:{host}", f"ws:{host}", "data:", f"blob:http:{host}")
        assert [url for url in tab.requests if not url.startswith(local)] == []
        assert tab.complaints == []
