"""The script that draws charts: made by a process of its own, once, whoever asks meanwhile."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from csmkit.view import runtime as module
from csmkit.view.runtime import begin_runtime, is_runtime, runtime


def test_it_is_made_once_and_this_process_holds_none_of_its_maker(monkeypatch):
    module._made.cache_clear()
    made = []
    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: (made.append(a), run(*a, **k))[1])
    begin_runtime()
    with ThreadPoolExecutor(4) as pool:
        texts = set(pool.map(lambda _: runtime(), range(4)))
    assert len(made) == len(texts) == 1
    assert "window.vegaEmbed" in texts.pop()


def test_it_is_begun_once_however_often_it_is_asked_for(monkeypatch):
    threads, asked = [], threading.Event()
    make = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: (asked.wait(60), make(*a, **k))[1])
    monkeypatch.setattr(
        module, "Thread", lambda **k: (threads.append(threading.Thread(**k)), threads[-1])[1]
    )
    module._made.cache_clear()
    for _ in range(3):
        begin_runtime()
    asked.set()
    threads[0].join()
    begin_runtime()
    assert len(threads) == 1
    module._made.cache_clear()
    begin_runtime()
    assert len(threads) == 2
    runtime()
    threads[1].join()


def test_what_goes_wrong_is_told_to_whoever_needs_it(monkeypatch):
    module._made.cache_clear()
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    begin_runtime()
    with pytest.raises(OSError, match="nowhere"):
        runtime()
    module._made.cache_clear()


def test_a_page_s_script_is_known_sign_by_sign():
    script = runtime()
    assert is_runtime(script.strip())
    assert not is_runtime(script.strip() + " ")
    assert not is_runtime(script[:-200])
    assert not is_runtime("window.vegaEmbed")
    assert "</script" not in script
