"""A voice note as text: synthesised speech through a real engine, and whatever is no voice note."""

import importlib.util
import shutil
import subprocess
import sys
import types

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.io import wavfile

from csmkit.errors import CsmkitError, UnreadableInput, UsageError
from csmkit.panels.captured import keep_capture
from csmkit.store.open import open_store
from csmkit.words import speech
from csmkit.words.capture import capture
from csmkit.words.speech import RATE, read_sound, transcribe
from csmkit.words.spoken import in_figures
from tests.conftest import absent

EMEKA = "emeka.obi@northwind.example"
SPOKEN = "We renewed the contract for forty thousand dollars."


@pytest.fixture(scope="session")
def spoken(tmp_path_factory):
    """A sentence as espeak-ng says it."""
    if shutil.which("espeak-ng") is None:
        absent("No espeak-ng: install it, for example with apt-get install espeak-ng.")
    if importlib.util.find_spec("pocketsphinx") is None:
        absent("No pocketsphinx: install it with pip install pocketsphinx.")
    path = tmp_path_factory.mktemp("voice") / "note.wav"
    command = ["espeak-ng", "-v", "en-us+f2", "-s", "130", "-w", str(path), SPOKEN]
    subprocess.run(command, check=True)
    return path


def test_from_speech_to_an_item_of_evidence(spoken, team, tmp_path):
    heard = transcribe(spoken)
    assert "contract for 40,000 dollars" in heard
    # What the engine does not get, its speaker corrects.
    right = heard.replace("the contract", "the contract of Halcyon Biotech on 2026-03-04")
    note = capture(right, cycle=team, author=EMEKA)
    with open_store(tmp_path / "scores.db") as store:
        kept, new = keep_capture(store, team, note, by=EMEKA, source="voice note")
        (item,) = store.evidence(team, EMEKA).to_dict("records")
    assert (kept, new) == (item["evidence_id"], True)
    assert (item["amount"], item["source"], bool(item["private"])) == (40_000, "voice note", True)
    assert "the contract of Halcyon Biotech" in item["text"]
    assert item["account_id"] == note.account.account_id


def test_the_same_recording_gives_the_same_words(spoken):
    assert transcribe(spoken) == transcribe(spoken, engine="pocketsphinx")


def test_another_rate_and_stereo_are_heard_too(spoken, tmp_path):
    rate, samples = wavfile.read(spoken)
    assert rate != RATE
    both = np.stack([samples, samples], axis=1)
    wavfile.write(tmp_path / "stereo.wav", rate, both)
    assert transcribe(tmp_path / "stereo.wav") == transcribe(spoken)


TONE = np.sin(np.arange(8000) * 2 * np.pi * 440 / 8000)


@pytest.mark.parametrize(
    "samples",
    [
        (TONE * 32767).astype(np.int16),
        (TONE * 2147483647).astype(np.int32),
        (TONE * 127 + 128).astype(np.uint8),
        TONE.astype(np.float32),
        np.stack([TONE, TONE], axis=1).astype(np.float64),
    ],
    ids=lambda samples: f"{samples.dtype} {samples.ndim}",
)
def test_every_kind_of_sample_is_one_channel_at_16_khz(samples, tmp_path):
    wavfile.write(tmp_path / "tone.wav", 8000, samples)
    sound = read_sound(tmp_path / "tone.wav")
    assert (sound.dtype, len(sound)) == (np.float32, RATE)
    heard = np.sin(np.arange(RATE) * 2 * np.pi * 440 / RATE)
    assert np.abs(sound[500:-500] - heard[500:-500]).max() < 0.03


def made(tmp_path, name, samples, rate=RATE):
    wavfile.write(tmp_path / name, rate, samples)
    return tmp_path / name


def files(tmp_path):
    """Files that are no voice note, each with what is said of it."""
    (tmp_path / "text.wav").write_text("no sound at all", encoding="utf-8")
    (tmp_path / "empty.wav").write_bytes(b"")
    whole = made(tmp_path, "whole.wav", (TONE * 30000).astype(np.int16)).read_bytes()
    (tmp_path / "head.wav").write_bytes(whole[:30])
    (tmp_path / "folder.wav").mkdir()
    (tmp_path / "song.mp3").write_bytes(b"ID3\x03" + bytes(100))
    made(tmp_path, "silence.wav", np.zeros(8000, dtype=np.int16))
    made(tmp_path, "none.wav", np.zeros(0, dtype=np.int16))
    long = np.ones(8000 * 60 * (speech.LONGEST_MINUTES + 1), dtype=np.uint8)
    made(tmp_path, "long.wav", long, 8000)
    return {
        "no.wav": "cannot be read",
        "text.wav": "no WAV file",
        "empty.wav": "no WAV file",
        "head.wav": "no WAV file",
        "folder.wav": "no WAV file",
        "song.mp3": "no WAV file",
        "silence.wav": "no sound in it",
        "none.wav": "no sound in it",
        "long.wav": "11 minutes long; a voice note has 10 at most",
    }


def test_what_is_no_voice_note_is_one_clear_message(tmp_path):
    for name, says in files(tmp_path).items():
        with pytest.raises(UnreadableInput, match=says) as told:
            read_sound(tmp_path / name)
        assert str(told.value).startswith(f"{name} ")


def test_a_file_without_end_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(speech, "MOST_MB", 0.01)
    path = made(tmp_path, "huge.wav", (TONE * 30000).astype(np.int16))
    with pytest.raises(UnreadableInput, match="a voice note has"):
        read_sound(path)


@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_are_a_sound_or_refused(tmp_path_factory, data, riff):
    path = tmp_path_factory.getbasetemp() / "any.wav"
    path.write_bytes(b"RIFF\x90\x01\x00\x00WAVEfmt " + data if riff else data)
    try:
        sound = read_sound(path)
    except CsmkitError:
        return
    assert np.isfinite(sound).all()


def test_where_no_words_are_in_it_that_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(speech, "_engine", lambda *_: lambda sound: " \n ")
    path = made(tmp_path, "hum.wav", (TONE * 30000).astype(np.int16), 8000)
    with pytest.raises(UnreadableInput, match="No words were understood"):
        transcribe(path)


MODEL = ("model.bin", "config.json", "tokenizer.json")


@pytest.mark.parametrize(
    ("installed", "given", "says"),
    [
        ((), {}, "Nothing is installed.*pip install"),
        (("faster-whisper",), {}, "needs a model, and none is named; none is ever downloaded"),
        (("pocketsphinx",), {"engine": "faster-whisper"}, "needs a model"),
        (("pocketsphinx",), {"engine": "siri"}, "no engine 'siri'"),
        (("pocketsphinx",), {"engine": "pocketsphinx", "model": "m"}, "brings its own model"),
        (("faster-whisper",), {"model": "nowhere"}, "the folder is missing"),
        (("faster-whisper",), {"model": "lacks"}, "tokenizer.json is missing"),
        ((), {"model": "whole"}, "faster-whisper is not installed.*pip install"),
        ((), {"engine": "pocketsphinx"}, "pip install pocketsphinx"),
    ],
)
def test_what_an_engine_lacks_is_said_before_the_sound_is_read(
    installed, given, says, tmp_path, monkeypatch
):
    monkeypatch.setattr(speech, "_installed", lambda engine: engine in installed)
    for folder, names in (("lacks", MODEL[:2]), ("whole", MODEL)):
        (tmp_path / folder).mkdir()
        for name in names:
            (tmp_path / folder / name).write_text("{}", encoding="utf-8")
    if "model" in given:
        given = {**given, "model": tmp_path / given["model"]}
    with pytest.raises(UsageError, match=says):
        transcribe(tmp_path / "no.wav", **given)


@pytest.fixture
def whisper(tmp_path, monkeypatch):
    """A folder that looks like a model, and what stands for faster-whisper."""
    asked = {}

    class WhisperModel:
        def __init__(self, folder, **given):
            asked.update(given, folder=folder)

        def transcribe(self, sound):
            asked["sound"] = sound
            if (tmp_path / "model" / "model.bin").read_bytes() == b"broken":
                raise RuntimeError("Invalid model\x07")
            words = (" Wir haben verlängert,", " für vierzig.")
            return (types.SimpleNamespace(text=text) for text in words), None

    module = types.ModuleType("faster_whisper")
    module.WhisperModel = WhisperModel
    module.__spec__ = importlib.util.spec_from_loader("faster_whisper", None)
    monkeypatch.setitem(sys.modules, "faster_whisper", module)
    (tmp_path / "model").mkdir()
    for name in MODEL:
        (tmp_path / "model" / name).write_text("{}", encoding="utf-8")
    return asked


def test_faster_whisper_gets_a_folder_and_downloads_nothing(whisper, tmp_path):
    path = made(tmp_path, "note.wav", (TONE * 30000).astype(np.int16), 8000)
    text = transcribe(path, model=tmp_path / "model")
    assert text == "Wir haben verlängert, für vierzig."
    assert (whisper["folder"], whisper["local_files_only"]) == (str(tmp_path / "model"), True)
    assert (whisper["sound"].dtype, len(whisper["sound"])) == (np.float32, RATE)


def test_a_broken_model_is_one_message(whisper, tmp_path):
    (tmp_path / "model" / "model.bin").write_bytes(b"broken")
    path = made(tmp_path, "note.wav", (TONE * 30000).astype(np.int16), 8000)
    with pytest.raises(UnreadableInput, match=r"cannot be used \(Invalid model\)"):
        transcribe(path, model=tmp_path / "model")


def test_a_broken_model_is_one_message_of_the_real_engine_too(tmp_path):
    pytest.importorskip("faster_whisper", reason="faster-whisper is not installed")
    (tmp_path / "model").mkdir()
    for name in MODEL:
        (tmp_path / "model" / name).write_text("{}", encoding="utf-8")
    path = made(tmp_path, "note.wav", (TONE * 30000).astype(np.int16), 8000)
    with pytest.raises(UnreadableInput, match="cannot be used"):
        transcribe(path, model=tmp_path / "model")


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("renewed for forty five thousand dollars", "renewed for 45,000 dollars"),
        ("nineteen thousand three hundred to twenty-two thousand", "19,300 to 22,000"),
        ("a hundred and twenty thousand euros", "120,000 euros"),
        ("one million two hundred thousand", "1,200,000"),
        ("forty k", "40,000"),
        ("twenty dollars and two calls", "20 dollars and two calls"),
        ("one of the two came, thousands of them, a few hundred", "one of the two came, thousands of them, a few hundred"),
        ("renewed for $40,000", "renewed for $40,000"),
    ],
)  # fmt: skip
def test_sums_in_words_become_figures(said, written):
    assert in_figures(said) == written
    assert in_figures(written) == written


@given(st.text(max_size=200))
def test_text_without_numbers_stays_as_it_is(text):
    if not any(
        word in text.lower()
        for word in ("hundred", "thousand", "million", "k", "dollar", "euro", "pound")
    ):
        assert in_figures(text) == text


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("one point two million dollars", "1,200,000 dollars"),
        ("forty five point five thousand", "45,500"),
        ("one point two five dollars", "1.25 dollars"),
        ("half a million", "500,000"),
        ("in March two thousand twenty six we renewed for forty thousand dollars", "in March 2026 we renewed for 40,000 dollars"),
        ("two thousand dollars", "2,000 dollars"),
        ("three billion", "3,000,000,000"),
        ("forty thousand and two calls", "40,000 and two calls"),
        ("two hundred and five", "205"),
        ("fifteen hundred dollars", "1,500 dollars"),
        # What is no one number stays as it was said.
        ("one twenty thousand dollars", "one twenty thousand dollars"),
        ("two thousand million", "two thousand million"),
        ("a million and a half", "a million and a half"),
        ("version two point one", "version two point one"),
        ("the point five million", "the point five million"),
    ],
)  # fmt: skip
def test_decimals_years_and_what_does_not_compose(said, written):
    assert in_figures(said) == written
    assert in_figures(written) == written


def test_a_year_that_is_said_is_no_sum():
    note = capture(in_figures("In March two thousand twenty six we renewed for forty thousand"))
    assert note.amount == 40_000


@given(st.integers(1, 999), st.sampled_from(["thousand", "million"]))
def test_every_number_of_words_is_its_figure(number, scale):
    ones = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]  # fmt: skip
    tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    hundreds, rest = divmod(number, 100)
    words = [ones[hundreds], "hundred"] if hundreds else []
    if rest >= 20:
        words += [tens[rest // 10 - 2], *([ones[rest % 10]] if rest % 10 else [])]
    elif rest:
        words.append(ones[rest])
    value = number * {"thousand": 1_000, "million": 1_000_000}[scale]
    assert in_figures(f"{' '.join(words)} {scale} dollars") == f"{value:,} dollars"
