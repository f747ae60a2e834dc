from contextlib import suppress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from ca.csr import MAX_CSR_BYTES, make_csr, parse_csr
from ca.errors import MalformedCsr
from keys.errors import UnacceptableKey, XinzhengError
from keys.signer import KeyUse
from tests.unit.ca.garbage import spoiled
from tests.unit.ca.world import NODE_SUBJECT, World, new_key


def _builder() -> x509.CertificateSigningRequestBuilder:
    return x509.CertificateSigningRequestBuilder().subject_name(NODE_SUBJECT.to_name())


GOOD = _builder().sign(new_key(), hashes.SHA256()).public_bytes(Encoding.DER)


def test_a_request_made_by_a_handle_proves_possession_of_its_key(shared_world: World) -> None:
    handle = shared_world.authority.handle
    request = parse_csr(make_csr(handle.standing(KeyUse.CRL), NODE_SUBJECT))
    assert request.public_key == handle.public_key
    assert request.claimed_subject == NODE_SUBJECT.to_name()


def test_a_request_of_an_ed25519_key_is_read() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    assert parse_csr(_builder().sign(key, None).public_bytes(Encoding.PEM)).public_key == key.public_key()


def test_a_request_signed_by_another_key_is_refused() -> None:
    other = _builder().sign(new_key(), hashes.SHA256()).public_bytes(Encoding.DER)
    with pytest.raises(MalformedCsr):
        parse_csr(GOOD[:-70] + other[-70:])


def test_a_request_for_a_key_outside_the_table_is_refused() -> None:
    csr = _builder().sign(ec.generate_private_key(ec.SECP384R1()), hashes.SHA384())
    with pytest.raises(UnacceptableKey):
        parse_csr(csr.public_bytes(Encoding.DER))


def test_a_request_signed_with_another_hash_is_refused() -> None:
    with pytest.raises(MalformedCsr):
        parse_csr(_builder().sign(new_key(), hashes.SHA512()).public_bytes(Encoding.DER))


def test_an_oversized_request_is_refused() -> None:
    with pytest.raises(MalformedCsr):
        parse_csr(GOOD + bytes(MAX_CSR_BYTES))


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_garbage_is_refused_in_our_own_words(data: st.DataObject) -> None:
    with suppress(XinzhengError):
        parse_csr(data.draw(spoiled(GOOD)))
