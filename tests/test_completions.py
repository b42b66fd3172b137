"""The completion scripts in `completions/` are those that this version makes; that of zsh also
completes where zsh loads it at the first Tab.

python -m tests.test_completions     writes them anew
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "completions"
FILES = {"bash": "mhm.bash", "zsh": "_mhm", "fish": "mhm.fish", "powershell": "mhm.ps1"}
_REGISTERS = "compdef _mhm_completion mhm\n"
_REGISTERS_OR_COMPLETES = """if [[ $funcstack[1] == _mhm ]]; then
  _mhm_completion "$@"
else
  compdef _mhm_completion mhm
fi
"""


def script(shell: str) -> str:
    """The completion script for a shell, as `mhm` itself prints it."""
    env = {**os.environ, "_MHM_COMPLETE": f"source_{shell}"}
    code = "import sys; sys.argv[0] = 'mhm'; from mhmcli.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=env, check=True)
    text = done.stdout.decode().lstrip()  # zsh looks for #compdef in the first line alone
    return text.replace(_REGISTERS, _REGISTERS_OR_COMPLETES)


@pytest.mark.parametrize("shell", FILES)
def test_the_scripts_are_current(shell: str) -> None:
    """What is in the repository is what the program prints."""
    assert (FOLDER / FILES[shell]).read_text() == script(shell)


def complete(*words: str) -> list[str]:
    env = {
        **os.environ,
        "_MHM_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(("mhm", *words)),
        "COMP_CWORD": str(len(words)),
    }
    code = "import sys; sys.argv[0] = 'mhm'; from mhmcli.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=env, check=True)
    return done.stdout.decode().split()


def test_options_commands_and_models_are_completed() -> None:
    """What is typed so far gets what can follow."""
    assert complete("mod") == ["models"]
    assert "--chunk-tokens" in complete("ask", "--ch")
    assert complete("models", "pull", "smol") == ["smollm2-135m"]
    assert complete("ask", "--memory", "mono") == ["monolithic"]


def test_powershell_asks_in_its_own_way() -> None:
    asked = {"_TYPER_COMPLETE_ARGS": "mhm mod", "_TYPER_COMPLETE_WORD_TO_COMPLETE": "mod"}
    env = {**os.environ, "_MHM_COMPLETE": "complete_powershell", **asked}
    code = "import sys; sys.argv[0] = 'mhm'; from mhmcli.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=env, check=True)
    assert done.stdout.decode().startswith("models:::")


if __name__ == "__main__":
    for shell_, file in FILES.items():
        (FOLDER / file).write_text(script(shell_))
