"""The signature container, read back by asn1crypto: every attribute where PAdES wants it, DER to the byte."""

from hashlib import sha256

import pytest
from asn1crypto import cms as asn1_cms
from cryptography.hazmat.primitives.serialization import Encoding

from keys.algorithms import Algorithm
from seal import cms
from seal.errors import SealingFailed
from seal.oids import LOG_RECEIPT, SEAL_RECORD, USE_RECORD
from tests.unit.seal.local import LocalSigner, local_seal

SEAL = local_seal()
EVIDENCE = cms.Evidence(SEAL.record, b'{"v":1}', b'{"use":1}')
DIGEST = sha256(b"document").digest()


def template(kind: str = "ec") -> cms.Template:
    seal = local_seal(kind)
    return cms.template_for(seal.signer.algorithm, seal.certificate, [SEAL.maker_certificate])


def made(kind: str = "ec", timestamp: bytes | None = None) -> asn1_cms.SignedData:
    attributes = cms.signed_attributes(template(kind), DIGEST, EVIDENCE)
    signature = local_seal(kind).signer.sign(attributes)
    der = cms.container(template(kind), attributes, signature, timestamp)
    info = asn1_cms.ContentInfo.load(der, strict=True)
    if timestamp is None:
        assert info.dump(force=True) == der
    return info["content"]


def attributes_of(signed: asn1_cms.SignedData) -> dict[str, asn1_cms.CMSAttribute]:
    return {each["type"].dotted: each["values"] for each in signed["signer_infos"][0]["signed_attrs"]}


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_container_carries_what_pades_asks_for_and_nothing_it_forbids(kind: str) -> None:
    signed = made(kind)
    attributes = attributes_of(signed)
    assert set(attributes) == {
        "1.2.840.113549.1.9.3",
        "1.2.840.113549.1.9.4",
        "1.2.840.113549.1.9.16.2.47",
        "1.2.840.113549.1.9.52",
        SEAL_RECORD,
        LOG_RECEIPT,
        USE_RECORD,
    }
    assert attributes["1.2.840.113549.1.9.4"][0].native == DIGEST
    certificate = local_seal(kind).certificate.public_bytes(Encoding.DER)
    named = attributes["1.2.840.113549.1.9.16.2.47"][0]["certs"][0]
    assert named["cert_hash"].native == sha256(certificate).digest()
    assert named["hash_algorithm"]["algorithm"].native == "sha256"
    assert signed["encap_content_info"]["content"].native is None
    assert len(signed["certificates"]) == 2


def test_signed_attributes_are_in_der_order() -> None:
    attributes = cms.signed_attributes(template(), DIGEST, EVIDENCE)
    parts = [each.dump() for each in asn1_cms.CMSAttributes.load(attributes)]
    assert parts == sorted(parts)


def test_seal_record_receipt_and_use_record_are_signed() -> None:
    attributes = attributes_of(made())
    assert attributes[SEAL_RECORD][0].native == SEAL.record
    assert attributes[LOG_RECEIPT][0].native == '{"v":1}'
    assert attributes[USE_RECORD][0].native == b'{"use":1}'


def test_receipt_and_use_record_are_absent_when_there_are_none() -> None:
    bare = cms.signed_attributes(template(), DIGEST, cms.Evidence(SEAL.record))
    assert len(asn1_cms.CMSAttributes.load(bare)) == 5


def test_a_time_stamp_stands_beside_the_signature_not_under_it() -> None:
    attributes = cms.signed_attributes(template(), DIGEST, EVIDENCE)
    token = cms.container(template(), attributes, SEAL.signer.sign(attributes), None)
    signer_info = made(timestamp=token)["signer_infos"][0]
    unsigned = signer_info["unsigned_attrs"][0]
    assert unsigned["type"].native == "signature_time_stamp_token"
    assert unsigned["values"][0].dump() == token
    assert attributes_of(made()).keys() == attributes_of(made(timestamp=token)).keys()


def test_a_signature_of_another_key_is_refused() -> None:
    attributes = cms.signed_attributes(template(), DIGEST, EVIDENCE)
    for signature in (LocalSigner().sign(attributes), b"", bytes(72), SEAL.signer.sign(attributes + b"x")):
        with pytest.raises(SealingFailed):
            cms.check_signature(template(), attributes, signature)


def test_a_key_that_cannot_sign_pdfs_is_refused() -> None:
    with pytest.raises(SealingFailed):
        cms.template_for(Algorithm.EDDSA, SEAL.certificate, [])
