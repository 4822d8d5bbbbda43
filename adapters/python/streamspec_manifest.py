"""The adapter's manifest, `adapter.toml`, as the harness hands it over, so that no adapter repeats it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from streamspec_observation import Delivers

# Holds the manifest as JSON, with the keys of `adapter.toml`.
VARIABLE: Final = "STREAMSPEC_MANIFEST"


@dataclass(frozen=True)
class Surface:
    """One way of using the SDK."""

    apis: tuple[str, ...]
    delivers: Delivers
    also_shows: frozenset[str]
    lacks: frozenset[str]
    caller: frozenset[str]

    @classmethod
    def parse(cls, said: Mapping[str, Any]) -> Surface:
        """Reads its part of the manifest."""
        also_shows, lacks, caller = (frozenset(said.get(key, ())) for key in ("also-shows", "lacks", "caller"))
        return cls(tuple(said["apis"]), said["delivers"], also_shows, lacks, caller)


@dataclass(frozen=True)
class Manifest:
    """The parts of a manifest that an adapter needs."""

    package: str
    surfaces: Mapping[str, Surface]

    @classmethod
    def parse(cls, text: str) -> Manifest:
        """Reads its JSON; a missing key is a `KeyError`."""
        said: dict[str, Any] = json.loads(text)
        return cls(said["package"], {name: Surface.parse(each) for name, each in said["surfaces"].items()})

    @classmethod
    def handed_over(cls) -> Manifest:
        """Returns the one of this adapter; without it the process ends, as the harness starts it with one."""
        text = os.environ.get(VARIABLE)
        if text is None:
            sys.exit(f"{VARIABLE} is not set: an adapter is started by the harness, which hands its adapter.toml over")
        return cls.parse(text)
