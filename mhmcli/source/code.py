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
_DEFINITION = (
    r"(?:@\w|(?:(?:export|default|public|private|protected|internal|static|abstract|final|async|"
    r"pub(?:\(\w+\))?|unsafe|extern|inline|typedef|virtual|const|data|sealed|open|case|suspend|"
    r"local)\s+)*"
    r"(?:def(?:module|p|macrop?|protocol|impl)?|class|func|function|fn|fun|impl|struct|enum|"
    r"union|trait|interface|module|namespace|object|record|type|sub|proc|message|service|"
    r"create\s+\w+)\b\*?\s*[\w(<\"`\[])"
)
# A function of C has no word of its own: `type name(` or `Class::name(`, and no semicolon. Its body
# opens on the same line, or below it; then types in it tell it from prose and from macros.
_C_NAME = (
    r"(?!(?:else|return|new|throw|delete|case)\b)"
    r"(?:(?:[\w:<>~\[\],]+(?:\s*[*&]+\s*|\s+))+[\w:~]+|(?:\w[\w<>,]*::)+~?\w+)"
)
_C_TYPED = r"\s*[\w:<>\[\]]+(?:\s*[*&]+\s*|\s+)[\w*&][^;{}()]*"
_C = (
    rf"|{_C_NAME}\((?:[^;{{}}]*\)[^;{{}}=)]*\{{|(?:{_C_TYPED}|\s*(?:void\s*)?)\)(?:\s*const)?\s*$|"
    rf"(?:{_C_TYPED},)?\s*$)"
)
# const area = (a, b) => a * b;  export const load = async function () {
_JAVASCRIPT = (
    r"|(?:export\s+(?:default\s+)?)?(?:const|let|var)\s+[\w$]+\s*(?::[^=]+)?=\s*(?:async\s*)?"
    r"(?:function\b|[\w$]+\s*=>|\((?:[^()]|\([^()]*\))*\)\s*(?::[^=]+)?=>|\(\s*[{\[]?\s*$)"
)
_SHELL = r"|[\w:.-]+\s*\(\s*\)\s*(?:[{(].*)?$"  # build() {
_OWN = {
    **dict.fromkeys((".c", ".cc", ".cpp", ".cxx", ".h", ".hpp"), _C),
    **dict.fromkeys((".js", ".jsx", ".mjs", ".ts", ".tsx"), _JAVASCRIPT),
    ".sh": _SHELL,
}
_BY_SUFFIX = {
    suffix: re.compile(_DEFINITION + _OWN.get(suffix, ""), re.IGNORECASE) for suffix in _SUFFIXES
}


def definition_in(name: str) -> re.Pattern[str] | None:
    """What a line matches that begins a definition, by the name of the file, which is all that
    tells it; None where that is no code."""
    return _BY_SUFFIX.get(os.path.splitext(name)[1].lower())  # noqa: PTH122


def is_code(name: str) -> bool:
    """By the name of the file."""
    return definition_in(name) is not None
