"""License types are data: three come with the package, and a mistake in a file names file and key."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from licenses.catalogue import BUILT_IN_TYPES, load_catalogue, parse_type
from licenses.claims import Disclosure
from licenses.errors import CatalogueBroken, UnknownLicenseType
from licenses.toml_reading import TypeFileError

SOURCE = (BUILT_IN_TYPES / "business-license.toml").read_text(encoding="utf-8")


def raw() -> dict[str, Any]:
    return tomllib.loads(SOURCE)


def test_the_three_types_are_there_and_say_whether_their_code_is_certain() -> None:
    catalogue = load_catalogue()
    assert {one.name.zh: one.provisional for one in catalogue} == {
        "营业执照": True,
        "不动产权证书": False,
        "建设工程企业资质证书": True,
    }
    assert catalogue.get("construction-qualification").standard == "C0293-2024"


def test_a_type_is_found_by_key_vct_and_national_code() -> None:
    catalogue = load_catalogue()
    for one in catalogue:
        assert catalogue.get(one.key) is one
        assert catalogue.by_vct(one.vct) is one
        assert catalogue.by_national_code(one.national_code) is one
        assert one.vct == f"urn:xinzheng:license:{one.key}:1"
    with pytest.raises(UnknownLicenseType):
        catalogue.get("driving-license")


def test_a_new_type_needs_a_file_and_no_code(tmp_path: Path) -> None:
    changed = SOURCE.replace("business-license", "sea-fishing-permit").replace("R001", "R777")
    (tmp_path / "sea-fishing-permit.toml").write_text(changed, encoding="utf-8")
    (one,) = load_catalogue(tmp_path)
    assert one.key == "sea-fishing-permit"


def test_a_claim_is_disclosed_selectively_unless_its_file_says_always() -> None:
    number = load_catalogue().get("construction-qualification").claim("certificate_number")
    assert number is not None
    assert number.disclosure is Disclosure.ALWAYS


def test_an_empty_catalogue_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueBroken):
        load_catalogue(tmp_path)


def test_two_types_with_one_national_code_are_refused(tmp_path: Path) -> None:
    for key in ("business-license", "business-permit"):
        (tmp_path / f"{key}.toml").write_text(SOURCE.replace("business-license", key), encoding="utf-8")
    with pytest.raises(CatalogueBroken):
        load_catalogue(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('kind = "money"', 'kind = "gold"', "claims[2].kind"),
        ("mandatory = false", "mandatory = 0", "claims[2].mandatory"),
        ('name = "address"', 'name = "Address"', "claims[4].name"),
        ('name = "address"', 'name = "legal_representative"', "claims"),
        ("[holder]", "[owner]", "holder"),
        ('code_types = ["001"]', 'code_types = ["002"]', "holder.code_types.0"),
        ('code_types = ["001"]', 'code_types = ["001", "001"]', "holder.code_types"),
        ('code = "11100000MB0143028R001"', 'code = "11100000MB0143028X001"', "national.code"),
        ('code = "11100000MB0143028R001"', 'code = "001"', "national.code"),
        ("open_ended = true", 'open_ended = "yes"', "validity.open_ended"),
        ('orientation = "landscape"', 'orientation = "round"', "layout.orientation"),
        ("max_length = 2000", "max_length = 0", "claims[5].max_length"),
        ("version = 1", "version = 1\ncolour = 'red'", "colour"),
        ('key = "business-license"', 'key = "business-permit"', "key"),
        ("version = 1", "version = ", ""),
    ],
)
def test_a_mistake_names_the_file_and_the_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    assert old in SOURCE
    (tmp_path / "business-license.toml").write_text(SOURCE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CatalogueBroken) as refused:
        load_catalogue(tmp_path)
    assert f"business-license.toml{', ' if key else ''}{key}: " in refused.value.detail


@pytest.mark.parametrize("key", sorted(raw()))
def test_every_top_level_key_is_required(key: str) -> None:
    without = {name: value for name, value in raw().items() if name != key}
    with pytest.raises(TypeFileError):
        parse_type(without)


@pytest.mark.parametrize("value", [None, 7, [], {}, "x" * 1000, "\u202e"])
@pytest.mark.parametrize("key", sorted(raw()))
def test_a_value_of_a_wrong_kind_is_refused(key: str, value: Any) -> None:
    if key == "version" and value == 7:
        return
    with pytest.raises(TypeFileError):
        parse_type({**raw(), key: value})
