"""Members of zip archives, whole, and within limits: an archive may claim anything."""

from __future__ import annotations

import lzma
import struct
import zlib
from zipfile import BadZipFile, ZipFile

# What zipfile raises at damage, at what is encrypted, and at ways to pack that it does not know.
ZIP_ERRORS = (
    *(BadZipFile, OSError, EOFError, zlib.error, lzma.LZMAError, struct.error),
    *(RuntimeError, LookupError, ValueError),
)
_MOST_BYTES = 1 << 26  # of one member that is read whole: no chapter or document is larger


def whole_member(archive: ZipFile, name: str) -> bytes:
    """The bytes of a member.

    Raises:
        KeyError: there is none of that name.
        BadZipFile, OSError, ...: `ZIP_ERRORS`; it is damaged, encrypted or too large.
    """
    with archive.open(name) as member:
        found = member.read(_MOST_BYTES + 1)
    if len(found) > _MOST_BYTES:
        raise BadZipFile(f"it has more than {_MOST_BYTES >> 20} MiB")
    return found
