"""What a run leaves behind: each finished step, in a file that only its owner may read.

    mhm ask  ->  Journal.past      steps of an earlier run, while the chunks are the same
                 Journal.take      a step is on disk before the next begins
                 Store             one SQLite file a session

The document is not copied, unless it is a stream that cannot be read again: of its chunks their
digests are kept, and of what the memory holds, the notes.
"""

from mhmcli.session.folder import LAST, Folder, directory, is_free, size_of, written_at
from mhmcli.session.journal import Journal, Past
from mhmcli.session.kept import KeptSource
from mhmcli.session.playback import Moment, Passed, Turn, at_place, played, why
from mhmcli.session.records import About, Known, Taken, as_text
from mhmcli.session.store import Store

__all__ = [
    "LAST",
    "About",
    "Folder",
    "Journal",
    "KeptSource",
    "Known",
    "Moment",
    "Passed",
    "Past",
    "Store",
    "Taken",
    "Turn",
    "as_text",
    "at_place",
    "directory",
    "is_free",
    "played",
    "size_of",
    "why",
    "written_at",
]
