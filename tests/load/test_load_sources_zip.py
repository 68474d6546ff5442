"""A zipped folder: names, limits, and what is refused."""

import struct
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from csmkit.errors import UnreadableInput
from csmkit.load.sources import archive


def packed(path: Path, files: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as target:
        for name, data in files.items():
            target.writestr(name, data)
    return path


def test_files_in_the_order_they_were_packed(tmp_path):
    path = packed(tmp_path / "a.zip", {"b.csv": "x\n1\n", "a.csv": "y\n2\n"})
    assert archive.members(path) == ["b.csv", "a.csv"]
    assert archive.content(path, "a.csv") == b"y\n2\n"


def test_one_folder_around_everything_is_left_out_of_the_names(tmp_path):
    path = packed(tmp_path / "a.zip", {"export/a.csv": "a", "export/more/b.csv": "b"})
    assert archive.members(path) == ["a.csv", "more/b.csv"]
    assert archive.content(path, "more/b.csv") == b"b"


def test_two_top_folders_stay(tmp_path):
    path = packed(tmp_path / "a.zip", {"one/a.csv": "a", "two/a.csv": "b"})
    assert archive.members(path) == ["one/a.csv", "two/a.csv"]


def test_what_systems_add_is_no_data(tmp_path):
    files = {
        "e/a.csv": "a",
        "e/.DS_Store": "",
        "__MACOSX/e/._a.csv": "",
        "e/~$a.xlsx": "",
        "e/": "",
    }
    assert archive.members(packed(tmp_path / "a.zip", files)) == ["a.csv"]


def test_an_empty_zip_has_no_files(tmp_path):
    assert archive.members(packed(tmp_path / "a.zip", {})) == []


def renamed(tmp_path: Path, written: bytes, flags: int = 0) -> Path:
    """A zip whose one entry has these bytes for its name."""
    path = packed(tmp_path / "a.zip", {"x" * len(written): "a"})
    data = path.read_bytes().replace(b"x" * len(written), written)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Müller.csv".encode("cp850"), "Müller.csv"),
        ("Größe Ø.csv".encode("cp850"), "Größe Ø.csv"),
        ("Müller.csv".encode(), "Müller.csv"),
        ("Mu\u0308ller.csv".encode(), "Müller.csv"),
    ],
)
def test_names_with_umlauts_of_windows_and_macos(tmp_path, written, name):
    path = renamed(tmp_path, written)
    assert archive.members(path) == [name]
    assert archive.content(path, name) == b"a"


def test_names_marked_as_utf8(tmp_path):
    assert archive.members(packed(tmp_path / "a.zip", {"Ünï.csv": "a"})) == ["Ünï.csv"]


def read_all(path: Path) -> None:
    for member in archive.members(path):
        archive.content(path, member)


def refused(path: Path, *words: str) -> None:
    with pytest.raises(UnreadableInput) as caught:
        read_all(path)
    text = str(caught.value)
    assert path.name in text
    assert [w for w in words if w not in text] == []


@pytest.mark.parametrize(
    "name", ["../x.csv", "a/../../x.csv", "/etc/x.csv", "C:/x.csv", "c:x.csv", "a\\x.csv"]
)
def test_a_name_that_leads_out_is_named(tmp_path, name):
    path = renamed(tmp_path, name.encode())
    refused(path, repr(name), "leads out of the zip", "unpack it yourself")


def test_two_files_of_one_name(tmp_path):
    path = packed(tmp_path / "a.zip", {"a.csv": "1", "b.csv": "2"})
    path.write_bytes(path.read_bytes().replace(b"b.csv", b"a.csv"))
    refused(path, "a.csv twice", "Take one of them out")


def test_names_that_differ_in_how_accents_are_written_are_one_name(tmp_path):
    path = packed(tmp_path / "a.zip", {"é.csv": "1", "e\u0301.csv": "2"})
    refused(path, "é.csv twice")


def test_a_link_is_no_file(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as target:
        link = zipfile.ZipInfo("passwords.csv")
        link.create_system = 3
        link.external_attr = 0o120777 << 16
        target.writestr(link, "/etc/passwd")
    refused(path, "passwords.csv is a link")


def test_a_zip_in_a_zip_is_not_opened_and_the_rest_is(tmp_path):
    inner = packed(tmp_path / "in.zip", {"a.csv": "1"}).read_bytes()
    path = packed(tmp_path / "a.zip", {"in.zip": inner, "b.csv": "2"})
    assert archive.members(path) == ["in.zip", "b.csv"]
    assert archive.content(path, "b.csv") == b"2"
    with pytest.raises(UnreadableInput, match=r"a\.zip: in\.zip is an archive inside the zip"):
        archive.content(path, "in.zip")


def test_too_many_files_by_what_the_zip_says_of_itself(tmp_path, monkeypatch):
    path = packed(tmp_path / "a.zip", {"a.csv": "1", "b.csv": "2", "c.csv": "3"})
    monkeypatch.setattr(archive, "ENTRIES", 2)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    refused(path, "holds 3 files; at most 2")


def test_too_many_files_in_a_zip64_are_refused_without_listing_them(tmp_path):
    path = tmp_path / "a.zip"
    end64 = struct.pack(
        "<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 10**6, 10**6, 50 * 10**6, 0
    )
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, 0, 1)
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 0)
    path.write_bytes(end64 + locator + end)
    refused(path, "holds 1,000,000 files; at most 10,000")


def test_more_files_than_the_zip_says(tmp_path, monkeypatch):
    path = packed(tmp_path / "a.zip", {"a.csv": "1", "b.csv": "2", "c.csv": "3"})
    data = bytearray(path.read_bytes())
    data[-12:-10] = struct.pack("<H", 1)
    path.write_bytes(data)
    monkeypatch.setattr(archive, "ENTRIES", 2)
    refused(path, "holds 3 files; at most 2")


def test_a_listing_larger_than_any_export_needs(tmp_path, monkeypatch):
    path = packed(tmp_path / "a.zip", {"a.csv": "1"})
    monkeypatch.setattr(archive, "_LISTING", 10)
    refused(path, "list of files")


def test_a_file_too_large_to_hold(tmp_path, monkeypatch):
    path = packed(tmp_path / "a.zip", {"a.csv": b"1" * 3 * 2**20})
    monkeypatch.setattr(archive, "MEMBER_BYTES", 2 * 2**20)
    refused(path, "a.csv takes 3 MB unpacked; at most 2 MB")


def test_all_files_together_too_large(tmp_path, monkeypatch):
    path = packed(tmp_path / "a.zip", {"a.csv": b"1" * 2**20, "b.csv": b"1" * 2**20})
    monkeypatch.setattr(archive, "TOTAL_BYTES", 2**20)
    refused(path, "takes 2 MB unpacked; at most 1 MB")


def test_a_bomb_by_its_ratio(tmp_path, monkeypatch):
    path = packed(tmp_path / "a.zip", {"a.csv": b"0" * 2**20})
    monkeypatch.setattr(archive, "_LARGE", 2**16)
    refused(path, "a.csv would be", "looks like a trap")


def test_a_small_file_may_shrink_as_it_likes(tmp_path):
    path = packed(tmp_path / "a.zip", {"a.csv": b"0" * 2**20})
    assert len(archive.content(path, "a.csv")) == 2**20


def test_a_file_that_unpacks_to_more_than_it_declares(tmp_path):
    path = packed(tmp_path / "a.zip", {"a.csv": b"0" * 2**20})
    data = path.read_bytes().replace(struct.pack("<I", 2**20), struct.pack("<I", 1000))
    path.write_bytes(data)
    refused(path, "is no zip, or is damaged")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_common_way_of_packing(tmp_path, method):
    path = packed(tmp_path / "a.zip", {"a.csv": "x\n1\n"}, method)
    assert archive.content(path, "a.csv") == b"x\n1\n"


def test_a_password(tmp_path):
    path = packed(tmp_path / "a.zip", {"a.csv": "1"})
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    refused(path, "a.csv is protected by a password", "Unpack it yourself")


def test_a_way_of_packing_that_python_does_not_know(tmp_path):
    path = packed(tmp_path / "a.zip", {"a.csv": "1"})
    data = bytearray(path.read_bytes())
    data[8] = data[data.index(b"PK\x01\x02") + 10] = 9
    path.write_bytes(data)
    refused(path, "packed in a way that cannot be read")


def test_one_part_of_several(tmp_path):
    path = packed(tmp_path / "a.zip", {"a.csv": "1"})
    data = bytearray(path.read_bytes())
    data[-18] = 1
    path.write_bytes(data)
    refused(path, "one part of a zip in several parts")


def damaged_cell(data: bytes) -> bytes:
    return data.replace(b"hello", b"jello")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: b"this is no zip",
        lambda data: data[:-30],
        lambda data: data[len(data) // 2 :],
        damaged_cell,
    ],
    ids=["empty", "text", "no end", "no beginning", "checksum"],
)
def test_damage_is_one_message(tmp_path, spoil):
    path = packed(tmp_path / "a.zip", {"a.csv": "hello " * 9}, zipfile.ZIP_STORED)
    path.write_bytes(spoil(path.read_bytes()))
    refused(path, "is no zip, or is damaged", "Make the zip again")


def test_every_cut_and_flip_of_a_zip_is_refused_or_read(tmp_path):
    path = packed(tmp_path / "a.zip", {"a.csv": "hello " * 9, "b.csv": "1"})
    data = path.read_bytes()
    for at in range(len(data)):
        for spoiled in (data[:at], data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]):
            path.write_bytes(spoiled)
            with suppress(UnreadableInput):
                read_all(path)


def test_a_zip_that_is_not_there(tmp_path):
    refused(tmp_path / "a.zip", "cannot be opened")
