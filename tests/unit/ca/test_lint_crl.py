"""Every rule for lists has a list that it, and no rule before it, refuses."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from ca.crl import Revoked, _builder, _line
from ca.errors import LintFailed
from ca.lint_crl import CRL_RULES, CrlView, lint_crl
from ca.profile import SEAL
from ca.revoke import Reason
from ca.serial import new_serial
from tests.unit.ca.samples import SIGNING_KEY
from tests.unit.ca.world import NOW, World, new_key, organ

DAY = timedelta(days=1)
Bad = Callable[[World], CrlView]


def _entry(revoked_at: datetime = NOW, serial: int | None = None) -> x509.RevokedCertificate:
    return _line(Revoked(serial or new_serial(), revoked_at, Reason.SUPERSEDED))


def _list(
    world: World, *entries: x509.RevokedCertificate, lifetime: timedelta = DAY, number: int = 2
) -> x509.CertificateRevocationListBuilder:
    builder = _builder(world.authority.certificate, number, NOW, lifetime, None)
    for entry in entries:
        builder = builder.add_revoked_certificate(entry)
    return builder


def _view(
    world: World, builder: x509.CertificateRevocationListBuilder, issuer: x509.Certificate | None = None
) -> CrlView:
    crl = builder.sign(SIGNING_KEY, hashes.SHA256())
    return CrlView(crl, issuer or world.authority.certificate, 1, NOW)


def _without(
    world: World, kind: type[x509.ExtensionType], *instead: tuple[x509.ExtensionType, bool]
) -> x509.CertificateRevocationListBuilder:
    whole = _list(world).sign(SIGNING_KEY, hashes.SHA256())
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(whole.issuer)
        .last_update(NOW)
        .next_update(NOW + DAY)
    )
    kept = [(one.value, one.critical) for one in whole.extensions if not isinstance(one.value, kind)]
    for value, critical in [*kept, *instead]:
        builder = builder.add_extension(value, critical=critical)
    return builder


def _of_an_end_certificate(world: World) -> CrlView:
    return _view(world, _list(world), world.issue(SEAL, organ(), new_key().public_key()))


def _rsa_signed(world: World) -> CrlView:
    crl = _list(world).sign(rsa.generate_private_key(65537, 2048), hashes.SHA256())
    return CrlView(crl, world.authority.certificate, 1, NOW)


def _without_a_reason(world: World) -> CrlView:
    silent = x509.RevokedCertificateBuilder().serial_number(9).revocation_date(NOW).build()
    return _view(world, _list(world, silent))


def _twice(world: World) -> CrlView:
    return _view(world, _list(world, _entry(serial=77), _entry(serial=77)))


def _shard(critical: bool) -> tuple[x509.IssuingDistributionPoint, bool]:
    name = [x509.UniformResourceIdentifier("https://node.example/1.crl")]
    return x509.IssuingDistributionPoint(name, None, False, False, None, False, False), critical


BAD: dict[str, Bad] = {
    "issuer_is_the_authority": _of_an_end_certificate,
    "signature_algorithm_is_the_issuers": _rsa_signed,
    "number_has_grown": lambda world: _view(world, _list(world, number=1)),
    "authority_key_id_is_the_issuers": lambda world: _view(
        world,
        _without(
            world, x509.AuthorityKeyIdentifier, (x509.AuthorityKeyIdentifier(bytes(20), None, None), False)
        ),
    ),
    "next_update_is_soon": lambda world: _view(world, _list(world, lifetime=400 * DAY)),
    "nothing_is_from_the_future": lambda world: _view(world, _list(world, _entry(NOW + DAY))),
    "every_entry_says_why": _without_a_reason,
    "no_serial_stands_twice": _twice,
    "shard_is_named_critically": lambda world: _view(world, _without(world, x509.OCSPNoCheck, _shard(False))),
    "only_known_extensions_are_there": lambda world: _view(
        world, _without(world, x509.OCSPNoCheck, (x509.DeltaCRLIndicator(1), True))
    ),
}


def test_every_rule_has_a_bad_sample() -> None:
    assert set(BAD) == {rule.name for rule in CRL_RULES}
    assert all(rule.citation for rule in CRL_RULES)


@pytest.mark.parametrize("name", BAD)
def test_the_rule_refuses_its_bad_sample_first(name: str, shared_world: World) -> None:
    with pytest.raises(LintFailed) as refused:
        lint_crl(BAD[name](shared_world))
    assert refused.value.rule == name


def test_a_good_list_passes(shared_world: World) -> None:
    lint_crl(_view(shared_world, _list(shared_world, _entry(), _entry())))
    lint_crl(_view(shared_world, _without(shared_world, x509.OCSPNoCheck, _shard(True))))


def test_a_list_without_a_number_is_refused(shared_world: World) -> None:
    with pytest.raises(LintFailed, match="number_has_grown"):
        lint_crl(_view(shared_world, _without(shared_world, x509.CRLNumber)))


def test_no_rules_at_all_refuse_everything(shared_world: World) -> None:
    with pytest.raises(LintFailed, match="at_least_one_rule"):
        lint_crl(_view(shared_world, _list(shared_world)), rules=())
