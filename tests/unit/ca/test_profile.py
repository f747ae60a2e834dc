from datetime import timedelta

import pytest

from ca.build import validity
from ca.errors import ProfileRefused
from ca.profile import BACKDATING, NODE_CA, PROFILES, ROOT, SEAL, TIMESTAMP, IssuedBy, Profile
from tests.unit.ca.world import NOW


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_every_profile_is_an_authority_or_has_a_purpose(profile: Profile) -> None:
    assert profile.is_authority != bool(profile.purposes)
    assert profile.longest.seconds == 0


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_only_authorities_may_sign_certificates(profile: Profile) -> None:
    assert ("key_cert_sign" in profile.key_usage) == profile.is_authority


def test_no_two_profiles_share_a_purpose() -> None:
    purposes = [purpose for profile in PROFILES.values() for purpose in profile.purposes]
    assert len(purposes) == len(set(purposes))


def test_a_node_may_make_no_further_authority_and_is_bound_to_its_region() -> None:
    assert NODE_CA.path_length == 0
    assert NODE_CA.binds_region


def test_time_stamping_is_the_only_critical_purpose() -> None:
    assert [profile for profile in PROFILES.values() if profile.purposes_critical] == [TIMESTAMP]


def test_only_the_root_issues_itself() -> None:
    assert [profile for profile in PROFILES.values() if profile.issued_by is IssuedBy.ITSELF] == [ROOT]


def test_a_seal_can_sign_and_commit() -> None:
    usage = SEAL.to_key_usage()
    assert usage.digital_signature
    assert usage.content_commitment
    assert not usage.key_cert_sign


def test_a_certificate_starts_five_minutes_before_now_in_whole_seconds() -> None:
    not_before, not_after = validity(SEAL, timedelta(days=1), NOW.replace(microsecond=999_999))
    assert not_before == NOW - BACKDATING
    assert not_after - not_before == timedelta(days=1)


@pytest.mark.parametrize("lifetime", [timedelta(0), timedelta(days=-1), SEAL.longest + timedelta(seconds=1)])
def test_a_lifetime_outside_the_profile_is_refused(lifetime: timedelta) -> None:
    with pytest.raises(ProfileRefused):
        validity(SEAL, lifetime, NOW)
