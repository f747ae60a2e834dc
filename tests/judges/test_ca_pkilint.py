"""pkilint judges every profile, every issuer with its subject, and every list: no error and no warning."""

from collections.abc import Iterable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pkilint import loader, pkix
from pkilint.bin import lint_pkix_signer_signee_cert_chain as chain_linter
from pkilint.pkix import certificate, crl, extension, name
from pkilint.validation import ValidationFindingSeverity, ValidationResult

from ca.profile import PROFILES
from tests.judges.ca_material import Material, make_material

ACCEPTED = {ValidationFindingSeverity.INFO, ValidationFindingSeverity.NOTICE}


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return make_material(tmp_path_factory.mktemp("linted"))


def _complaints(results: Iterable[ValidationResult]) -> list[str]:
    return [
        f"{found.finding.severity.name} {found.finding.code}: {found.message}"
        for result in results
        for found in result.finding_descriptions
        if found.finding.severity not in ACCEPTED
    ]


def _der(one: x509.Certificate | x509.CertificateRevocationList) -> bytes:
    return one.public_bytes(Encoding.DER)


@pytest.mark.parametrize("profile", PROFILES)
def test_pkilint_finds_nothing_in_any_profile(material: Material, profile: str) -> None:
    validator = certificate.create_pkix_certificate_validator_container(
        certificate.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS),
        [
            certificate.create_issuer_validator_container([]),
            certificate.create_validity_validator_container(),
            certificate.create_subject_validator_container([]),
            certificate.create_extensions_validator_container([]),
            certificate.create_spki_validator_container([]),
        ],
    )
    document = loader.load_certificate(_der(material.certificates[profile]), profile)
    assert _complaints(validator.validate(document.root)) == []


@pytest.mark.parametrize("profile", [name for name in PROFILES if name != "root"])
def test_pkilint_finds_issuer_and_subject_fitting(material: Material, profile: str) -> None:
    chain = material.chain(profile)
    documents: dict[str, object] = {}
    for role, one in (("issuer", chain[1]), ("subject", chain[0])):
        load = loader.RFC5280CertificateDocumentLoader()
        documents[role] = load.load_der_document(_der(one), role, role, documents)
    decoding = chain_linter.create_decoder_validation_container()
    results = [
        *decoding.validate(documents["issuer"].root),  # type: ignore[attr-defined]
        *decoding.validate(documents["subject"].root),  # type: ignore[attr-defined]
        *chain_linter.create_issuer_validation_container().validate(documents["issuer"].root),  # type: ignore[attr-defined]
        *chain_linter.create_subject_validation_container().validate(documents["subject"].root),  # type: ignore[attr-defined]
    ]
    assert _complaints(results) == []


@pytest.mark.parametrize("which", ["node", "root"])
def test_pkilint_finds_nothing_in_either_list(material: Material, which: str) -> None:
    validator = crl.create_pkix_crl_validator_container(
        [
            pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
            pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
        ],
        [
            crl.create_issuer_validator_container([]),
            crl.create_validity_validator_container([]),
            crl.create_extensions_validator_container([]),
        ],
    )
    lists = {"node": material.node_crl, "root": material.root_crl}
    document = loader.RFC5280CertificateListDocumentLoader().load_der_document(_der(lists[which]), which)
    assert _complaints(validator.validate(document.root)) == []
