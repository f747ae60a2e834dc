"""What an offline root has done (根证书台账): numbered files beside its key, written once, read in order.

    0001-issued.json   0002-issued.json   0003-revoked.json   …   crl-0001.crl   crl-0002.crl

A ceremony happens a few times a year, on a machine without a network or a database; files that are never
overwritten are all it needs, and a printed transcript names each with its hash.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ca.crl import Revoked
from ca.errors import CeremonyRefused
from ca.offline_key import write_once
from ca.revoke import Reason
from ca.serial import serial_text
from keys.encoding import canonical_json, parse_json
from keys.errors import XinzhengError

MAX_EVENT_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Ledger:
    """The directory of one offline root."""

    directory: Path

    def record(self, event: str, content: dict[str, Any]) -> Path:
        """Write the next numbered event. Raises: CeremonyRefused."""
        number = len(self._events()) + 1
        path = self.directory / f"{number:04d}-{event}.json"
        write_once(path, canonical_json({"event": event, "number": number, **content}) + b"\n")
        return path

    def settings(self) -> dict[str, Any]:
        """What was fixed when the root was made. Raises: CeremonyRefused."""
        found = self._read("root")
        if len(found) != 1 or not found[0].keys() >= {"crl_url", "certificate_url", "demonstration"}:
            raise CeremonyRefused("There is no root here.", "此处没有根证书。")
        return found[0]

    def issued_serials(self) -> set[int]:
        """Serial numbers of all certificates the root has signed, without its own."""
        return {int(str(event["serial"]), 16) for event in self._read("issued")}

    def revoked(self) -> list[Revoked]:
        """What stands on the root's CRL, in the order of revocation."""
        return [
            Revoked(
                int(str(event["serial"]), 16),
                datetime.fromisoformat(str(event["revoked_at"])),
                Reason(str(event["reason"])),
            )
            for event in self._read("revoked")
        ]

    def record_revoked(self, entry: Revoked) -> Path:
        """Note a revocation; it is published with the next CRL. Raises: CeremonyRefused."""
        if entry.serial not in self.issued_serials():
            raise CeremonyRefused("This root has not signed that serial number.", "该根未签发过此序列号。")
        if any(entry.serial == earlier.serial for earlier in self.revoked()):
            raise CeremonyRefused("That certificate is revoked already.", "该证书已被撤销。")
        return self.record(
            "revoked",
            {
                "serial": serial_text(entry.serial),
                "revoked_at": entry.revoked_at.isoformat(),
                "reason": entry.reason.value,
            },
        )

    def newest_crl_number(self) -> int:
        """0 when there is none yet."""
        numbers = [int(path.stem.removeprefix("crl-")) for path in self.directory.glob("crl-*.crl")]
        return max(numbers, default=0)

    def crl_path(self, number: int) -> Path:
        return self.directory / f"crl-{number:04d}.crl"

    def _events(self) -> list[Path]:
        return sorted(self.directory.glob("[0-9][0-9][0-9][0-9]-*.json"))

    def _read(self, event: str) -> list[dict[str, Any]]:
        found = []
        for path in self._events():
            if path.stem.partition("-")[2] == event:
                found.append(_event(path))
        return found


def _event(path: Path) -> dict[str, Any]:
    try:
        content = parse_json(path.read_bytes(), max_bytes=MAX_EVENT_BYTES)
    except (OSError, XinzhengError) as error:
        raise CeremonyRefused(
            f"{path.name} cannot be read.", f"无法读取 {path.name}。", log_only=str(error)
        ) from None
    if not isinstance(content, dict):
        raise CeremonyRefused(f"{path.name} cannot be read.", f"无法读取 {path.name}。")
    return content
