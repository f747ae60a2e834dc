"""Administrative divisions (行政区划代码), GB/T 2260: six digits, two each for province, prefecture, county.

`regions.csv` holds the 34 province-level divisions and the prefecture-level ones, with two that were
abolished (column `until`, the year), because numbers issued there stay valid. Counties are not held: for
them the answer names the prefecture. Does not check: that a county code was ever assigned.
"""

import csv
import functools
import re
from importlib.resources import files
from types import MappingProxyType

from keys.errors import RegionUnknown

_CODE = re.compile(r"[1-8][0-9]{5}", re.ASCII)


@functools.cache
def regions() -> MappingProxyType[str, str]:
    """Six-digit code → name, province and prefecture level."""
    text = files("keys.codes").joinpath("regions.csv").read_text(encoding="utf-8")
    return MappingProxyType({row["code"]: row["name"] for row in csv.DictReader(text.splitlines())})


@functools.cache
def provinces() -> MappingProxyType[str, str]:
    """The 34 province-level codes → names."""
    return MappingProxyType({code: name for code, name in regions().items() if code.endswith("0000")})


def parse_region(text: str) -> str:
    """Six digits whose province exists. Raises: RegionUnknown."""
    if not _CODE.fullmatch(text) or f"{text[:2]}0000" not in provinces():
        raise RegionUnknown()
    return text


def region_name(code: str) -> str:
    """The name in full, `浙江省` or `浙江省杭州市`; a county is named by its prefecture, or its province.

    Raises: RegionUnknown.
    """
    parse_region(code)
    province, prefecture = f"{code[:2]}0000", f"{code[:4]}00"
    name = provinces()[province]
    return name if prefecture == province else name + regions().get(prefecture, "")


def is_within(code: str, region: str) -> bool:
    """Is `code` the region itself or a part of it? A trailing pair of zeros means the whole.

    Raises: RegionUnknown.
    """
    parse_region(code)
    parse_region(region)
    width = 2 if region.endswith("0000") else 4 if region.endswith("00") else 6
    return code[:width] == region[:width]
