"""mhm: questions about documents larger than a model's context window, answered locally."""

__version__ = "0.1.0"
