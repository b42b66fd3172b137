"""What goes into a head: writers turn one chunk and one question into a head's new notes."""

from mhmcli.write.append import AppendWriter
from mhmcli.write.checks import Outcome
from mhmcli.write.concur import ConcurWriter
from mhmcli.write.rewrite import RewriteWriter
from mhmcli.write.scribe import ScribeWriter
from mhmcli.write.verbatim import VerbatimWriter
from mhmcli.write.writer import Around, Draft, HeadWriter

__all__ = [
    "AppendWriter",
    "Around",
    "ConcurWriter",
    "Draft",
    "HeadWriter",
    "Outcome",
    "RewriteWriter",
    "ScribeWriter",
    "VerbatimWriter",
]
