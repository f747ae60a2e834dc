"""Every rule has a certificate that it, and no rule before it, refuses."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from ca.errors import LintFailed
from ca.lint import RULES, lint
from ca.oids import DOCUMENT_SIGNING, SEAL_MAKING
from ca.profile import LICENSE_ISSUER, NODE_CA, PROFILES, SEAL, STATUS_SIGNER, TIMESTAMP, Profile
from tests.unit.ca.samples import Sample, edited
from tests.unit.ca.world import NODE_SUBJECT, NOW, ROOT_SUBJECT, World, new_key, organ

Bad = Callable[[World], tuple[x509.Certificate, Profile, x509.Certificate | None]]


def _seal(change: Callable[[Sample, World], Sample], profile: Profile = SEAL) -> Bad:
    def make(world: World) -> tuple[x509.Certificate, Profile, x509.Certificate | None]:
        return change(Sample.good(world, profile), world).built(), profile, world.authority.certificate

    return make


def _named(*parts: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


C, ST, O, CN = (  # noqa: E741 - the attributes' own short names
    NameOID.COUNTRY_NAME,
    NameOID.STATE_OR_PROVINCE_NAME,
    NameOID.ORGANIZATION_NAME,
    NameOID.COMMON_NAME,
)


def _version_one(world: World) -> tuple[x509.Certificate, Profile, x509.Certificate | None]:
    def edit(tbs: Any) -> None:
        tbs["version"] = "v1"
        del tbs["extensions"]

    return edited(Sample.good(world, SEAL).built(), edit), SEAL, world.authority.certificate


def _duplicate_extension(world: World) -> tuple[x509.Certificate, Profile, x509.Certificate | None]:
    def edit(tbs: Any) -> None:
        tbs["extensions"].append(tbs["extensions"][0].copy())

    return edited(Sample.good(world, SEAL).built(), edit), SEAL, world.authority.certificate


def _rsa_signed(sample: Sample, world: World) -> Sample:
    return sample.but(signing_key=rsa.generate_private_key(65537, 2048))


def _node_outside_its_region(world: World) -> tuple[x509.Certificate, Profile, x509.Certificate | None]:
    other = _named((C, "CN"), (ST, "广东省"))
    sample = Sample.good(world, NODE_CA, NODE_SUBJECT)
    wrong = sample.having(x509.NameConstraints([x509.DirectoryName(other)], None), critical=True)
    return wrong.built(), NODE_CA, world.root.certificate


def _node_under_a_node(world: World) -> tuple[x509.Certificate, Profile, x509.Certificate | None]:
    sample = Sample.good(world, NODE_CA, organ("下级 CA")).but(issuer=world.authority.certificate.subject)
    return sample.built(), NODE_CA, world.authority.certificate


def _under_an_end_certificate(world: World) -> tuple[x509.Certificate, Profile, x509.Certificate | None]:
    issuer = world.issue(SEAL, organ(), new_key().public_key())
    return Sample.good(world, SEAL).but(issuer=issuer.subject).built(), SEAL, issuer


def _two_uris(sample: Sample, world: World) -> Sample:
    uris = [x509.UniformResourceIdentifier(f"https://node.example/{number}") for number in (1, 2)]
    return sample.having(x509.SubjectAlternativeName(uris))


def _outlives(sample: Sample, world: World) -> Sample:
    end = world.authority.certificate.not_valid_after_utc
    return sample.but(not_before=end - timedelta(days=1), not_after=end + timedelta(days=1))


BAD: dict[str, Bad] = {
    "every_field_can_be_read": _duplicate_extension,
    "version_is_three": _version_one,
    "serial_is_positive_and_long_enough": _seal(lambda sample, world: sample.but(serial=7)),
    "signature_algorithm_is_the_issuers": _seal(_rsa_signed),
    "issuer_may_issue_this": _node_under_a_node,
    "issuer_is_an_authority": _under_an_end_certificate,
    "issuer_name_is_the_issuers_subject": _seal(
        lambda sample, world: sample.but(issuer=ROOT_SUBJECT.to_name())
    ),
    "subject_is_not_the_issuer": _seal(lambda sample, world: sample.but(subject=sample.issuer)),
    "subject_parts_are_single_and_ordered": _seal(
        lambda sample, world: sample.but(subject=x509.Name(list(sample.subject)[::-1]))
    ),
    "subject_strings_are_utf8": _seal(
        lambda sample, world: sample.but(
            subject=x509.Name(
                [
                    *list(sample.subject)[:-1],
                    x509.NameAttribute(CN, "seal", x509.name._ASN1Type.PrintableString),
                ]
            )
        )
    ),
    "subject_strings_are_clean": _seal(
        lambda sample, world: sample.but(
            subject=_named((C, "CN"), (ST, "浙江省"), (O, "局\u200b"), (CN, "章"))
        )
    ),
    "credit_code_is_right": _seal(
        lambda sample, world: sample.but(subject=_named((C, "CN"), (ST, "浙江省"), (O, "局"), (CN, "章")))
    ),
    "subject_is_inside_the_issuers_region": _seal(
        lambda sample, world: sample.but(subject=organ(region="广东省").to_name())
    ),
    "validity_is_forward": lambda world: (
        edited(Sample.good(world, SEAL).built(), _ends_before_it_starts),
        SEAL,
        world.authority.certificate,
    ),
    "validity_is_not_longer_than_the_profile": _seal(
        lambda sample, world: sample.but(not_after=sample.not_before + SEAL.longest + timedelta(seconds=1))
    ),
    "validity_lies_inside_the_issuers": _seal(_outlives),
    "validity_starts_now": _seal(lambda sample, world: sample.but(not_before=NOW + timedelta(hours=1))),
    "public_key_is_acceptable": _seal(
        lambda sample, world: sample.but(public_key=ec.generate_private_key(ec.SECP384R1()).public_key())
    ),
    "public_key_is_not_the_issuers": _seal(
        lambda sample, world: sample.but(public_key=world.authority.handle.public_key)
    ),
    "only_the_profiles_extensions_are_there": _seal(lambda sample, world: sample.having(x509.OCSPNoCheck())),
    "basic_constraints_are_the_profiles": _seal(
        lambda sample, world: sample.having(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    ),
    "key_usage_is_the_profiles": _seal(
        lambda sample, world: sample.having(LICENSE_ISSUER.to_key_usage(), critical=True)
    ),
    "purposes_are_the_profiles": _seal(
        lambda sample, world: sample.having(x509.ExtendedKeyUsage([DOCUMENT_SIGNING, SEAL_MAKING]))
    ),
    "subject_key_id_is_the_hash_of_the_key": _seal(
        lambda sample, world: sample.having(x509.SubjectKeyIdentifier(bytes(20)))
    ),
    "authority_key_id_is_the_issuers": _seal(
        lambda sample, world: sample.having(x509.AuthorityKeyIdentifier(bytes(20), None, None))
    ),
    "revocation_and_issuer_can_be_found": _seal(
        lambda sample, world: sample.having(
            x509.CRLDistributionPoints(
                [x509.DistributionPoint([x509.UniformResourceIdentifier("ldap://x/")], None, None, None)]
            )
        )
    ),
    "node_is_bound_to_its_region": _node_outside_its_region,
    "issuer_uri_is_one_https_url": _seal(_two_uris, LICENSE_ISSUER),
}


def _ends_before_it_starts(tbs: Any) -> None:
    tbs["validity"]["not_after"] = tbs["validity"]["not_before"].copy()


def test_every_rule_has_a_bad_sample() -> None:
    assert set(BAD) == {"every_field_can_be_read", *(rule.name for rule in RULES)}


def test_every_rule_names_its_clause_once() -> None:
    assert all(rule.citation for rule in RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("name", BAD)
def test_the_rule_refuses_its_bad_sample_first(name: str, shared_world: World) -> None:
    certificate, profile, issuer = BAD[name](shared_world)
    with pytest.raises(LintFailed) as refused:
        lint(certificate, profile, issuer, now=NOW)
    assert refused.value.rule == name
    assert "未进行签名" in refused.value.detail_zh


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_a_good_certificate_of_every_profile_passes(profile: Profile, shared_world: World) -> None:
    issuers = {
        "itself": None,
        "root": shared_world.root.certificate,
        "node": shared_world.authority.certificate,
    }
    lint(Sample.good(shared_world, profile).built(), profile, issuers[profile.issued_by.value], now=NOW)


def test_no_rules_at_all_refuse_everything(shared_world: World) -> None:
    good = Sample.good(shared_world, SEAL).built()
    with pytest.raises(LintFailed, match="at_least_one_rule"):
        lint(good, SEAL, shared_world.authority.certificate, now=NOW, rules=())


@pytest.mark.parametrize(
    "uri",
    [
        "http://node.example/issuers/1",
        "https://node.example/issuers/1?x=1",
        "https://node.example/issuers/1#x",
        "https:///issuers/1",
        "urn:issuer:1",
    ],
)
def test_an_issuer_uri_that_is_not_a_plain_https_url_is_refused(uri: str, shared_world: World) -> None:
    sample = Sample.good(shared_world, LICENSE_ISSUER).having(
        x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri)])
    )
    with pytest.raises(LintFailed, match="issuer_uri_is_one_https_url"):
        lint(sample.built(), LICENSE_ISSUER, shared_world.authority.certificate, now=NOW)


@pytest.mark.parametrize("uri", ["http://node.localhost:8000/issuers/1", "http://localhost:8000/issuers/1"])
def test_a_node_under_development_may_use_http_on_its_loopback_name(uri: str, shared_world: World) -> None:
    sample = Sample.good(shared_world, LICENSE_ISSUER).having(
        x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri)])
    )
    lint(sample.built(), LICENSE_ISSUER, shared_world.authority.certificate, now=NOW)


@pytest.mark.parametrize("profile", [STATUS_SIGNER, TIMESTAMP])
def test_a_profile_without_an_issuer_uri_carries_none(profile: Profile, shared_world: World) -> None:
    sample = Sample.good(shared_world, profile).having(
        x509.SubjectAlternativeName([x509.UniformResourceIdentifier("https://node.example/1")])
    )
    with pytest.raises(LintFailed, match="only_the_profiles_extensions_are_there"):
        lint(sample.built(), profile, shared_world.authority.certificate, now=NOW)


def test_the_critical_purpose_of_time_stamping_may_not_be_lowered(shared_world: World) -> None:
    sample = Sample.good(shared_world, TIMESTAMP).having(x509.ExtendedKeyUsage(TIMESTAMP.purposes))
    with pytest.raises(LintFailed, match="purposes_are_the_profiles"):
        lint(sample.built(), TIMESTAMP, shared_world.authority.certificate, now=NOW)
