"""Archives open with their passphrase, in other programs too, and with nothing else."""

import re
import shutil
import struct
import subprocess
import sys
import zipfile
from io import BytesIO

import pytest
import pyzipper
from hypothesis import given, settings
from hypothesis import strategies as st

from csmkit.errors import CsmkitError, UnreadableInput, UsageError
from csmkit.render.encrypted import (
    ENTRY_KEPT,
    bare_manifest,
    neutral,
    seal,
    sealed,
    unseal,
)

PHRASE = "hkwm-pqtz-aceg-rsuv-bdfj"
FILES = {"packet.html": b"<p>Ana Ruiz</p>" * 1000, "packet.ipynb": b'{"cells": []}'}

names = st.text(
    st.characters(exclude_categories=("C", "Z"), exclude_characters='/\\:*?"<>|.'),
    min_size=1,
    max_size=40,
)
contents = st.dictionaries(names, st.binary(max_size=9000), min_size=1, max_size=4)
phrases = st.text(
    st.characters(min_codepoint=32, max_codepoint=126), min_size=16, max_size=99
).filter(lambda text: len(set(text)) >= 6)


@pytest.fixture(scope="module")
def seven_zip():
    """The command of 7-Zip, which reads these archives by code of its own."""
    found = shutil.which("7z") or shutil.which("7zz") or shutil.which("7za")
    if not found:
        pytest.skip("7-Zip is not installed")
    return found


def archive(folder, files=FILES, phrase=PHRASE):
    path = folder / "ana-ruiz-8e43ca.zip"
    seal(files, path, phrase)
    return path


@settings(max_examples=100, deadline=None)
@given(files=contents, phrase=phrases)
def test_whatever_is_sealed_comes_out_as_it_was(tmp_path_factory, files, phrase):
    folder = tmp_path_factory.mktemp("sealed")
    path = folder / "a.zip"
    try:
        seal(files, path, phrase)
    except ValueError:
        assert len({name.casefold() for name in files}) < len(files) or any(
            not name.isprintable() for name in files
        )
        return
    assert unseal(path, phrase) == files


@settings(max_examples=60, deadline=None)
@given(size=st.integers(3900, 12500), seed=st.randoms(use_true_random=False))
def test_any_size_around_a_reader_s_buffers_comes_out(tmp_path_factory, size, seed):
    files = {"packet.html": seed.randbytes(size)}
    path = archive(tmp_path_factory.mktemp("sealed"), files)
    assert unseal(path, PHRASE) == files


def test_7_zip_opens_it(tmp_path, seven_zip):
    longest = ("".join(map(chr, range(33, 127))) + "abcde")[:99]
    for phrase in (PHRASE, "sixteen signs ok", longest):
        path = archive(tmp_path, phrase=phrase)
        subprocess.run(
            [seven_zip, "x", "-y", f"-p{phrase}", f"-o{tmp_path}", str(path)],
            check=True,
            capture_output=True,
        )
        assert {name: (tmp_path / name).read_bytes() for name in FILES} == FILES


def test_7_zip_does_not_open_it_with_another_passphrase(tmp_path, seven_zip):
    path = archive(tmp_path)
    done = subprocess.run(
        [seven_zip, "t", "-pnot-what-opens-it-at-all", str(path)], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "Wrong password" in done.stdout + done.stderr


def test_another_passphrase_does_not_open_it(tmp_path):
    with pytest.raises(UsageError, match=r"does not open ana-ruiz-8e43ca\.zip"):
        unseal(archive(tmp_path), "hkwm-pqtz-aceg-rsuv-bdfk")


def test_no_byte_can_be_changed_so_that_a_file_comes_out_changed(tmp_path):
    path = archive(tmp_path, {"packet.html": b"Ana", "packet.ipynb": b"Ruiz" * 5})
    whole = path.read_bytes()
    meant = unseal(path, PHRASE)
    noticed = 0
    for place in range(len(whole)):
        for mask in (0x01, 0xFF):
            changed = bytearray(whole)
            changed[place] ^= mask
            path.write_bytes(changed)
            try:
                # The list of files may lose one; a file that is in it is as it was.
                assert unseal(path, PHRASE).items() <= meant.items(), place
            except CsmkitError:
                noticed += 1
    assert noticed > len(whole)


def test_a_file_is_not_cut_short_by_a_smaller_size_in_the_list(tmp_path):
    path = archive(tmp_path, {"packet.html": b"Ana Ruiz"})
    size = (8).to_bytes(4, "little")
    whole = path.read_bytes()
    assert whole.count(size) == 2
    path.write_bytes(whole.replace(size, (3).to_bytes(4, "little")))
    with pytest.raises(UnreadableInput):
        unseal(path, PHRASE)


@pytest.mark.parametrize("left", [0, 10, 0.5, 0.999])
def test_an_archive_cut_short_is_refused(tmp_path, left):
    path = archive(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: left if isinstance(left, int) else int(left * len(whole))])
    with pytest.raises(UnreadableInput, match="not an encrypted packet, or was changed"):
        unseal(path, PHRASE)


def test_a_plain_file_that_somebody_added_is_refused(tmp_path):
    path = archive(tmp_path)
    with pyzipper.ZipFile(path, "a") as opened:
        opened.writestr("packet.pdf", b"from somebody else")
    with pytest.raises(UnreadableInput):
        unseal(path, PHRASE)


def test_a_plain_file_that_says_it_is_encrypted_is_refused(tmp_path):
    """The mark of AES-256 is on it; that it is encrypted is not."""
    path = tmp_path / "a.zip"
    plain = zipfile.ZipInfo("packet.html")
    plain.compress_type = zipfile.ZIP_DEFLATED
    plain.extra = struct.pack("<3H2sBH", 0x9901, 7, 2, b"AE", 3, zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr(plain, b"from somebody else" * 9)
    with pytest.raises(UnreadableInput):
        unseal(path, PHRASE)


def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(UnreadableInput, match="No such file"):
        unseal(tmp_path / "none.zip", PHRASE)


def test_each_file_is_encrypted_with_aes_256_and_shows_no_checksum_of_what_is_in_it():
    with pyzipper.AESZipFile(BytesIO(sealed(FILES, PHRASE))) as opened:
        listed = opened.infolist()
    assert [info.wz_aes_strength for info in listed] == [3, 3]
    assert [info.wz_aes_version for info in listed] == [2, 2]
    assert [info.CRC for info in listed] == [0, 0]


def test_neither_contents_nor_passphrase_stand_in_the_archive():
    made = sealed(neutral({"ana-ruiz-8e43ca.html": b"Ana Ruiz " * 50}, "ana-ruiz-8e43ca"), PHRASE)
    for text in (b"Ana", b"ana", b"Ruiz", PHRASE.encode()):
        assert text not in made


def test_the_same_files_are_never_the_same_archive():
    assert sealed(FILES, PHRASE) != sealed(FILES, PHRASE)


@pytest.mark.parametrize(
    ("phrase", "why"),
    [
        ("short-but-fine!", "fewer than 16"),
        ("a" * 90 + "bcdefghijk", "more than 99"),
        ("ababababababababab", "fewer than 6 different"),
        ("hkwm-pqtz-äceg-rsuv", "not on every keyboard"),
        ("hkwm-pqtz-aceg\x00rsuv", "not on every keyboard"),
    ],
)
def test_a_passphrase_that_will_not_do_is_refused_and_not_repeated(tmp_path, phrase, why):
    with pytest.raises(UsageError, match=why) as caught:
        archive(tmp_path, phrase=phrase)
    assert phrase not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "bad", ["", "..", "a/b", "a\\b", "/etc/passwd", "C:evil", "a\nb", "a\x00b", " a", "a."]
)
def test_a_name_that_would_leave_the_folder_is_refused(bad):
    with pytest.raises(ValueError, match="plain name"):
        sealed({bad: b""}, PHRASE)


@pytest.mark.parametrize("files", [{}, {"Packet.html": b"", "packet.html": b""}])
def test_an_archive_needs_files_that_a_disk_can_tell_apart(files):
    with pytest.raises(ValueError, match="a name of its own"):
        sealed(files, PHRASE)


def test_nothing_but_the_archive_touches_the_disk(tmp_path):
    path = archive(tmp_path)
    assert list(tmp_path.iterdir()) == [path]


def test_without_the_library_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyzipper", None)
    with pytest.raises(UsageError, match=re.escape('pip install "csmkit[encrypt]"')):
        sealed(FILES, PHRASE)


def test_the_manifest_beside_encrypted_packets_has_no_amount_and_no_text_of_the_data():
    entry = {
        "person_id": "ana@example.com",
        "slug": "ana-ruiz-8e43ca",
        "status": "failed",
        "seconds": 1.5,
        "error": "it would show Bolt Industries",
        "opening_arr": 777.0,
        "closing_arr": 888.0,
        "inputs": "0c",
        "files": {},
    }
    manifest = {
        "inputs": [{"path": "accounts.csv", "sha256": "0a"}],
        "map": {"path": "map.toml", "sha256": "0b"},
        "period": ["2026-01-01", "2026-06-30"],
        "version": "0.1.0",
        "attribution": "owner on the day",
        "edition": "csm",
        "totals": {"opening_arr": 777.0},
        "scan": {"left_out": ["Orange"]},
        "failed_checks": ["Bolt"],
        "packets": [entry],
    }
    bare = bare_manifest(manifest)
    said = str(bare)
    assert not re.search("Bolt|Orange|777|888|totals|scan", said)
    assert bare["encrypted"] is True
    assert set(bare["packets"][0]) == {*ENTRY_KEPT, "error"}
    assert bare["packets"][0]["error"]
    assert bare_manifest(bare) == bare
