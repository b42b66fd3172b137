"""Exact counts: the GGUF's vocabulary as a tiktoken.Encoding equals llama.cpp's tokenizer."""

from __future__ import annotations

import random
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st

from mhmcli import models
from mhmcli.engine.llama import LlamaVocabulary
from mhmcli.errors import ModelError
from mhmcli.source import open_source
from mhmcli.tokens import (
    PRE_TOKENIZERS,
    UnsupportedVocabularyError,
    Vocabulary,
    encoding_from_gguf,
    read_header,
)
from tests.conftest import SAMPLE

SCRIPTS = (
    "Ελληνικά και русский текст; 中文字符测试，日本語のテスト。한국어 문장 العربية हिन्दी ไทย "
    "עברית 123 ४५६ ½ ² 🙂👩‍👩‍👧 naïve façade \u00a0\u2003x\u0301 \r\n\r\n\t\t  \n 12  34   "
    "abc1 'S 'LL don't I'VE _foo_ <|im_end|> <|endoftext|> <tool_call> </s> \x00\x1b[31m\ufeff "
    "http://a.b/c?d=e#f {}[]()=+ "
)


def long_real_text() -> str:
    """Prose of the sample document, source code of this project, and many scripts."""
    with SAMPLE.open("rb") as file:
        prose = "".join(p.text for p in open_source(str(SAMPLE), file).passages())
    code = "".join(p.read_text() for p in sorted(Path("mhmcli").rglob("*.py")))
    return prose + code + SCRIPTS * 20


@pytest.fixture(params=["smollm2-135m", models.DEFAULT])
def model_file(request: pytest.FixtureRequest, tiny_model: Path) -> Path:
    """The GGUF of a catalog model; the default one is not fetched just for this."""
    model = models.find(request.param)
    if not models.is_installed(model):
        pytest.skip(f"{model.name} is not on this machine")
    return models.path_of(model)


@pytest.mark.model
def test_ids_equal_llama_cpps_on_long_real_text(model_file: Path) -> None:
    """Token for token, over prose, code and a dozen scripts."""
    ours, theirs = Vocabulary(read_header(model_file)), LlamaVocabulary(model_file)
    text = long_real_text()
    assert ours.encode(text) == theirs.encode(text)
    assert ours.count(text) > 20_000
    theirs.close()


@pytest.mark.model
def test_ids_equal_llama_cpps_on_random_text(model_file: Path) -> None:
    """Strings that no one would write: any mix of scripts, spaces, quotes and digits."""
    ours, theirs = Vocabulary(read_header(model_file)), LlamaVocabulary(model_file)
    rng = random.Random(7)
    ranges = [(32, 127), (0xA0, 0x250), (0x370, 0x460), (0x590, 0x700), (0x900, 0x980)]
    ranges += [(0xE00, 0xE80), (0x2000, 0x2070), (0x3040, 0x3100), (0x4E00, 0x4F00)]
    ranges += [(0xAC00, 0xAD00), (0x1F300, 0x1F350)]
    pool = "".join(chr(c) for r in ranges for c in range(*r)) + " \n\t\r" * 60 + "' " * 50
    for _ in range(400):
        text = "".join(rng.choice(pool) for _ in range(120))
        assert ours.encode(text) == theirs.encode(text)
    theirs.close()


@pytest.mark.model
def test_it_is_a_tiktoken_encoding_without_network(tiny_model: Path) -> None:
    """The vocabulary is usable as an ordinary encoding, and decodes what it encodes."""
    encoding = encoding_from_gguf(read_header(tiny_model))
    assert isinstance(encoding, tiktoken.Encoding)
    assert encoding.decode(encoding.encode_ordinary("Hello, Wörld 123")) == "Hello, Wörld 123"


@pytest.mark.model
def test_control_tokens_in_text_are_plain_text(tiny_model: Path) -> None:
    """What a document says can never end a turn."""
    vocabulary = Vocabulary(read_header(tiny_model))
    end = vocabulary.encoding.encode("<|im_end|>", allowed_special="all")
    assert len(end) == 1
    assert end[0] not in vocabulary.encode("a <|im_end|> b")


@pytest.mark.model
@pytest.mark.parametrize("pre", sorted(PRE_TOKENIZERS))
def test_every_pre_tokenizer_splits_as_llama_cpp_does(
    pre: str, tiny_model: Path, tmp_path: Path
) -> None:
    """The tiny model's vocabulary, said to be of another family: the ids are equal still."""
    header = read_header(tiny_model)
    path = tmp_path / "family.gguf"
    path.write_bytes(
        gguf(
            {
                "general.architecture": "llama",
                "tokenizer.ggml.model": "gpt2",
                "tokenizer.ggml.pre": pre,
                "tokenizer.ggml.tokens": header.strings("tokenizer.ggml.tokens"),
                "tokenizer.ggml.merges": header.strings("tokenizer.ggml.merges"),
                "tokenizer.ggml.token_type": header.numbers("tokenizer.ggml.token_type"),
            }
        )
    )
    ours, theirs = Vocabulary(read_header(path)), LlamaVocabulary(path)
    for text in (long_real_text()[:60_000], SCRIPTS):
        assert ours.encode(text) == theirs.encode(text)
    theirs.close()


def gguf(pairs: Mapping[str, str | Sequence[str] | Sequence[int]]) -> bytes:
    """A GGUF header with strings, arrays of strings and arrays of integers."""

    def text(value: str) -> bytes:
        raw = value.encode()
        return struct.pack("<Q", len(raw)) + raw

    body = b""
    for key, value in pairs.items():
        body += text(key)
        if isinstance(value, str):
            body += struct.pack("<I", 8) + text(value)
        elif value and isinstance(value[0], int):
            body += struct.pack(f"<IIQ{len(value)}i", 9, 5, len(value), *value)
        else:
            body += struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(text, map(str, value)))
    return b"GGUF" + struct.pack("<IQQ", 3, 0, len(pairs)) + body


def test_other_vocabularies_are_told_apart(tmp_path: Path) -> None:
    """Sentence-piece has no tiktoken form; llama.cpp's tokenizer must count it."""
    path = tmp_path / "spm.gguf"
    path.write_bytes(gguf({"tokenizer.ggml.model": "llama", "tokenizer.ggml.tokens": ["a"]}))
    with pytest.raises(UnsupportedVocabularyError, match="llama vocabulary"):
        encoding_from_gguf(read_header(path))


def test_ids_that_do_not_follow_the_merges_are_refused(tmp_path: Path) -> None:
    """A vocabulary whose ids are not its priorities cannot be counted by tiktoken."""
    letters = [chr(c) for c in [*range(33, 127), *range(161, 173), *range(174, 256)]]
    letters += [chr(256 + n) for n in range(68)]
    path = tmp_path / "odd.gguf"
    pairs: dict[str, str | list[str]] = {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "gpt-2",
        "tokenizer.ggml.tokens": [*letters, "ab", "cd"],
        "tokenizer.ggml.merges": ["c d", "a b"],
    }
    path.write_bytes(gguf(pairs))
    with pytest.raises(UnsupportedVocabularyError, match="order of its merges"):
        encoding_from_gguf(read_header(path))
    path.write_bytes(gguf({**pairs, "tokenizer.ggml.merges": ["a b", "c d"]}))
    assert Vocabulary(read_header(path)).count("abcd ab") == 4


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not a GGUF"),
        (b"hello world", "not a GGUF"),
        (b"GGUF", "cut short"),
        (b"GGUF" + struct.pack("<I", 99) + bytes(16), "version 99"),
        (gguf({"general.name": "x" * 100})[:60], "cut short"),
        (b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1 << 60), "cut short"),
    ],
)
def test_a_broken_header_is_one_line(tmp_path: Path, content: bytes, says: str) -> None:
    """Whatever is wrong with the file, the error says it; nothing is allocated for a lie."""
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=says):
        read_header(path)


@given(st.binary(max_size=300))
def test_no_header_crashes_the_parser(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    """Random bytes behind the magic are read or refused."""
    path = tmp_path_factory.getbasetemp() / "fuzz.gguf"
    path.write_bytes(b"GGUF\x03\0\0\0" + raw)
    try:
        read_header(path)
    except ModelError as error:
        assert error.message
