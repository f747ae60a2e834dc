import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ca.ceremony import (
    create_root,
    newest_root_crl,
    publish_root_crl,
    revoke_signed,
    sign_node,
    sign_trust_list_signer,
)
from ca.errors import CeremonyRefused, LintFailed, MalformedCsr, ProfileRefused
from ca.names import Subject
from ca.offline_key import KEY_FILE, OfflineKey
from ca.offline_root import ROOT_FILE, OfflineRoot, open_root
from ca.parse import parse_crl
from ca.profile import NODE_CA, TRUST_LIST_SIGNER
from ca.revoke import Reason
from ca.serial import new_serial, serial_text
from ca.usage import fits_profile
from tests.unit.ca.world import NODE_SUBJECT, NOW, REGION, ROOT_SUBJECT, new_key

PASSPHRASE = "correct horse battery staple"
LATER = NOW + timedelta(days=30)


def _create(directory: Path, passphrase: str | None = PASSPHRASE, **changes: object) -> OfflineRoot:
    arguments: dict[str, object] = {
        "crl_url": "https://root.example/root.crl",
        "certificate_url": "https://root.example/root.cer",
        "passphrase": passphrase,
        "now": NOW,
        "witnesses": ("张三", "李四"),
    }
    create_root(directory, ROOT_SUBJECT, **{**arguments, **changes})  # type: ignore[arg-type]
    return open_root(directory, passphrase)


def _csr(subject: Subject = NODE_SUBJECT) -> bytes:
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject.to_name())
    return builder.sign(new_key(), hashes.SHA256()).public_bytes(Encoding.PEM)


@pytest.fixture
def root(tmp_path: Path) -> OfflineRoot:
    return _create(tmp_path / "root", None)


def test_a_root_is_made_with_its_certificate_its_first_list_and_a_transcript(tmp_path: Path) -> None:
    root = _create(tmp_path / "root")
    certificate = root.certificate
    certificate.verify_directly_issued_by(certificate)
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    crl = parse_crl(newest_root_crl(root))
    assert (len(crl), crl.issuer) == (0, certificate.subject)
    assert len(list((tmp_path / "root").glob("transcript-*.txt"))) == 1


def test_the_transcript_names_every_file_with_its_hash_and_has_lines_to_sign(tmp_path: Path) -> None:
    signed = create_root(
        tmp_path / "root",
        ROOT_SUBJECT,
        crl_url="https://root.example/root.crl",
        certificate_url="https://root.example/root.cer",
        passphrase=PASSPHRASE,
        now=NOW,
        witnesses=("张三", "李四"),
    )
    text = signed.transcript.text
    for name in (ROOT_FILE, "crl-0001.crl", "0001-root.json"):
        assert f"{hashlib.sha256((tmp_path / 'root' / name).read_bytes()).hexdigest()}  {name}" in text
    assert hashlib.sha256((tmp_path / "root" / KEY_FILE).read_bytes()).hexdigest() not in text
    assert signed.certificate.fingerprint(hashes.SHA256()).hex() in text
    assert "张三    ____" in text
    assert "2026-11-22 08:00:00" in text
    assert "DEMONSTRATION" not in text
    assert signed.transcript.path.read_text(encoding="utf-8") == text


def test_the_key_lies_encrypted_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    _create(tmp_path / "root")
    path = tmp_path / "root" / KEY_FILE
    assert path.stat().st_mode & 0o777 == 0o400
    assert b"ENCRYPTED PRIVATE KEY" in path.read_bytes()
    assert (tmp_path / "root").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("passphrase", ["wrong passphrase", None, ""])
def test_a_wrong_passphrase_opens_nothing(tmp_path: Path, passphrase: str | None) -> None:
    _create(tmp_path / "root")
    with pytest.raises(CeremonyRefused):
        open_root(tmp_path / "root", passphrase)


def test_a_short_passphrase_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CeremonyRefused):
        _create(tmp_path / "root", "short")
    assert list((tmp_path / "root").iterdir()) == []


def test_a_demonstration_root_says_so(root: OfflineRoot) -> None:
    assert root.is_demonstration
    assert "DEMONSTRATION" in sign_node(root, _csr(), NODE_SUBJECT, now=NOW).transcript.text


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    _create(tmp_path / "root")
    (tmp_path / "root" / KEY_FILE).chmod(0o444)
    with pytest.raises(CeremonyRefused):
        open_root(tmp_path / "root", PASSPHRASE)


def test_a_root_is_never_made_over_another(tmp_path: Path) -> None:
    _create(tmp_path / "root")
    with pytest.raises(CeremonyRefused):
        _create(tmp_path / "root")


def test_an_empty_place_holds_no_root(tmp_path: Path) -> None:
    with pytest.raises(CeremonyRefused):
        open_root(tmp_path, PASSPHRASE)


def test_the_key_of_another_root_does_not_fit(tmp_path: Path) -> None:
    _create(tmp_path / "one", None)
    _create(tmp_path / "two", None)
    (tmp_path / "one" / KEY_FILE).chmod(0o600)
    (tmp_path / "one" / KEY_FILE).write_bytes((tmp_path / "two" / KEY_FILE).read_bytes())
    with pytest.raises(CeremonyRefused):
        open_root(tmp_path / "one", None)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    pem = rsa.generate_private_key(65537, 2048).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    (tmp_path / KEY_FILE).write_bytes(pem)
    (tmp_path / KEY_FILE).chmod(0o400)
    with pytest.raises(CeremonyRefused):
        OfflineKey.read(tmp_path, None)


def test_a_node_is_signed_for_the_region_decided_at_the_ceremony_not_the_one_it_asked_for(
    root: OfflineRoot,
) -> None:
    asked = Subject("全国签发 CA", "冒名机构", None, "北京市")
    signed = sign_node(root, _csr(asked), NODE_SUBJECT, now=NOW)
    certificate = signed.certificate
    certificate.verify_directly_issued_by(root.certificate)
    assert certificate.subject == NODE_SUBJECT.to_name()
    constraints = certificate.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    assert constraints.value.permitted_subtrees == [x509.DirectoryName(NODE_SUBJECT.subtree())]
    assert fits_profile(certificate, NODE_CA)
    assert "北京市" in signed.transcript.text


def test_the_trust_lists_signer_is_signed_by_the_root_itself(root: OfflineRoot) -> None:
    subject = Subject("信任列表签发", "浙江省数据局", None, REGION)
    certificate = sign_trust_list_signer(root, _csr(subject), subject, now=NOW).certificate
    certificate.verify_directly_issued_by(root.certificate)
    assert fits_profile(certificate, TRUST_LIST_SIGNER)


def test_what_the_root_signs_ends_with_it_at_the_latest(tmp_path: Path) -> None:
    root = _create(tmp_path / "root", None, lifetime=timedelta(days=100))
    certificate = sign_node(root, _csr(), NODE_SUBJECT, now=NOW).certificate
    assert certificate.not_valid_after_utc == root.certificate.not_valid_after_utc
    with pytest.raises(LintFailed, match="validity_lies_inside_the_issuers"):
        sign_node(root, _csr(), NODE_SUBJECT, now=NOW, lifetime=timedelta(days=101))


def test_a_root_is_not_made_for_longer_than_its_profile(tmp_path: Path) -> None:
    with pytest.raises(ProfileRefused):
        _create(tmp_path / "root", None, lifetime=timedelta(days=20_000))


def test_a_request_that_is_not_one_is_refused_and_leaves_no_trace(root: OfflineRoot) -> None:
    before = sorted(root.directory.iterdir())
    with pytest.raises(MalformedCsr):
        sign_node(root, b"not a request", NODE_SUBJECT, now=NOW)
    assert sorted(root.directory.iterdir()) == before


def test_a_node_that_is_revoked_stands_on_the_roots_next_list(root: OfflineRoot) -> None:
    serial = sign_node(root, _csr(), NODE_SUBJECT, now=NOW).certificate.serial_number
    transcript = revoke_signed(root, serial, Reason.CA_COMPROMISE, now=LATER)
    crl = parse_crl(newest_root_crl(root))
    assert crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 2
    entry = crl.get_revoked_certificate_by_serial_number(serial)
    assert entry is not None
    assert entry.revocation_date_utc == LATER
    assert serial_text(serial) in transcript.text


def test_the_root_revokes_only_what_it_signed_and_only_once(root: OfflineRoot) -> None:
    serial = sign_node(root, _csr(), NODE_SUBJECT, now=NOW).certificate.serial_number
    with pytest.raises(CeremonyRefused):
        revoke_signed(root, new_serial(), Reason.SUPERSEDED, now=LATER)
    with pytest.raises(CeremonyRefused):
        revoke_signed(root, serial, Reason.CERTIFICATE_HOLD, now=LATER)
    revoke_signed(root, serial, Reason.SUPERSEDED, now=LATER)
    with pytest.raises(CeremonyRefused):
        revoke_signed(root, serial, Reason.SUPERSEDED, now=LATER)


def test_the_roots_list_can_be_renewed_without_a_revocation(root: OfflineRoot) -> None:
    publish_root_crl(root, now=LATER)
    crl = parse_crl(newest_root_crl(root))
    assert crl.last_update_utc == LATER
    assert len(crl) == 0


def test_a_damaged_ledger_stops_the_ceremony(root: OfflineRoot) -> None:
    sign_node(root, _csr(), NODE_SUBJECT, now=NOW)
    event = root.directory / "0002-issued.json"
    event.chmod(0o600)
    event.write_text("{", encoding="utf-8")
    with pytest.raises(CeremonyRefused):
        revoke_signed(root, new_serial(), Reason.SUPERSEDED, now=LATER)


def test_the_offline_key_does_not_show_itself(root: OfflineRoot) -> None:
    assert repr(root.signer) == f"<offline key {root.signer.kid}>"
