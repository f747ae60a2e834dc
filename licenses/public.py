"""What a node tells strangers about its licenses (公开查验): the `Lookup` over its own database.

By the secret of a printed QR code: the public page, holder masked. By number: no holder at all. A license
that is still pending does not exist for anyone outside.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy.orm import Session

from keys.encoding import parse_json
from keys.fields import FieldCipher
from licenses.catalogue import Catalogue
from licenses.content import china_day
from licenses.errors import LicenseNotFound
from licenses.holder import Holder
from licenses.lifecycle import State, public_status
from licenses.record import LARGEST_RECORD, record_from_json
from licenses.store import departments, licenses
from licenses.store.licenses import Entry
from licenses.verification.lookup import PublicLicense

Reading = Callable[[], AbstractContextManager[Session]]
"""Opens a session for reading."""


class DatabaseLookup:
    """`Lookup` over this node's own licenses."""

    def __init__(self, url: str, reading: Reading, cipher: FieldCipher, catalogue: Catalogue) -> None:
        self._url, self._reading, self._cipher, self._catalogue = url, reading, cipher, catalogue

    @property
    def url(self) -> str:
        return self._url

    def by_secret(self, secret: str) -> PublicLicense | None:
        with self._reading() as session:
            found = licenses.by_secret(session, secret)
            if found is None:
                return None
            return self._public(session, found, self._holder(session, found))

    def by_identifier(self, identifier: str) -> PublicLicense | None:
        with self._reading() as session:
            try:
                found = licenses.by_identifier(session, identifier)
            except LicenseNotFound:
                return None
            return self._public(session, found, None)

    def _holder(self, session: Session, entry: Entry) -> Holder:
        raw = parse_json(licenses.open_record(session, self._cipher, entry.id), max_bytes=LARGEST_RECORD)
        return record_from_json(raw, self._catalogue).holder.masked()

    def _public(self, session: Session, entry: Entry, holder: Holder | None) -> PublicLicense:
        issuer = departments.department(session, entry.issuer_code)
        successor = None
        if entry.state is State.SUPERSEDED:
            follower = licenses.successor_of(session, entry.id)
            successor = follower.identifier if follower else None
        return PublicLicense(
            identifier=entry.identifier,
            license_type=entry.license_type,
            issuer_code=entry.issuer_code,
            issuer_name=issuer.name,
            region=issuer.region,
            issued_on=china_day(entry.created_at),
            valid_from=entry.valid_from,
            valid_until=entry.valid_until,
            status=public_status(entry.state),
            successor=successor,
            holder=holder,
        )
