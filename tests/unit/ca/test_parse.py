from contextlib import suppress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from ca.ceremony import newest_root_crl
from ca.errors import MalformedCertificate, MalformedCrl
from ca.parse import MAX_CERTIFICATE_BYTES, MAX_CHAIN, parse_certificate, parse_chain, parse_crl
from keys.errors import XinzhengError
from tests.unit.ca.garbage import spoiled
from tests.unit.ca.world import World, pem


def test_a_certificate_is_read_from_der_and_from_pem(shared_world: World) -> None:
    root = shared_world.root.certificate
    assert parse_certificate(root.public_bytes(Encoding.DER)) == root
    assert parse_certificate(b"\n" + pem(root)) == root


def test_a_chain_keeps_its_order(shared_world: World) -> None:
    chain = (shared_world.authority.certificate, shared_world.root.certificate)
    assert parse_chain(pem(*chain)) == chain


def test_a_chain_that_is_too_long_is_refused(shared_world: World) -> None:
    with pytest.raises(MalformedCertificate):
        parse_chain(pem(shared_world.root.certificate) * (MAX_CHAIN + 1))


def test_an_oversized_certificate_is_refused(shared_world: World) -> None:
    with pytest.raises(MalformedCertificate):
        parse_certificate(pem(shared_world.root.certificate) + b"\n" * MAX_CERTIFICATE_BYTES)


def test_a_revocation_list_is_read_from_der_and_from_pem(shared_world: World) -> None:
    der = newest_root_crl(shared_world.root)
    crl = parse_crl(der)
    assert crl.public_bytes(Encoding.DER) == der
    assert parse_crl(crl.public_bytes(Encoding.PEM)) == crl


def test_a_certificate_is_not_a_revocation_list_and_the_reverse(shared_world: World) -> None:
    with pytest.raises(MalformedCrl):
        parse_crl(shared_world.root.certificate.public_bytes(Encoding.DER))
    with pytest.raises(MalformedCertificate):
        parse_certificate(newest_root_crl(shared_world.root))


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_garbage_certificate_is_refused_in_our_own_words(shared_world: World, data: st.DataObject) -> None:
    good = shared_world.authority.certificate.public_bytes(Encoding.DER)
    with suppress(XinzhengError):
        assert isinstance(parse_certificate(data.draw(spoiled(good))), x509.Certificate)


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_garbage_list_is_refused_in_our_own_words(shared_world: World, data: st.DataObject) -> None:
    good = newest_root_crl(shared_world.root)
    with suppress(XinzhengError):
        assert isinstance(parse_crl(data.draw(spoiled(good))), x509.CertificateRevocationList)


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_a_garbage_chain_is_refused_in_our_own_words(shared_world: World, data: st.DataObject) -> None:
    with suppress(XinzhengError):
        parse_chain(data.draw(spoiled(pem(shared_world.root.certificate))))
