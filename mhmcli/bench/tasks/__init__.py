"""What memories are measured on: five tasks, four of them in documents of any length."""

from mhmcli.bench.tasks.babi import BabiTask
from mhmcli.bench.tasks.hotpot import HotpotTask
from mhmcli.bench.tasks.logs import LogTask
from mhmcli.bench.tasks.needles import NeedleTask
from mhmcli.bench.tasks.own import OwnTask

__all__ = ["BabiTask", "HotpotTask", "LogTask", "NeedleTask", "OwnTask"]
