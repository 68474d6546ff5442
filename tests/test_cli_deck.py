"""The commands that make decks, as they are typed."""

import pytest
from pptx import Presentation

from csmkit.load.read import read_export
from csmkit.matrix.read import read_matrix
from csmkit.resources import resource
from tests.commands import PERIOD, sample_workspace, typed
from tests.render.deck.brands import brand, changed_brand, titles

TWELVE = "tests/render/deck/twelve.yaml"


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    sample_workspace(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def titles_of(path) -> list[str]:
    return [slide.shapes.title.text for slide in Presentation(path).slides]


def test_the_roll_out_deck_is_made_of_the_companys_matrix(workspace, monkeypatch, capsys, request):
    own = request.config.rootpath / TWELVE
    code, out, err = typed(monkeypatch, capsys, "deck", "rollout", "--matrix", own)
    assert (code, out, err) == (0, "rollout.pptx\n", "")
    assert titles_of("rollout.pptx")[0] == "The Sampleshire way"


def test_the_roll_out_deck_needs_no_export(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code, out, _ = typed(monkeypatch, capsys, "deck", "rollout", "--out", "new/ours.pptx")
    assert (code, out) == (0, "new/ours.pptx\n")
    assert len(titles_of("new/ours.pptx")) > 30


def test_the_matrix_that_cycle_toml_names_is_used(workspace, monkeypatch, capsys, request):
    own = request.config.rootpath / TWELVE
    said = workspace / "cycle.toml"
    said.write_text(f'{said.read_text()}matrix = "{own.as_posix()}"\n', encoding="utf-8")
    typed(monkeypatch, capsys, "deck", "rollout")
    assert titles_of("rollout.pptx")[0] == "The Sampleshire way"


def test_a_deck_that_is_there_is_not_replaced(workspace, monkeypatch, capsys):
    (workspace / "rollout.pptx").write_bytes(b"edited")
    code, _, err = typed(monkeypatch, capsys, "deck", "rollout")
    assert code == 2
    assert "somebody may have worked on it" in err
    assert (workspace / "rollout.pptx").read_bytes() == b"edited"


def test_force_replaces_it(workspace, monkeypatch, capsys):
    (workspace / "rollout.pptx").write_bytes(b"edited")
    code, _, _ = typed(monkeypatch, capsys, "deck", "rollout", "--force")
    assert code == 0
    assert titles_of("rollout.pptx")


def test_a_template_gives_the_look(workspace, monkeypatch, capsys):
    (workspace / "brand.pptx").write_bytes(brand())
    typed(monkeypatch, capsys, "deck", "rollout", "--template", "brand.pptx")
    assert Presentation("rollout.pptx").slide_width == Presentation("brand.pptx").slide_width


def test_a_template_that_cannot_be_used_is_told_without_a_traceback(workspace, monkeypatch, capsys):
    (workspace / "brand.pptx").write_bytes(b"not a deck")
    code, _, err = typed(monkeypatch, capsys, "deck", "rollout", "--template", "brand.pptx")
    assert code == 2
    assert "brand.pptx is no PowerPoint file" in err
    assert not (workspace / "rollout.pptx").exists()


def test_a_deck_is_for_its_owner_only(workspace, monkeypatch, capsys):
    typed(monkeypatch, capsys, "deck", "rollout")
    assert (workspace / "rollout.pptx").stat().st_mode & 0o077 == 0


def test_a_name_that_is_no_deck_is_refused(workspace, monkeypatch, capsys):
    code, _, err = typed(monkeypatch, capsys, "deck", "rollout", "--out", "deck.pdf")
    assert code == 2
    assert "Let it end in .pptx." in err


def test_a_coaching_deck_is_made_of_one_person(workspace, monkeypatch, capsys):
    code, out, _ = typed(monkeypatch, capsys, "deck", "coaching", "--csm", "Kwame Mensah")
    assert code == 0
    assert out.startswith("kwame-mensah-")
    assert out.endswith(".coaching.pptx: Kwame Mensah (kwame.mensah@northwind.example)\n")
    assert "Kwame Mensah" in titles_of(out.rsplit(": ", 1)[0])[0]


def test_everybodys_coaching_decks_go_into_a_folder(workspace, monkeypatch, capsys):
    code, out, _ = typed(monkeypatch, capsys, "deck", "coaching", "--all", "--out", "decks")
    made = list((workspace / "decks").glob("*.pptx"))
    assert (code, len(made)) == (0, 24)
    assert out.splitlines()[-1] == "24 decks written, 0 not."


def test_of_everybodys_decks_one_that_is_there_stays(workspace, monkeypatch, capsys):
    typed(monkeypatch, capsys, "deck", "coaching", "--csm", "Kwame Mensah", "--out", "decks")
    (there,) = (workspace / "decks").iterdir()
    there.write_bytes(b"edited")
    code, out, err = typed(monkeypatch, capsys, "deck", "coaching", "--all", "--out", "decks")
    assert code == 1
    assert out.splitlines()[-1] == "23 decks written, 1 not."
    assert there.name in err
    assert there.read_bytes() == b"edited"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "Whose deck is not said. Give one of --csm NAME and --all."),
        (("--csm", "Kwame Mensah", "--all", "--out", "decks"), "Leave out one."),
    ],
)
def test_whose_deck_it_is_must_be_said_once(workspace, monkeypatch, capsys, options, said):
    code, _, err = typed(monkeypatch, capsys, "deck", "coaching", *options)
    assert (code, said in err) == (2, True)


def test_everybodys_decks_need_a_folder(workspace, monkeypatch, capsys):
    code, _, err = typed(monkeypatch, capsys, "deck", "coaching", "--all", "--out", "all.pptx")
    assert code == 2
    assert "Name a folder with --out." in err


def test_the_leadership_deck_is_made_of_the_team(workspace, monkeypatch, capsys):
    code, out, _ = typed(monkeypatch, capsys, "deck", "leadership")
    assert (code, out) == (0, "leadership.pptx\n")
    assert len(titles_of("leadership.pptx")) > 3


def test_the_leadership_deck_takes_an_earlier_cycle(workspace, monkeypatch, capsys):
    earlier = "2025-07-01:2025-12-31"
    code, out, err = typed(monkeypatch, capsys, "deck", "leadership", "--before", earlier)
    assert (code, out) == (0, "leadership.pptx\n")
    assert err.startswith("csmkit: Of no competency can it be told whether it changed since the")
    assert err.endswith("There is no figure of both cycles to compare.\n")


def test_the_leadership_deck_is_made_for_a_reader(workspace, monkeypatch, capsys):
    reader = read_export(resource("data_samples") / "clean", period=PERIOD).subjects["manager_id"][
        0
    ]
    code, out, err = typed(monkeypatch, capsys, "deck", "leadership", "--reader", reader)
    assert (code, out, err) == (0, "leadership.pptx\n", "")
    subtitle = Presentation("leadership.pptx").slides[0].placeholders[1].text_frame.text
    assert subtitle.endswith(" alone")


def test_a_reader_who_is_nobody_is_told_without_a_traceback(workspace, monkeypatch, capsys):
    code, out, err = typed(monkeypatch, capsys, "deck", "leadership", "--reader", "nobody")
    assert (code, out) == (2, "")
    assert "Nobody in this export" in err
    assert not (workspace / "leadership.pptx").exists()


def test_the_leadership_deck_gets_the_matrix_of_then(workspace, monkeypatch, capsys):
    given, own = {}, read_matrix()

    def slides(cycle, **more):
        given.update(more)
        return ()

    monkeypatch.setattr("csmkit.render.deck.leadership.leadership_slides", slides)
    monkeypatch.setattr("csmkit.cli_deck.earlier_cycle", lambda *_: ("then", own))
    code, _, err = typed(
        monkeypatch, capsys, "deck", "leadership", "--before", "2025-07-01:2025-12-31"
    )
    assert (code, err) == (0, "")
    assert (given["before"], given["matrix_before"]) == ("then", own)


@pytest.mark.parametrize("words", [("rollout",), ("coaching", "--all", "--out", "decks")])
def test_what_is_in_the_way_on_a_template_is_said_once(words, workspace, monkeypatch, capsys):
    (workspace / "turned.pptx").write_bytes(changed_brand(titles(rotation=90)))
    code, _, err = typed(monkeypatch, capsys, "deck", *words, "--template", "turned.pptx")
    assert code == 0
    assert err.count("a title that is turned") == 1
