"""The process that makes PDFs: it answers, says why there is none, and leaves nothing behind."""

import os
import signal
from contextlib import closing
from io import BytesIO
from types import SimpleNamespace

import psutil
import pytest

from csmkit.render.on_paper import NoPaper
from csmkit.render.press import Press
from csmkit.render.slice_folder import write_book
from csmkit.render.slices import book_of
from tests.render.helpers import ANA, BEN, small_team
from tests.render.paper.pdfs import text_of


@pytest.fixture(scope="module")
def press():
    with closing(Press("a4")) as made:
        yield made


def slice_of(tmp_path, who=ANA):
    write_book(book_of(small_team(), who), tmp_path / "slice")
    return tmp_path / "slice"


def test_a_pdf_is_of_the_slice_that_was_asked_for(press, tmp_path):
    for name, who in (("Ana Ruiz", ANA), ("Ben Stone", BEN)):
        assert name in text_of(press.begin(slice_of(tmp_path / who, who)).result())


def test_it_says_why_there_is_no_pdf_and_goes_on(press, tmp_path):
    with pytest.raises(NoPaper, match="holds no slice"):
        press.begin(tmp_path / "nowhere").result()
    assert press.begin(slice_of(tmp_path)).result().startswith(b"%PDF-")


def test_a_process_that_dies_costs_one_pdf(press, tmp_path):
    folder = slice_of(tmp_path)
    press.begin(folder).result()
    os.kill(press._process.pid, signal.SIGTERM)
    psutil.wait_procs([psutil.Process(press._process.pid)], timeout=10)
    with pytest.raises(NoPaper, match="the process that makes it ended"):
        press.begin(folder).result()
    assert press.begin(folder).result().startswith(b"%PDF-")


def test_an_answer_that_breaks_off_costs_one_pdf(press, tmp_path, monkeypatch):
    cut = SimpleNamespace(stdin=BytesIO(), stdout=BytesIO(b'{"byt'))
    with monkeypatch.context() as patched:
        patched.setattr(press, "_running", lambda: cut)
        with pytest.raises(NoPaper, match="the process that makes it ended"):
            press.begin(tmp_path).result()
    assert press.begin(slice_of(tmp_path)).result().startswith(b"%PDF-")


def test_it_ends_with_whoever_asked(tmp_path):
    press = Press("a4")
    press.begin(slice_of(tmp_path)).result()
    process = psutil.Process(press._process.pid)
    press.close()
    assert not process.is_running()


def test_without_a_paper_nothing_is_started():
    press = Press("")
    assert press.begin(None) is None
    assert press._process is None
    press.close()
