"""The command line: parse, wire the rooms together, print. Nothing else decides exit codes.

- application: the commands, and the one place where errors are caught
- ask: the options of `mhm ask`; run: a run of it, from documents to output
- bench: the options of `mhm bench`; bench_run: a run of it; bench_report: its report
- models: `mhm models ...`, and fetching with a bar
- output: what goes to stdout and to stderr
- signals: Ctrl-C and SIGTERM stop even a running prefill
"""

from mhmcli.cli.application import main

__all__ = ["main"]
