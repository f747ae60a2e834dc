import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from ca.oids import DOCUMENT_SIGNING, SEAL_MAKING, TIME_STAMPING
from ca.profile import PROFILES, ROOT, SEAL, TIMESTAMP, Profile
from ca.usage import fits_profile
from tests.unit.ca.samples import Sample
from tests.unit.ca.world import World


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_a_certificate_fits_its_own_profile_and_no_other(profile: Profile, shared_world: World) -> None:
    certificate = Sample.good(shared_world, profile).built()
    fitting = {other.name for other in PROFILES.values() if fits_profile(certificate, other)}
    authorities = {"root", "node_ca"}
    assert fitting == (authorities if profile.is_authority else {profile.name})


def test_further_purposes_do_no_harm_to_a_seal(shared_world: World) -> None:
    more = x509.ExtendedKeyUsage([DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION])
    assert fits_profile(Sample.good(shared_world, SEAL).having(more).built(), SEAL)


def test_the_purpose_that_allows_anything_allows_nothing_here(shared_world: World) -> None:
    anything = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE])
    assert not fits_profile(Sample.good(shared_world, SEAL).having(anything).built(), SEAL)


@pytest.mark.parametrize(
    ("purposes", "critical"), [([TIME_STAMPING], False), ([TIME_STAMPING, SEAL_MAKING], True)]
)
def test_time_stamping_must_be_the_only_purpose_and_critical(
    purposes: list[x509.ObjectIdentifier], critical: bool, shared_world: World
) -> None:
    wrong = Sample.good(shared_world, TIMESTAMP).having(x509.ExtendedKeyUsage(purposes), critical=critical)
    assert not fits_profile(wrong.built(), TIMESTAMP)


@pytest.mark.parametrize("kind", [x509.KeyUsage, x509.ExtendedKeyUsage])
def test_without_a_word_about_its_use_a_certificate_is_fit_for_nothing(
    kind: type[x509.ExtensionType], shared_world: World
) -> None:
    assert not fits_profile(Sample.good(shared_world, SEAL).without(kind).built(), SEAL)


def test_an_authority_is_no_seal_and_a_seal_is_no_authority(shared_world: World) -> None:
    authority = Sample.good(shared_world, SEAL).having(x509.BasicConstraints(True, None), critical=True)
    assert not fits_profile(authority.built(), SEAL)
    assert not fits_profile(Sample.good(shared_world, SEAL).built(), ROOT)
