"""The engine gives what papermill's own gives, in a process that is the notebook's alone."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest
from engine_helpers import job_of, shown, structure

from csmkit.errors import CsmkitError, UsageError
from csmkit.render.packet import PARAMETER, for_reader, template
from csmkit.render.slice_folder import write_book
from csmkit.render.slices import book_of
from csmkit.runner.runner import Job, Runner
from csmkit.samples import sample_team

linux = pytest.mark.skipif(sys.platform != "linux", reason="forking is for Linux")
WAYS = [pytest.param("fork", marks=linux), "spawn"]

EVERY_OUTPUT = [
    "number = 1",
    # What the kit does to Altair when it is imported, it has done in a process of the engine.
    "import asyncio, csmkit.view.charts, os, sys, threading, warnings\n"
    "from IPython.display import *\n"
    "print('out'); print('err', file=sys.stderr); print('more')",
    "handle = display(HTML('<b>1</b>'), display_id='known'); display('twice', {'a': number})",
    "handle.update(HTML('<b>2</b>')); display(3, display_id='known')",
    "print('gone'); clear_output(wait=True); print('stays')",
    "print('gone'); clear_output(); print('last')",
    "display(Latex('$x$'), Markdown('*m*'), JSON({'a': [1, None]}), Javascript('1'), SVG('<svg/>'))",
    "import base64\n"
    "Image(data=base64.b64decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='))",
    "import ipywidgets\n"
    "slider, out = ipywidgets.IntSlider(3), ipywidgets.Output()\n"
    "with out:\n    print('inside'); display(5)\n"
    "display(slider, out)",
    "slider.value, len(out.outputs)",
    "{'a': 1, 'nan': float('nan')}, number",
    "!echo hello\nsaid = !echo caught\nsaid",
    "os.system('echo from the shell');",
    "await asyncio.sleep(0.01)\nasyncio.get_running_loop().is_running()",
    "later = asyncio.create_task(asyncio.sleep(0.01, 'later'))",
    "await later",
    "%time 1 + 1",
    "%%capture caught\nprint('caught')",
    "caught.stdout, Out[2] if 2 in Out else 'none', In[2][:6], __name__, _",
    "%history -n",
    "warnings.warn('careful')",
    "thread = threading.Thread(target=print, args=('thread',)); thread.start(); thread.join()",
    "import pandas\npandas.DataFrame({'a': [1.5, None]})",
    "import altair\naltair.Chart(pandas.DataFrame({'a': [1]})).mark_point().encode(x='a:Q').to_dict()",
    "len?",
    "try:\n    import matplotlib.pyplot\nexcept ImportError as error:\n    print(error)",
    "1;",
    "def f(x):\n    return 1 / x\ntry:\n    f(0)\nexcept ZeroDivisionError:\n    print('caught')",
    "print('before'); input('asked?')",
    "'never reached'",
]


def by_papermill(job: Job, result: Path) -> Path:
    """What papermill's own engine makes of a job, in a process of its own.

    Its kernel talks through ports, and once in some hundred starts it waits for one for ever: what
    is only to be compared with is then made again.
    """
    script = (
        "import json, sys, papermill\n"
        "from papermill.exceptions import PapermillExecutionError\n"
        "source, result, parameters = sys.argv[1:]\n"
        "try:\n"
        "    papermill.execute_notebook(source, result, json.loads(parameters), progress_bar=False,\n"
        "        kernel_name='python3', language='python', extra_arguments=['--log-level=50'])\n"
        "except PapermillExecutionError:\n"
        "    pass\n"
    )
    parameters = json.dumps(dict(job.parameters))
    command = [sys.executable, "-c", script, str(job.template), str(result), parameters]
    for seconds in (90, 90, None):
        with suppress(subprocess.TimeoutExpired):
            subprocess.run(
                command, cwd=job.folder, check=True, capture_output=True, timeout=seconds
            )
            break
    return result


@linux
def test_every_kind_of_output_is_what_papermill_gives(tmp_path: Path) -> None:
    job = job_of(tmp_path / "every", EVERY_OUTPUT, number=2)
    expected = by_papermill(job, tmp_path / "expected.ipynb")
    with Runner(jobs=1) as runner:
        (outcome,) = runner.run([job])
    assert outcome.status == "failed"
    assert outcome.why.startswith("StdinNotImplementedError: ")
    assert structure(job.result) == structure(expected)


def by_engine(job: Job) -> str:
    """What the last cell showed by papermill with the engine, its prints written to said.txt."""
    script = (
        "import csmkit.runner.engine as engine, papermill\n"
        "with open('said.txt', 'w') as said:\n"
        "    papermill.execute_notebook('template.ipynb', 'result.ipynb', progress_bar=False,\n"
        "        engine_name=engine.ENGINE, kernel_name='python3', stdout_file=said)\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=job.folder, capture_output=True)
    return json.dumps(structure(job.result)["cells"][-1]["outputs"])


def test_what_a_cell_showed_before_its_kernel_ended_is_kept(tmp_path: Path) -> None:
    ends = "display('shown')\nquit()\nimport asyncio\nawait asyncio.sleep(1)"
    assert "shown" in by_engine(job_of(tmp_path / "quits", ["number = 1", ends]))


def test_what_a_cell_prints_is_told_while_it_runs(tmp_path: Path) -> None:
    waits = (
        "import time\nprint('first')\nbegan = time.monotonic()\n"
        "while not (said := open('said.txt').read()) and time.monotonic() < began + 10:\n"
        "    time.sleep(0.05)\n"
        "'was told: ' + said"
    )
    assert "was told: first" in by_engine(job_of(tmp_path / "prints", ["number = 1", waits]))


@linux
@pytest.mark.slow
def test_a_packet_is_what_papermill_gives(tmp_path: Path) -> None:
    team = sample_team()
    person = team.subjects.iloc[0]
    folder = tmp_path / "packet"
    write_book(book_of(team, person["person_id"]), folder / "slice")
    source = folder / "template.ipynb"
    nbformat.write(for_reader(template(), edition="committee", role=person["role"]), source)
    job = Job(folder, source, folder / "result.ipynb", {PARAMETER: "slice"})
    expected = by_papermill(job, tmp_path / "expected.ipynb")
    with Runner(jobs=1) as runner:
        (outcome,) = runner.run([job])
    assert (outcome.status, outcome.why) == ("done", "")
    assert structure(job.result) == structure(expected)


STRANGERS = [
    "import os, random, sys\nimport numpy as np",
    "print(globals().get('secret'), sys.modules.get('secret'), os.environ.get('SECRET'))\n"
    "import builtins, types\n"
    "print(getattr(builtins, 'secret', None), getattr(os, 'secret', None))\n"
    "secret = builtins.secret = os.secret = sys.modules['secret'] = os.environ['SECRET'] = 'mine'",
    "print(random.random(), np.random.random())",
    "print(os.getcwd(), sorted(os.listdir('.')))",
    "print(repr(sys.__stdin__.read()), oct(os.umask(0)))",
]


@pytest.mark.parametrize("way", WAYS)
def test_a_packet_knows_nothing_of_the_one_before(tmp_path: Path, way: str) -> None:
    jobs = [job_of(tmp_path / name, STRANGERS) for name in ("a", "b")]
    with Runner(jobs=1, way=way) as runner:
        outcomes = list(runner.run(jobs))
    assert [o.why for o in outcomes] == ["", ""]
    first, second = (shown(nbformat.read(job.result, 4)) for job in jobs)
    assert first[1] == second[1] == "None None None\nNone None\n"
    assert first[2] != second[2]
    assert not set(first[2].split()) & set(second[2].split())
    held = "['.ipython', 'crash.log', 'journal.jsonl', 'packet.log', 'template.ipynb']"
    assert first[3] == f"{tmp_path / 'a'} {held}\n"
    assert first[4] == "'' 0o77\n"


@linux
def test_a_process_runs_one_notebook_only(tmp_path: Path) -> None:
    again = "import papermill\npapermill.execute_notebook('template.ipynb', None,"
    again += " engine_name='csmkit', kernel_name='python3', progress_bar=False)"
    with Runner(jobs=1) as runner:
        (outcome,) = runner.run([job_of(tmp_path / "a", ["x = 1", again])])
    assert outcome.why.startswith("UsageError: This process has run a notebook already.")


@linux
def test_the_server_has_one_thread_and_shares_no_socket_with_its_children(tmp_path: Path) -> None:
    look = (
        "import os\n"
        "def held(pid):\n"
        "    paths = [f'/proc/{pid}/fd/{n}' for n in os.listdir(f'/proc/{pid}/fd')]\n"
        "    links = {os.readlink(path) for path in paths if os.path.islink(path)}\n"
        "    return {link for link in links if link.startswith(('socket', 'pipe', 'anon'))}\n"
    )
    both = "print(len(held('self') & held(os.getppid()) - {'anon_inode:[eventpoll]'}))"
    threads = "print(len(os.listdir(f'/proc/{os.getppid()}/task')))"
    folders = [tmp_path / name for name in "abc"]
    with Runner(jobs=3) as runner:
        outcomes = list(
            runner.run(job_of(folder, ["x = 1", look, both, threads]) for folder in folders)
        )
    for outcome in outcomes:
        assert outcome.why == ""
        # The pipe by which the child tells how far it is.
        assert shown(nbformat.read(outcome.job.result, 4))[2:] == ["1\n", "1\n"]


def test_a_way_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="no way 'thread'"):
        Runner(way="thread")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="0 packets at a time"):
        Runner(jobs=0)


@linux
def test_forking_is_refused_where_it_is_not_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(UsageError, match="on Linux only"):
        Runner(way="fork")


@linux
def test_a_server_that_does_not_start_is_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "papermill.py").write_text("raise ImportError('no papermill here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    said = r"does not start \(ImportError: no papermill here\)"
    with Runner(jobs=1) as runner, pytest.raises(CsmkitError, match=said):
        list(runner.run([job_of(tmp_path / "a", ["x = 1"])]))
