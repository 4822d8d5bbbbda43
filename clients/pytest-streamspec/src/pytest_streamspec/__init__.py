"""Runs the cases of streamspec against an application: see `cases` and `Session`."""

from .client import Case, Server, Session, StreamspecError, Verdict
from .plugin import cases

__all__ = ["Case", "Server", "Session", "StreamspecError", "Verdict", "cases"]
