"""Source code: where a function or a class begins, which is where it is best cut."""

from __future__ import annotations

import os
import re

_SUFFIXES = frozenset(
    {".c", ".cc", ".cpp", ".cs", ".cxx", ".ex", ".exs", ".go", ".h", ".hpp", ".hs", ".java", ".jl"}
    | {".js", ".jsx", ".kt", ".lua", ".m", ".mjs", ".php", ".pl", ".pm", ".proto", ".py", ".pyi"}
    | {".r", ".rb", ".rs", ".scala", ".sh", ".sql", ".swift", ".ts", ".tsx", ".vb", ".zig"}
)
# Not indented: what stands in a class belongs to it.
DEFINITION = re.compile(
    r"(?:@\w|(?:(?:export|default|public|private|protected|internal|static|abstract|final|async|"
    r"pub(?:\(\w+\))?|unsafe|extern|inline|typedef|virtual|const)\s+)*"
    r"(?:def|class|func|function|fn|fun|impl|struct|enum|union|trait|interface|module|namespace|"
    r"object|record|type|sub|proc|message|service|create\s+\w+)\b\*?\s*[\w(<\"`\[])",
    re.IGNORECASE,
)


def is_code(name: str) -> bool:
    """By the name of the file, which is all that tells it."""
    return os.path.splitext(name)[1].lower() in _SUFFIXES  # noqa: PTH122
