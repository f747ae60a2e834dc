"""A small ZIP, written plainly and read with bounds (离线验证包的容器).

Read into memory, never onto a disk: a name is only a key. Refused: names that are not of our own shape,
names that occur twice, links, encryption, other compression than deflate, too many entries, entries or a
whole that inflate beyond their bounds, whatever size they promise.
"""

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Mapping

from licenses.errors import MalformedBundle

LARGEST_ARCHIVE = 128 * 1024 * 1024
LARGEST_ENTRY = 32 * 1024 * 1024
LARGEST_TOTAL = 256 * 1024 * 1024
MOST_ENTRIES = 20_000
_NAME = re.compile(r"(?:[a-z]{1,20}/)?[A-Za-z0-9][A-Za-z0-9_-]{0,99}\.[a-z]{1,5}")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, KeyError, IndexError, OverflowError,
    NotImplementedError, RuntimeError,
)  # fmt: skip
"""What `zipfile` raises for bytes that are not a sound ZIP."""


def pack(files: Mapping[str, bytes]) -> bytes:
    """A ZIP with the files in the order given, without times, so that the same files give the same octets."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name} is not a name for a file in a bundle")
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def unpack(data: bytes) -> dict[str, bytes]:
    """Every file by name. Raises MalformedBundle, and nothing else, for anything wrong."""
    if len(data) > LARGEST_ARCHIVE:
        raise MalformedBundle("The bundle is too large.", "离线验证包过大。")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            return _read_all(archive, entries)
    except _UNREADABLE as error:
        raise MalformedBundle(log_only=repr(error)) from error


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    names = {entry.filename for entry in entries}
    if len(entries) > MOST_ENTRIES or len(names) != len(entries):
        raise MalformedBundle("The bundle has too many files, or one twice.", "离线验证包文件过多或重名。")
    if sum(entry.file_size for entry in entries) > LARGEST_TOTAL:
        raise MalformedBundle("The bundle is too large.", "离线验证包解压后过大。")
    for entry in entries:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        plain = entry.compress_type in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED)
        if not _NAME.fullmatch(entry.filename) or kind not in (0, stat.S_IFREG):
            raise MalformedBundle(
                "A file in the bundle has a name or a kind that we do not write.",
                "离线验证包含有异常的文件名。",
            )
        if entry.flag_bits & 0x1 or not plain or entry.file_size > LARGEST_ENTRY:
            raise MalformedBundle(
                "A file in the bundle is encrypted, packed otherwise or too large.",
                "离线验证包中有加密、异常压缩或过大的文件。",
            )


def _read_all(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = 0
    for entry in entries:
        with archive.open(entry) as opened:
            content = opened.read(LARGEST_ENTRY + 1)
        total += len(content)
        if len(content) != entry.file_size or total > LARGEST_TOTAL:
            raise MalformedBundle(
                "A file in the bundle is not as long as promised.", "离线验证包文件长度不符。"
            )
        files[entry.filename] = content
    return files
