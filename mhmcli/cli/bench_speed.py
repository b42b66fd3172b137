"""`mhm bench speed`: how fast mhm reads, against the reading floor and the naive loop."""

from __future__ import annotations

from typing import Annotated

import typer

from mhmcli.cli import options
from mhmcli.cli.caching import parse_size


def speed(  # noqa: PLR0913  one parameter is one option
    source: Annotated[str, typer.Argument(help="A text or PDF file.", metavar="FILE")],
    questions: Annotated[
        list[str],
        typer.Argument(
            help="The question, or several that are asked of one reading.", metavar="QUESTION..."
        ),
    ],
    *,
    methods: Annotated[
        str,
        typer.Option(
            "--memory",
            help="With commas: memories of `mhm ask`, naive, and again: `scoring`, of a document "
            "that was read before.",
        ),
    ] = "scoring,naive",
    rounds: Annotated[int, typer.Option(min=1, help="How often each of them reads.")] = 3,
    beside: Annotated[
        bool,
        typer.Option(
            help="Measure the floor of each while it reads, every 2,048 tokens, not once a round: "
            "for machines that are not as fast at one time as at another.",
        ),
    ] = False,
    length: Annotated[
        str | None,
        typer.Option(help="Only the first so many tokens of the file: 10k.", show_default=False),
    ] = None,
    memory_tokens: Annotated[
        int | None,
        typer.Option(min=128, help="Memory of each; what `mhm ask` has if not given."),
    ] = None,
    cache_size: Annotated[
        str, typer.Option(help="What may be kept on disk for `again`.", metavar="SIZE")
    ] = "64G",
    model: options.Model = "default",
    threads: options.Threads = None,
    gpu_layers: options.GpuLayers = -1,
    offline: options.Offline = False,
) -> None:
    """Measure how fast a file is read, as multiples of the reading floor.

    The floor is the time that llama.cpp needs to prefill every token once. Floor, memories and the
    naive loop (high-level calls, the memory rewritten at every chunk) take turns.
    """
    from mhmcli.cli.bench_speed_run import Request, run  # noqa: PLC0415  heavy: when it is needed

    run(
        Request(
            source=source,
            questions=tuple(questions),
            methods=tuple(dict.fromkeys(n.strip() for n in methods.split(",") if n.strip())),
            rounds=rounds,
            beside=beside,
            length=options.tokens(length) if length else None,
            memory_tokens=memory_tokens,
            cache_bytes=parse_size(cache_size),
            model=model,
            threads=threads,
            gpu_layers=gpu_layers,
            offline=offline,
        )
    )
