"""Spoil documents, GGUF headers, sessions and replies at random, and look whether mhm crashes.

python -m tests.fuzzed 5000     so many inputs; prints what was found as JSON

What cannot be read is an `MhmError` with a hint; anything else that is raised is a crash.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import struct
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from fpdf import FPDF

from mhmcli import prompts
from mhmcli.answer import answer
from mhmcli.engine import Sampling
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.errors import MhmError
from mhmcli.evidence import Evidence
from mhmcli.memory import Note
from mhmcli.memory_kind import MemoryKind
from mhmcli.prompter import Prompter, run
from mhmcli.session import Folder, Store
from mhmcli.source import Place, open_source
from mhmcli.tokens import read_header
from tests.test_session import QUESTIONS, Run, document
from tests.test_source_archives import DOCX, EPUB, LOGS, PACKERS, tarred, zipped
from tests.test_source_html import PAGE

_TEXT = "Herr Müller hütet das Licht – seit 1843.\r\n\r\n\x1b[31mÄ\u202e \ufeff新しい灯台\n" * 9
_CUT_OFF = 0.3
_PIECES = (
    *("Answer:", "**Answer:**", " none", "NONE", "- ", "1. ", "\n", '"', "“", "”", "<notes>"),
    *("<|im_end|>", "</part>", "\x1b]0;x\x07", "\x00", "\ufeff", "I'm sorry, I can't help", "{"),
    *('"a": 1}', "```", "Anna Roy keeps the red lamp.", "The part does not say", "\U0001f525"),
    *("a" * 300, "<think>", "</think>", "\u202e", "\ud800", "...", "[", "]", "|", "٣", "½"),
)


def spoiled(good: bytes, draw: random.Random) -> bytes:
    """The bytes with a few of them changed, left out, doubled or cut off."""
    found = bytearray(good)
    for _ in range(draw.randint(1, 8)):
        at = draw.randrange(len(found) + 1)
        size = draw.choice((1, 1, 2, 4, 40))
        match draw.randrange(5):
            case 0:
                found[at : at + size] = draw.randbytes(size)
            case 1:
                del found[at : at + size]
            case 2:
                found[at:at] = found[at : at + size]
            case 3:
                found[at : at + size] = draw.choice((b"\xff", b"\0", b"-1", b"9" * 20))
            case _ if draw.random() < _CUT_OFF:
                del found[at:]
    return bytes(found)


def _document(path: Path) -> None:
    with closing(open_source(str(path), io.BytesIO())) as source:
        for passage in source.passages():
            str(passage.place)
        source.report  # noqa: B018


def _header(path: Path) -> None:
    found = read_header(path)
    found.text("general.name")
    found.window_tokens  # noqa: B018


def _session(path: Path) -> None:
    with closing(Store.open(path)) as store:
        store.check()
        store.memories()
        store.runs()


def _reply(path: Path) -> None:
    """What a model says, to be written into heads and to be an answer."""
    text = path.read_text(errors="surrogateescape")
    for memory in (MemoryKind.APPEND, MemoryKind.MHM_LRU):
        reading = Run(None, memory)
        reading.answers = lambda _: text
        reading.read(document(3))
    prompter = Prompter(ScriptedEngine(lambda _: text), prompts.SYSTEM, Sampling())
    evidence = Evidence((Note("Anna Roy keeps the red lamp.", (Place("doc.txt", line=1),)),))
    run(answer(prompter, QUESTIONS[0], evidence)).text.encode(errors="surrogatepass")


def _pdf() -> bytes:
    pdf = FPDF(format=(100, 100))
    pdf.set_font("Helvetica", size=11)
    for page in range(2):
        pdf.add_page()
        pdf.multi_cell(0, 6, f"Page {page} has a lamp.")
    return bytes(pdf.output())


def _gguf() -> bytes:
    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value)) + value.encode()

    pairs = {
        "general.name": struct.pack("<I", 8) + text("A model"),
        "llama.context_length": struct.pack("<II", 4, 4096),
        "general.list": struct.pack("<IIQ", 9, 8, 2) + text("a") + text("b"),
    }
    body = b"".join(text(name) + value for name, value in pairs.items())
    return b"GGUF" + struct.pack("<IQQ", 3, 0, len(pairs)) + body


def _kinds(place: Path) -> dict[str, tuple[bytes, Callable[[Path], None]]]:
    """What is spoiled, and what is done with it."""
    folder = Folder(place / "sessions")
    Run(folder).read(document(6)).ended()
    (session,) = folder.sessions()
    plain = _TEXT.encode()
    return {
        "text": (plain, _document),
        "utf-16": (_TEXT.encode("utf-16"), _document),
        "gzip": (gzip.compress(plain), _document),
        "bzip2": (PACKERS["bzip2"](plain), _document),
        "xz": (PACKERS["xz"](plain), _document),
        "zstd": (PACKERS["zstd"](plain), _document),
        "pdf": (_pdf(), _document),
        "html": (PAGE.encode(), _document),
        "epub": (zipped(EPUB), _document),
        "docx": (zipped(DOCX), _document),
        "rtf": (rb"{\rtf1\ansi {\fonttbl {\f0 Times;}}\f0 Roy\par \u26085 ?{\*\x y}}", _document),
        "zip": (zipped(LOGS), _document),
        "tar": (tarred(LOGS), _document),
        "gguf header": (_gguf(), _header),
        "session": (session.read_bytes(), _session),
        "reply": (b"", _reply),
    }


def main(inputs: int, seed: int = 1) -> dict[str, Counter[str]]:
    """So many inputs, each kind as often as the others."""
    draw = random.Random(seed)
    tried: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    crashes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        kinds = _kinds(place)
        for number in range(inputs):
            kind = list(kinds)[number % len(kinds)]
            good, look = kinds[kind]
            wrong = spoiled(good, draw)
            if kind == "reply":
                said = "".join(draw.choices(_PIECES, k=draw.randint(0, 12)))
                wrong = said.encode(errors="replace")
            path = place / f"{number}.bin"
            path.write_bytes(wrong)
            tried[kind] += 1
            try:
                look(path)
            except MhmError as error:
                refused[kind] += 1
                if not error.hint:
                    crashes[f"{kind}: no hint: {error.message}"] += 1
            except Exception as error:  # noqa: BLE001  that is what is looked for
                crashes[f"{kind}: {type(error).__name__}: {error}"] += 1
            path.unlink()
    return {"tried": tried, "refused": refused, "crashes": crashes}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1])), indent=1) + "\n")
