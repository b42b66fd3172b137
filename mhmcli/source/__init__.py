"""Documents: files, PDF pages and pipes, as passages with their places."""

from mhmcli.source.documents import Documents
from mhmcli.source.open import STDIN, STDIN_NAME, is_pipe, open_source
from mhmcli.source.patterns import files_matching
from mhmcli.source.place import Break, Passage, Place, Source, SourceReport
from mhmcli.source.split import is_lines, parts, piece, sentences, split_sentences
from mhmcli.source.streams import NO_TIME
from mhmcli.source.ticks import Intervals
from mhmcli.source.units import Unit, is_field, units, units_of
from mhmcli.source.walk import files_in

__all__ = [
    "NO_TIME",
    "STDIN",
    "STDIN_NAME",
    "Break",
    "Documents",
    "Intervals",
    "Passage",
    "Place",
    "Source",
    "SourceReport",
    "Unit",
    "files_in",
    "files_matching",
    "is_field",
    "is_lines",
    "is_pipe",
    "open_source",
    "parts",
    "piece",
    "sentences",
    "split_sentences",
    "units",
    "units_of",
]
