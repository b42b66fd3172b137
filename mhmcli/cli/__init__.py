"""The command line: parse, wire the rooms together, print. Nothing else decides exit codes.

main.py      the application, and the one place where errors are caught
ask.py       the options of `mhm ask`, and its run from sources to answer
models.py    `mhm models ...`, and fetching with a bar
output.py    what goes to stdout and to stderr
signals.py   Ctrl-C and SIGTERM stop even a running prefill
"""

from mhmcli.cli.main import main

__all__ = ["main"]
