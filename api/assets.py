"""The style sheet and the script, served from memory under a name that holds their hash.

The framework's file response is not used: it understands Range requests, whose parsing has been an attack
more than once (T37), and ours are a few kilobytes that never change while the program runs.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

FOLDER = Path(__file__).parent / "static"
MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
)
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One static file. `name` holds the first 12 hexadecimal digits of its SHA-256."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Assets:
    """All of them, by the name in the address and by the name in the folder."""

    by_address: Mapping[str, Asset]
    by_file: Mapping[str, Asset]

    def address(self, file_name: str) -> str:
        """The address of a file as a page links it. Raises KeyError for a file that is not there."""
        return f"/static/{self.by_file[file_name].name}"


def load_assets(folder: Path = FOLDER) -> Assets:
    """Read every file of a known kind in `folder`."""
    by_file = {
        path.name: _asset(path, path.read_bytes())
        for path in sorted(folder.iterdir())
        if path.suffix in MEDIA_TYPES
    }
    return Assets(
        MappingProxyType({asset.name: asset for asset in by_file.values()}), MappingProxyType(by_file)
    )


def _asset(path: Path, content: bytes) -> Asset:
    digest = hashlib.sha256(content).hexdigest()[:12]
    return Asset(f"{path.stem}.{digest}{path.suffix}", MEDIA_TYPES[path.suffix], content)
