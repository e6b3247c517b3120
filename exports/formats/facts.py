"""What travels inside a file beside its rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """``manifest`` is in words, in the order it is read: « Demandé par » → « … ».

    ``watermark`` says who took contacts out, when, under which reference; empty in a
    file without contacts.
    """

    manifest: Mapping[str, str] = field(default_factory=dict)
    is_sandbox: bool = False
    watermark: str = ""
