"""mhm in Python: what the README shows is what runs."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import mhmcli
from mhmcli.api import Reading, ask, read
from mhmcli.engine.scripted import ScriptedEngine
from mhmcli.errors import ModelError, SourceError, UsageError
from mhmcli.memory_kind import MemoryKind
from mhmcli.server_options import ServerOptions
from mhmcli.source import Documents
from mhmcli.source.text import TextSource
from tests.test_partial import SIZES

README = Path(__file__).parent.parent / "README.md"
TEXT = "".join(f"On day {n} the weather was fair.\n\n" for n in range(40))
FACT = "The keeper of the light is Anna Roy.\n\n"


def reading_of(text: str, kind: MemoryKind) -> Reading:
    engine = ScriptedEngine(
        lambda _: "Answer: Anna Roy",
        judge=lambda prompt: 3.0 if "Anna" in prompt else -3.0,
        likely=lambda prompt: 0.0 if "Anna" in prompt else -3.0,
    )
    documents = Documents([TextSource("doc.txt", io.BytesIO(text.encode()))])
    return Reading(documents, "Who keeps the light?", kind, sizes=SIZES, engine=engine)


def test_steps_are_seen_and_the_rest_is_read_before_the_answer() -> None:
    """Iterating may stop anywhere; the answer is by all that the documents have."""
    with reading_of(TEXT + FACT + TEXT, MemoryKind.SCORING) as reading:
        first = next(iter(reading))
        assert first.chunk.index == 0
        assert 0 < reading.reports[0].bytes_read < len(TEXT + FACT + TEXT)
        answer = reading.answer()
        assert reading.reports[0].bytes_read == len(TEXT + FACT + TEXT)
    assert answer.text == "Anna Roy"
    assert answer.places[0].source == "doc.txt"
    assert "Anna Roy" in "".join(head.text for head in reading.memory.heads)


def test_a_reading_that_was_broken_off_has_no_answer() -> None:
    """Nor has one that is closed; it is closed once."""
    reading = reading_of(TEXT + FACT, MemoryKind.SCORING)
    steps = iter(reading)
    next(steps)
    with pytest.raises(KeyboardInterrupt):
        steps.throw(KeyboardInterrupt)  # type: ignore[attr-defined]
    with pytest.raises(UsageError, match="broken off"):
        reading.answer()
    reading = reading_of(FACT, MemoryKind.SCORING)
    with reading:
        assert reading.answer().found
        assert reading.is_complete
    reading.close()
    assert list(reading) == []
    with pytest.raises(UsageError, match="closed"):
        reading.answer()


def test_what_there_was_no_room_to_look_at_again_is_not_complete(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mhmcli.spool.Spool.__init__.__defaults__", (600, 0))
    with reading_of(TEXT + FACT, MemoryKind.SCORING) as reading:
        reading.answer()
        assert not reading.is_complete
        (reason,) = reading.not_read()
        assert re.fullmatch(r"no room to look again at \d+ chunks", reason)


def test_an_encrypted_pdf_takes_a_password(
    make_pdf: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an argument, or from the environment; a model is looked for next."""
    path = make_pdf("secret", password="sesame")
    with pytest.raises(SourceError, match="encrypted"):
        ask(path, "What?", model="no-such-model")
    with pytest.raises(ModelError):
        ask(path, "What?", model="no-such-model", password="sesame")
    monkeypatch.setenv("MHM_PDF_PASSWORD", "sesame")
    with pytest.raises(ModelError):
        ask(path, "What?", model="no-such-model")


def test_what_cannot_be_is_an_error_of_mhm(tmp_path: Path) -> None:
    """Before a model is looked for."""
    with pytest.raises(SourceError, match="no such file"):
        ask(tmp_path / "nothing.txt", "Who?")
    with pytest.raises(UsageError, match="no memory 'brain'"):
        read(tmp_path, "Who?", memory="brain")
    for sources, question in (([], "Who?"), (tmp_path, " ")):
        with pytest.raises(UsageError, match="no document, or no question"):
            read(sources, question)
    with pytest.raises(AttributeError):
        getattr(mhmcli, "reply")  # noqa: B009


def example() -> str:
    (found,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    return str(found)


def test_the_example_of_the_readme_has_the_right_types(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    (tmp_path / "example.py").write_text(example())
    command = [sys.executable, "-m", "mypy", str(tmp_path / "example.py")]
    done = subprocess.run(command, capture_output=True, check=False, cwd=README.parent)
    assert done.stdout.decode().startswith("Success"), done.stdout.decode()


def test_who_is_offline_sends_nothing_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the argument or by the environment, as on the command line."""
    path = tmp_path / "doc.txt"
    path.write_text(TEXT)
    far = ServerOptions("http://192.0.2.1:1")
    with pytest.raises(UsageError, match="another machine"):
        ask(path, "Who?", model=far, offline=True)
    monkeypatch.setenv("MHM_OFFLINE", "1")
    with pytest.raises(UsageError, match="another machine"):
        ask(path, "Who?", model=far)
    monkeypatch.setenv("MHM_MODELS_DIR", str(tmp_path / "none"))
    with pytest.raises(ModelError, match="not on this machine"):
        ask(path, "Who?")


@pytest.mark.model
def test_the_example_of_the_readme_runs(tiny_model: Path, tmp_path: Path) -> None:
    """As it stands there, on a short document, with the tiny model in the place of the default."""
    (tmp_path / "book.pdf").write_text(FACT * 8)
    code = example().replace('?"', f'?", model="{tiny_model}"')
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, check=True, cwd=tmp_path)
    assert "book.pdf" in done.stdout.decode()
    assert done.stderr == b""
