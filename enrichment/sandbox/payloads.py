"""What an answer is before anything disturbs it: a status and bytes."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from enrichment.sandbox.invented.build import invent
from enrichment.sandbox.invented.company import Invented

Shape = Callable[[Invented], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Payload:
    status: int
    body: bytes
    is_invented: bool


def dump(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def says_sandbox(body: bytes) -> bool:
    """Whether an answer of the folder was written by us rather than recorded."""
    members = json.loads(body)
    return isinstance(members, dict) and members.get("sandbox") is True


def marked(document: dict[str, Any], *, status: int = 200) -> Payload:
    """An invented answer; it says so itself, wherever it is carried."""
    body = dump({"sandbox": True} | document)
    return Payload(status=status, body=body, is_invented=True)


@lru_cache(maxsize=8192)
def made_up(siren: str, shape: Shape) -> Payload:
    """The whole invented company, in one source's words."""
    return marked(shape(invent(siren)))
