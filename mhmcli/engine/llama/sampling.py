"""llama.cpp's samplers: greedy or drawn, and under a grammar."""

from __future__ import annotations

from typing import Any

import llama_cpp

from mhmcli.engine import Sampling
from mhmcli.errors import UsageError


def sampler_of(sampling: Sampling, vocab: Any) -> Any:
    """A chain of samplers, to be freed by the caller.

    Raises:
        UsageError: the grammar cannot be used.
    """
    chain = llama_cpp.llama_sampler_chain_init(llama_cpp.llama_sampler_chain_default_params())
    if sampling.grammar:
        rules = sampling.grammar.rules.encode()
        grammar = llama_cpp.llama_sampler_init_grammar(vocab, rules, b"root")
        if not grammar:
            llama_cpp.llama_sampler_free(chain)
            raise UsageError(
                "llama.cpp cannot use the grammar of this form", hint="try a simpler schema"
            )
        llama_cpp.llama_sampler_chain_add(chain, grammar)
    if sampling.temperature <= 0:
        links = [llama_cpp.llama_sampler_init_greedy()]
    else:
        links = [
            llama_cpp.llama_sampler_init_top_p(sampling.top_p, 1),
            llama_cpp.llama_sampler_init_temp(sampling.temperature),
            llama_cpp.llama_sampler_init_dist(sampling.seed),
        ]
    for link in links:
        llama_cpp.llama_sampler_chain_add(chain, link)
    return chain
