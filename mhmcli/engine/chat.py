"""Render the chat template that a GGUF file carries, round a user's message.

The message itself is not rendered: the template is split where it would stand, so that what a
document says is never seen by the template, and cannot open or close a turn.
"""

from __future__ import annotations

import re
from typing import Any

from jinja2 import TemplateError
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mhmcli.errors import ModelError

_MARK = "\u2042mhm\u2042"
# What a model is to learn to say, in templates that were used to train it.
_FOR_TRAINING = re.compile(r"\{%([-+]?)\s*(end)?generation\s*([-+]?)%\}")
# For a file without a template: the plainest form that instruct models understand.
_PLAIN = (
    "{% for m in messages %}### {{ m.role }}\n{{ m.content }}\n\n{% endfor %}"
    "{% if add_generation_prompt %}### assistant\n{% endif %}"
)


def split_template(template: str, system: str, *, bos: str = "", eos: str = "") -> tuple[str, str]:
    """What the template puts before a user's message (the system prompt included), and after it.

    ChatML, "Be brief." -> ("<|im_start|>system\\nBe brief.<|im_end|>\\n<|im_start|>user\\n",
    "<|im_end|>\\n<|im_start|>assistant\\n"). A template that knows no system role gets the
    system prompt at the head of the message.

    Raises:
        ModelError: the template cannot be rendered, or drops the message.
    """
    turns = [{"role": "system", "content": system}, {"role": "user", "content": _MARK}]
    folded = [{"role": "user", "content": f"{system}\n\n{_MARK}"}]
    reason = "it drops the message"
    for messages in (turns, folded):
        try:
            text = _render(template or _PLAIN, messages, bos, eos)
        except Exception as error:  # noqa: BLE001  a template from a file may do anything
            reason = str(error).split("\n", maxsplit=1)[0]
            continue
        if text.count(_MARK) == 1 and system in text:
            before, after = text.split(_MARK)
            return before, after
    raise ModelError(
        f"the model's chat template cannot be used: {reason}",
        hint="choose another model: mhm models list",
    )


def _render(template: str, messages: list[dict[str, str]], bos: str, eos: str) -> str:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols]
    )
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = lambda _format: ""
    return environment.from_string(_FOR_TRAINING.sub(_to_nothing, template)).render(
        messages=messages,
        add_generation_prompt=True,
        bos_token=bos,
        eos_token=eos,
        enable_thinking=False,
        tools=None,
    )


def _to_nothing(tag: re.Match[str]) -> str:
    return f"{{%{tag[1]} {'endif' if tag[2] else 'if true'} {tag[3]}%}}"


def _refuse(message: str) -> Any:
    raise TemplateError(message)
