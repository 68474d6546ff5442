"""A voice note as text, by a model on this machine; nothing is sent or downloaded.

The engines are installed apart: faster-whisper (the extra ``voice``), with the folder of a model,
understands free speech in many languages; pocketsphinx brings a small English model that gets
clear, simple sentences and little more. What they give is to be read and corrected by whoever
spoke.

The tests turn synthesised speech into text with pocketsphinx. For faster-whisper, no model was at
hand: what is tested is how it is asked (the folder, nothing downloaded, sound at 16 kHz) and that a
folder without a model, or with a broken one, is one clear message; not how well it understands.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from csmkit.errors import CsmkitError, UnreadableInput, UsageError
from csmkit.text import clean
from csmkit.words.spoken import in_figures
from csmkit.words.text_files import text_file

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Sound = NDArray[np.float32]

WHISPER, SPHINX = "faster-whisper", "pocketsphinx"
_PACKAGES = {WHISPER: '"csmkit[voice]"', SPHINX: SPHINX}
RATE = 16_000
"""Samples a second, as both engines take them."""
LONGEST_MINUTES = 10
MOST_MB = 200
_MODEL_FILES = ("model.bin", "config.json", "tokenizer.json")
"""Without its tokenizer faster-whisper would download one."""
_QUIET = 1e-4
"""Of full scale; below it nobody spoke."""
_LOUD, _DITHER = 0.5, 2.5e-4


def transcribe(path: str | Path, *, model: str | Path | None = None, engine: str = "") -> str:
    """What is said in a WAV file.

    Parameters
    ----------
    path : str or Path
        The recording: WAV, any rate, mono or stereo, at most `LONGEST_MINUTES` long.
    model : str or Path, optional
        The folder of a model for faster-whisper (CTranslate2); pocketsphinx has its own.
    engine : str, optional
        ``faster-whisper`` or ``pocketsphinx``; if not given, the first with a model, the second
        without one.

    Returns
    -------
    str
        The words as the engine heard them, sums in figures.

    Raises
    ------
    UsageError
        If the engine is unknown, is not installed, or lacks its model.
    UnreadableInput
        If the file is no WAV, is empty or too long, or no words are in it; if the model is broken.

    Examples
    --------
    >>> transcribe("note.wav")  # doctest: +SKIP
    'we renewed the contract for 40,000 dollars'
    """
    hear = _engine(engine, model)
    name = clean(Path(path).name)
    text = " ".join(clean(hear(read_sound(path))).split())
    if not text:
        raise _refused(UnreadableInput, "no_words", name=name)
    return in_figures(text)


def read_sound(path: str | Path) -> Sound:
    """A WAV file as one channel from -1 to 1 at 16 kHz.

    Raises
    ------
    UnreadableInput
        If it is no WAV, has no sound in it, or is too long.
    """
    import numpy as np

    file, name = Path(path), clean(Path(path).name)
    try:
        size = file.stat().st_size
    except OSError as error:
        raise _refused(UnreadableInput, "missing", name=name, why=error.strerror) from error
    if size > MOST_MB * 1_000_000:
        raise _refused(UnreadableInput, "huge", name=name, size=f"{size / 1e6:,.0f}", most=MOST_MB)
    rate, samples = _samples(file, name)
    minutes = len(samples) / rate / 60
    if minutes > LONGEST_MINUTES:
        raise _refused(
            UnreadableInput, "long", name=name, minutes=f"{minutes:.0f}", most=LONGEST_MINUTES
        )
    if not len(samples) or float(np.abs(samples).max()) < _QUIET:
        raise _refused(UnreadableInput, "no_sound", name=name)
    return _at_rate(samples, rate)


def _samples(file: Path, name: str) -> tuple[int, Sound]:
    """Samples a second, and the samples of a file as one channel from -1 to 1."""
    import warnings

    import numpy as np
    from scipy.io import wavfile

    if not file.is_file():
        raise _refused(UnreadableInput, "no_wav", name=name, why="it is no file")
    try:
        with warnings.catch_warnings():
            # Recorders put chunks of their own beside the sound, which is read all the same.
            warnings.simplefilter("ignore", wavfile.WavFileWarning)
            rate, data = wavfile.read(file)
    except Exception as error:
        # A file of any kind may have any fault: the reader has no error of its own.
        why = "it is broken or of another kind"
        raise _refused(UnreadableInput, "no_wav", name=name, why=why) from error
    if rate <= 0:
        raise _refused(UnreadableInput, "no_wav", name=name, why="it names no sample rate")
    samples = np.asarray(data, dtype=np.float64)
    if data.dtype == np.uint8:
        samples = (samples - 128) / 128
    elif np.issubdtype(data.dtype, np.integer):
        samples /= float(np.iinfo(data.dtype).max)
    samples = np.clip(np.nan_to_num(samples), -1, 1)
    return int(rate), (samples.mean(axis=1) if samples.ndim > 1 else samples).astype(np.float32)


def _at_rate(samples: Sound, rate: int) -> Sound:
    import numpy as np

    if rate == RATE:
        return samples
    from math import gcd

    from scipy.signal import resample_poly

    part = gcd(rate, RATE)
    return np.asarray(resample_poly(samples, RATE // part, rate // part), dtype=np.float32)


def _engine(engine: str, model: str | Path | None) -> Callable[[Sound], str]:
    """What turns sound into text; whatever it lacks is told before the sound is read."""
    if engine not in ("", WHISPER, SPHINX):
        raise _refused(UsageError, "engine", engine=engine, engines=f"{WHISPER}, {SPHINX}")
    chosen = engine or (WHISPER if model is not None else SPHINX)
    if not engine and chosen == SPHINX and not _installed(SPHINX):
        raise _refused(UsageError, "no_model" if _installed(WHISPER) else "no_engine")
    if chosen == WHISPER:
        folder = _model_folder(model)
    elif model is not None:
        raise _refused(UsageError, "own_model", model=model)
    if not _installed(chosen):
        raise _refused(UsageError, "not_there", engine=chosen, package=_PACKAGES[chosen])
    return _sphinx if chosen == SPHINX else lambda sound: _whisper(sound, folder)


def _installed(engine: str) -> bool:
    return find_spec(engine.replace("-", "_")) is not None


def _model_folder(model: str | Path | None) -> Path:
    if model is None:
        raise _refused(UsageError, "no_model")
    folder = Path(model)
    lacks = [name for name in _MODEL_FILES if not (folder / name).is_file()]
    if lacks:
        lacking = ", ".join(lacks) if folder.is_dir() else "the folder"
        files = ", ".join(_MODEL_FILES)
        raise _refused(UsageError, "no_folder", model=model, lacks=lacking, files=files)
    return folder


def _whisper(sound: Sound, folder: Path) -> str:
    from faster_whisper import WhisperModel

    try:
        model = WhisperModel(str(folder), device="cpu", compute_type="int8", local_files_only=True)
        segments, _ = model.transcribe(sound)
        return " ".join(segment.text.strip() for segment in segments)
    except Exception as error:
        # CTranslate2 tells a broken model by whatever its C++ code raises.
        raise _refused(UnreadableInput, "bad_model", model=folder, why=clean(error)) from error


def _sphinx(sound: Sound) -> str:
    import numpy as np
    from pocketsphinx import Decoder

    # The model knows no silence without any noise, which is what synthesised and gated sound has.
    noise = np.random.default_rng(0).normal(0, _DITHER, len(sound) + RATE)
    heard = np.pad(sound * (_LOUD / np.abs(sound).max()), RATE // 2) + noise
    decoder = Decoder(samprate=RATE, loglevel="FATAL")
    decoder.start_utt()
    decoder.process_raw((np.clip(heard, -1, 1) * 32767).astype("<i2").tobytes(), full_utt=True)
    decoder.end_utt()
    found = decoder.hyp()
    return str(found.hypstr) if found else ""


def _refused(kind: type[CsmkitError], which: str, /, **fill: Any) -> CsmkitError:
    what, remedy = text_file("speech")["refused"][which]
    return kind(what.format(**fill), remedy.format(**fill))
