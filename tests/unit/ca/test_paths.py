from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from ca.crl import build_crl
from ca.errors import MalformedCertificate
from ca.parse import parse_certificate, parse_crl
from ca.path_build import build_path
from ca.paths import _MEANING, PathFinding, X509Snapshot, check_path
from ca.profile import LICENSE_ISSUER, NODE_CA, SEAL, SEAL_MAKER, TIMESTAMP
from keys.report import Trust
from tests.unit.ca.garbage import spoiled
from tests.unit.ca.samples import Sample
from tests.unit.ca.world import NODE_SUBJECT, NOW, World, make_world, memory_engine, new_key, organ

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(scope="module")
def seal(shared_world: World) -> x509.Certificate:
    return shared_world.issue(SEAL, organ(), new_key().public_key())


def _check(
    certificate: x509.Certificate, snapshot: X509Snapshot, at: datetime = NOW, now: datetime | None = None
) -> PathFinding:
    return check_path(certificate, snapshot, at=at, now=now or max(at, NOW))


def test_a_certificate_under_the_anchor_and_on_no_list_is_trusted(
    shared_world: World, seal: x509.Certificate
) -> None:
    finding = check_path(seal, shared_world.fresh_snapshot(), at=NOW, now=NOW, profile=SEAL)
    assert (finding.outcome, finding.code, finding.revoked_at) == (Trust.TRUSTED, "trusted", None)
    assert finding.chain == (seal, shared_world.authority.certificate, shared_world.root.certificate)


def test_before_its_start_and_after_its_end_a_certificate_is_untrusted(
    shared_world: World, seal: x509.Certificate
) -> None:
    snapshot = shared_world.fresh_snapshot()
    far = seal.not_valid_after_utc + DAY
    assert (
        _check(seal, snapshot, seal.not_valid_before_utc - timedelta(seconds=1), NOW).code == "not_yet_valid"
    )
    assert _check(seal, snapshot, seal.not_valid_before_utc, NOW).code == "trusted"
    assert _check(seal, snapshot, far, far).code == "expired"


def test_a_moment_in_the_future_cannot_be_judged(shared_world: World, seal: x509.Certificate) -> None:
    assert _check(seal, shared_world.fresh_snapshot(), NOW + HOUR, NOW).code == "moment_in_the_future"


def test_without_the_anchor_or_with_another_one_the_answer_is_unknown(
    shared_world: World, seal: x509.Certificate, tmp_path: Path
) -> None:
    other = make_world(tmp_path, memory_engine())
    whole = shared_world.fresh_snapshot()
    for anchors in [(), (other.root.certificate,)]:
        finding = _check(seal, X509Snapshot(anchors, whole.intermediates, whole.crls, NOW))
        assert (finding.outcome, finding.code) == (Trust.UNKNOWN, "no_anchor")


def test_without_the_node_between_there_is_no_path_unless_the_document_brings_it(
    shared_world: World, seal: x509.Certificate
) -> None:
    whole = shared_world.fresh_snapshot()
    bare = X509Snapshot(whole.anchors, (), whole.crls, NOW)
    assert _check(seal, bare).code == "no_anchor"
    brought = check_path(
        seal, bare, at=NOW, now=NOW, extra_intermediates=[shared_world.authority.certificate]
    )
    assert brought.code == "trusted"


def test_a_certificate_that_only_names_our_node_as_its_issuer_is_untrusted(shared_world: World) -> None:
    forged = Sample.good(shared_world, SEAL).built()
    finding = _check(forged, shared_world.fresh_snapshot())
    assert (finding.outcome, finding.code) == (Trust.UNTRUSTED, "refused")


def test_a_node_cannot_issue_outside_its_region(shared_world: World) -> None:
    outside = _signed_by_the_node(shared_world, organ(region="广东省").to_name())
    assert _check(outside, shared_world.fresh_snapshot()).code == "refused"


def test_a_node_cannot_make_another_authority(shared_world: World) -> None:
    key = new_key()
    below = Sample.good(shared_world, NODE_CA, replace(NODE_SUBJECT, common_name="下级 CA"))
    authority = _resigned(
        shared_world,
        below.but(issuer=shared_world.authority.certificate.subject, public_key=key.public_key()).without(
            x509.AuthorityKeyIdentifier
        ),
    )
    leaf = Sample.good(shared_world, SEAL).but(issuer=authority.subject, signing_key=key)
    leaf = leaf.without(x509.AuthorityKeyIdentifier)
    finding = check_path(
        leaf.built(), shared_world.fresh_snapshot(), at=NOW, now=NOW, extra_intermediates=[authority]
    )
    assert finding.code == "refused"


def _signed_by_the_node(world: World, subject: x509.Name) -> x509.Certificate:
    return _resigned(world, Sample.good(world, SEAL).but(subject=subject))


def _resigned(world: World, sample: Sample) -> x509.Certificate:
    """What the node's key would sign if no rule stood before it."""
    return parse_certificate(world.signed_by_node(sample.built().tbs_certificate_bytes))


@pytest.mark.parametrize("other", [SEAL_MAKER, LICENSE_ISSUER, TIMESTAMP, NODE_CA], ids=lambda p: p.name)
def test_a_seals_certificate_is_fit_for_nothing_but_seals(
    shared_world: World, seal: x509.Certificate, other: object
) -> None:
    finding = check_path(seal, shared_world.fresh_snapshot(), at=NOW, now=NOW, profile=other)  # type: ignore[arg-type]
    assert (finding.outcome, finding.code) == (Trust.UNTRUSTED, "wrong_purpose")


def test_an_anchor_is_trusted_without_a_list_because_the_caller_said_so(shared_world: World) -> None:
    snapshot = X509Snapshot((shared_world.root.certificate,), (), (), NOW)
    finding = _check(shared_world.root.certificate, snapshot)
    assert (finding.outcome, finding.chain) == (Trust.TRUSTED, (shared_world.root.certificate,))


def test_an_anchor_that_has_ended_carries_nothing(shared_world: World, seal: x509.Certificate) -> None:
    after = shared_world.root.certificate.not_valid_after_utc + DAY
    assert (
        _check(shared_world.root.certificate, shared_world.fresh_snapshot(), after, after).code == "expired"
    )


def test_the_same_question_twice_is_answered_from_memory_and_alike(
    shared_world: World, seal: x509.Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = shared_world.fresh_snapshot()
    first = _check(seal, snapshot)
    monkeypatch.setattr("ca.paths.build_path", None)
    monkeypatch.setattr("ca.paths.newest_list", None)
    assert _check(seal, snapshot, NOW - timedelta(minutes=1)) == first


def test_a_remembered_path_is_not_used_outside_its_time(shared_world: World, seal: x509.Certificate) -> None:
    snapshot = shared_world.fresh_snapshot()
    assert _check(seal, snapshot).code == "trusted"
    after = seal.not_valid_after_utc + DAY
    assert _check(seal, snapshot, after, after).code == "expired"


def test_two_snapshots_with_the_same_contents_are_equal_whatever_they_remember(
    shared_world: World, seal: x509.Certificate
) -> None:
    crl = build_crl(shared_world.authority, [], 1, NOW)
    first, second = shared_world.snapshot(crl), shared_world.snapshot(crl)
    _check(seal, first)
    assert first == second


def test_a_path_of_an_intermediate_that_is_given_as_the_anchor_ends_there(
    shared_world: World, seal: x509.Certificate
) -> None:
    node = shared_world.authority.certificate
    crl = parse_crl(build_crl(shared_world.authority, [], 1, NOW))
    finding = _check(seal, X509Snapshot((node,), (), (crl,), NOW))
    assert (finding.outcome, finding.chain) == (Trust.TRUSTED, (seal, node))


def test_every_answer_has_words_in_both_languages() -> None:
    assert all(reason and reason_zh for _, reason, reason_zh in _MEANING.values())
    assert [code for code, meaning in _MEANING.items() if meaning[0] is Trust.TRUSTED] == ["trusted"]


def test_many_cross_certified_authorities_do_not_stop_the_clock(shared_world: World) -> None:
    authorities = []
    name = NODE_SUBJECT.to_name()
    shared = Sample.good(shared_world, NODE_CA, NODE_SUBJECT).but(issuer=name)
    for _ in range(12):
        key = ec.generate_private_key(ec.SECP256R1())
        each = shared.but(public_key=key.public_key(), signing_key=key).without(x509.AuthorityKeyIdentifier)
        authorities.append(each.without(x509.SubjectKeyIdentifier).built())
    leaf = Sample.good(shared_world, SEAL).but(issuer=name).without(x509.AuthorityKeyIdentifier).built()
    finding = check_path(
        leaf, shared_world.fresh_snapshot(), at=NOW, now=NOW, extra_intermediates=authorities
    )
    assert finding.outcome is not Trust.TRUSTED


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_a_spoiled_certificate_is_never_trusted_and_never_raises(
    shared_world: World, seal: x509.Certificate, data: st.DataObject
) -> None:
    der = data.draw(spoiled(seal.public_bytes(Encoding.DER)))
    try:
        certificate = parse_certificate(der)
    except MalformedCertificate:
        return
    finding = _check(certificate, shared_world.fresh_snapshot())
    assert certificate == seal or finding.outcome is not Trust.TRUSTED


def test_the_builder_tells_a_missing_anchor_from_a_broken_path(
    shared_world: World, seal: x509.Certificate
) -> None:
    assert build_path(seal, (), (), NOW) == "no_anchor"
    node = shared_world.authority.certificate
    built = build_path(seal, (shared_world.root.certificate,), (node,), NOW)
    assert not isinstance(built, str)
    assert built.valid_from == max(one.not_valid_before_utc for one in built.chain)
