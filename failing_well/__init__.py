"""The version of the whole: pyproject.toml and docs/releases.md carry it."""

__version__ = "0.3.0"
