"""Members of zip archives, whole, and within limits: an archive may claim anything."""

from __future__ import annotations

import lzma
import struct
import zlib
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

# What zipfile raises at damage, at what is encrypted, and at ways to pack that it does not know.
ZIP_ERRORS = (
    *(BadZipFile, OSError, EOFError, zlib.error, lzma.LZMAError, struct.error),
    *(RuntimeError, LookupError, ValueError),
)
_MOST_BYTES = 1 << 26  # of one member that is read whole: no chapter or document is larger
_OTHERS = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "XZ"}  # ways to pack


def opened_member(archive: ZipFile, member: str | ZipInfo) -> IO[bytes]:
    """A member, to be read as it comes, stored or deflated. Of what is packed in another way,
    zipfile unpacks each block that it reads whole: 4 KiB of bzip2 may become gigabytes.

    Raises:
        KeyError: there is none of that name.
        BadZipFile, OSError, ...: `ZIP_ERRORS`; it is damaged, encrypted or packed otherwise.
    """
    info = archive.getinfo(member) if isinstance(member, str) else member
    how = info.compress_type
    if how not in (ZIP_STORED, ZIP_DEFLATED):
        named = _OTHERS.get(how, f"method {how}")
        raise NotImplementedError(f"it is packed with {named}; unpack it first")
    return archive.open(info)


def whole_member(archive: ZipFile, name: str) -> bytes:
    """The bytes of a member.

    Raises:
        KeyError: there is none of that name.
        BadZipFile, OSError, ...: `ZIP_ERRORS`; it is damaged, encrypted or too large.
    """
    with opened_member(archive, name) as member:
        found = member.read(_MOST_BYTES + 1)
    if len(found) > _MOST_BYTES:
        raise BadZipFile(f"it has more than {_MOST_BYTES >> 20} MiB")
    return found
