"""Documents: files, PDF pages and pipes, as passages with their places."""

from mhmcli.source.open import STDIN, Source, open_source
from mhmcli.source.place import Break, Passage, Place, SourceReport

__all__ = ["STDIN", "Break", "Passage", "Place", "Source", "SourceReport", "open_source"]
