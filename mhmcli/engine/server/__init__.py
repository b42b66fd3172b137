"""A model behind an OpenAI-compatible server: llama-server, vLLM, and whatever speaks it."""

from mhmcli.engine.server.engine import ServerEngine
from mhmcli.server_options import ServerOptions

__all__ = ["ServerEngine", "ServerOptions"]
