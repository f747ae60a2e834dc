"""The trust bundle: verification without network, and everything that must not get in by it."""

import io
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ca.names import Subject
from ca.profile import STATUS_SIGNER
from keys.errors import XinzhengError
from keys.report import Outcome, Trust, Verdict
from keys.signer import KeyUse
from licenses import archive
from licenses.archive import pack, unpack
from licenses.bundle import MANIFEST, Bundle, read_bundle
from licenses.errors import BundleRollback, BundleWrong, MalformedBundle
from licenses.issue import Issued
from licenses.lifecycle import Operation
from tests.builders import a_province, a_root
from tests.databases import Databases
from tests.materials import NOW
from tests.province import Province, outcome
from tests.unit.keys.world import loose_handle

LATER = NOW + timedelta(hours=1)


@pytest.fixture(scope="module")
def made(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    folder = tmp_path_factory.mktemp("bundle")
    database = databases.fresh(folder)
    yield a_province(folder, database)
    database.close()


@pytest.fixture(scope="module")
def issued(made: Province) -> Issued:
    return made.issue()


@pytest.fixture(scope="module")
def packed(made: Province, issued: Issued) -> bytes:
    del issued
    return made.bundle(version=7)


def opened(made: Province, data: bytes, seen_version: int | None = None) -> Bundle:
    return read_bundle(data, anchors=[made.root.certificate], now=NOW, seen_version=seen_version)


def repacked(data: bytes, **changes: bytes | None) -> bytes:
    """The same bundle with files replaced (None removes); `name__ext` stands for the first such file."""
    files = unpack(data)
    for wanted, content in changes.items():
        name = next(name for name in files if name.startswith(wanted))
        if content is None:
            del files[name]
        else:
            files[name] = content
    return pack(files)


def test_with_the_bundle_a_license_is_verified_without_the_node(
    made: Province, issued: Issued, packed: bytes
) -> None:
    bundle = opened(made, packed)
    assert (bundle.version, bundle.url, bundle.signer_trust) == (7, made.url, Trust.TRUSTED)
    for face in (issued.credential, issued.document):
        report = made.verify(face, snapshot=bundle.snapshot)
        assert report.verdict is Verdict.VALID
        assert report.as_of == bundle.as_of


def test_a_bundle_never_vouches_for_itself(
    made: Province, issued: Issued, packed: bytes, tmp_path: Path
) -> None:
    for anchors in ([], [a_root(tmp_path / "other").certificate]):
        bundle = read_bundle(packed, anchors=anchors, now=NOW)
        assert bundle.signer_trust is Trust.UNKNOWN
        for face in (issued.credential, issued.document):
            report = made.verify(face, snapshot=bundle.snapshot)
            assert report.verdict is Verdict.INDETERMINATE


def test_a_bundle_made_before_a_withdrawal_says_as_of_when_and_expires(
    databases: Databases, tmp_path: Path
) -> None:
    database = databases.fresh(tmp_path)
    own = a_province(tmp_path, database)
    issued = own.issue()
    before = read_bundle(own.bundle(version=1), anchors=[own.root.certificate], now=NOW)
    own.change(issued, Operation.SUSPEND, now=LATER)
    after = read_bundle(own.bundle(now=LATER, version=2), anchors=[own.root.certificate], now=LATER)
    assert own.verify(issued.document, snapshot=after.snapshot, now=LATER).verdict is Verdict.INVALID
    old = own.verify(issued.document, snapshot=before.snapshot, now=LATER)
    assert old.as_of < LATER
    much_later = NOW + timedelta(days=2)
    stale = own.verify(issued.document, snapshot=before.snapshot, now=much_later)
    assert stale.verdict is Verdict.INDETERMINATE
    assert outcome(stale, "bundle") is Outcome.UNKNOWN
    assert outcome(stale, "status") is Outcome.UNKNOWN
    database.close()


def test_an_older_version_than_one_already_seen_is_refused(made: Province, packed: bytes) -> None:
    assert opened(made, packed, seen_version=7).version == 7
    with pytest.raises(BundleRollback):
        opened(made, packed, seen_version=8)


@pytest.mark.parametrize("part", ["trust/", "status/", "crls/", "certificates/", "types/"])
def test_a_file_that_is_not_the_manifests_is_refused(made: Province, packed: bytes, part: str) -> None:
    with pytest.raises(BundleWrong):
        opened(made, repacked(packed, **{part: b"other"}))
    with pytest.raises(BundleWrong):
        opened(made, repacked(packed, **{part: None}))


def test_a_manifest_of_another_bundle_is_refused(made: Province, packed: bytes) -> None:
    other = unpack(made.bundle(version=9))[MANIFEST]
    with pytest.raises(BundleWrong):
        opened(made, repacked(packed, manifest=other + b"x"))
    with pytest.raises(MalformedBundle):
        opened(made, repacked(packed, manifest=None))


def test_a_manifest_signed_under_a_certificate_for_something_else_is_refused(made: Province) -> None:
    handle, _ = loose_handle(KeyUse.TRUST_LIST, kid="insider")
    subject = Subject("状态签发", "浙江省数据局", None, "浙江省")
    insider = replace(made, list_signer=(handle, made.certificate(STATUS_SIGNER, subject, handle)))
    with pytest.raises(BundleWrong):
        opened(made, insider.bundle())


def zipped(*entries: tuple[zipfile.ZipInfo | str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as made:
        for name, content in entries:
            made.writestr(name, content)
    return buffer.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


@pytest.mark.parametrize(
    "data",
    [
        zipped(("../evil.jws", b"x")),
        zipped(("/etc/passwd", b"x")),
        zipped(("C:\\x.jws", b"x")),
        zipped(("trust/../../x.jwt", b"x")),
        zipped(("trust/deep/er.jwt", b"x")),
        zipped(("manifest.jws\n", b"x")),
        zipped((link("manifest.jws"), b"/etc/passwd")),
        zipped(("manifest.jws", b"x"), method=zipfile.ZIP_BZIP2),
        b"",
        b"PK\x05\x06" + b"\0" * 18,
        b"not a zip",
    ],
    ids=[
        "dots",
        "absolute",
        "drive",
        "dots inside",
        "deep",
        "newline",
        "link",
        "bzip2",
        "empty",
        "no files",
        "no zip",
    ],
)
def test_a_zip_we_would_not_write_is_refused(made: Province, data: bytes) -> None:
    with pytest.raises(MalformedBundle):
        opened(made, data)


def test_a_file_twice_in_the_zip_is_refused(made: Province) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped(("manifest.jws", b"x"), ("manifest.jws", b"y"))
    with pytest.raises(MalformedBundle):
        opened(made, data)


def test_a_zip_bomb_is_refused_by_its_promise_and_by_its_contents(
    made: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "LARGEST_ENTRY", 1000)
    bomb = zipped(("manifest.jws", b"\0" * 100_000))
    with pytest.raises(MalformedBundle):
        unpack(bomb)
    honest = (100_000).to_bytes(4, "little")
    lying = bomb.replace(honest, (900).to_bytes(4, "little"))
    with pytest.raises(MalformedBundle):
        unpack(lying)
    monkeypatch.setattr(archive, "LARGEST_TOTAL", 1500)
    with pytest.raises(MalformedBundle):
        unpack(zipped(("a.jws", b"\0" * 900), ("b.jws", b"\0" * 900)))


def test_too_many_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_ENTRIES", 3)
    with pytest.raises(MalformedBundle):
        unpack(zipped(*[(f"f{n}.jwt", b"x") for n in range(4)]))


def test_the_same_files_give_the_same_octets() -> None:
    files = {"manifest.jws": b"x", "types/a-b.toml": b"y"}
    assert pack(files) == pack(files)
    assert unpack(pack(files)) == files
    with pytest.raises(ValueError, match="not a name"):
        pack({"../x": b""})


@settings(max_examples=80, deadline=None)
@given(place=st.integers(0, 100_000), value=st.integers(0, 255))
def test_a_bundle_with_a_changed_octet_is_refused_in_our_own_words(
    made: Province, packed: bytes, place: int, value: int
) -> None:
    changed = bytearray(packed)
    changed[place % len(changed)] = value
    try:
        opened(made, bytes(changed))
    except XinzhengError:
        return
    assert unpack(bytes(changed)) == unpack(packed), "only what carries no meaning may change"


@settings(max_examples=40, deadline=None)
@given(length=st.integers(0, 100_000))
def test_a_truncated_bundle_is_refused(made: Province, packed: bytes, length: int) -> None:
    if length < len(packed):
        with pytest.raises(XinzhengError):
            opened(made, packed[:length])
