"""The sample document, and the script that makes it."""
