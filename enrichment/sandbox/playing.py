"""How a fault changes a good answer before it leaves."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Literal

from enrichment.sandbox.faults import STATUSES, Fault
from enrichment.sandbox.payloads import Payload, dump

Manner = Literal["whole", "cut", "drip", "dropped"]
_HTML = b"<!DOCTYPE html><html><body><h1>Maintenance</h1></body></html>"
_NO_CREDIT = {"message": "No credits left"}
_HUGE_BYTES = 3 * 1024 * 1024
_DEPTH = 10_000


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """`is_charged`: the source did its work, whatever became of the answer."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"
    manner: Manner = "whole"
    is_charged: bool = False


def play(
    fault: Fault, payload: Payload, *, stranger: Callable[[], Payload]
) -> Delivery:
    """`stranger` makes another company's answer, for `other_siren`."""
    good = Delivery(
        status=payload.status, body=payload.body, is_charged=payload.status == 200
    )
    name = fault.name
    if name.partition(":")[0] in STATUSES:
        return _refusal(name)
    if name == "nothing":
        return replace(good, status=0, manner="dropped", is_charged=False)
    if name == "truncated":
        return replace(good, manner="cut")
    if name == "drip":
        return replace(good, manner="drip")
    if name == "partial" and good.is_charged:
        return replace(good, status=206)
    if name == "no_credit_200":
        return replace(good, body=dump(_NO_CREDIT), is_charged=False)
    if name == "other_siren":
        other = stranger()
        return replace(good, status=other.status, body=other.body)
    if name == "huge":
        return replace(good, body=payload.body + b" " * _HUGE_BYTES)
    if name == "html":
        return replace(
            good, body=_HTML, content_type="text/html; charset=utf-8", is_charged=False
        )
    garbled = _garbled(name, payload.body)
    if garbled is not None:
        return replace(good, body=garbled, is_charged=name == "drift")
    return good


def _refusal(name: str) -> Delivery:
    code, _, variant = name.partition(":")
    headers = {}
    if code == "302":
        headers["Location"] = "http://127.0.0.1:9/elsewhere"
    if code == "429":
        now = datetime.now(UTC)
        headers["Retry-After"] = {
            "date": format_datetime(now + timedelta(seconds=2), usegmt=True),
            "huge": "99999999",
        }.get(variant, "1")
    return Delivery(
        status=int(code),
        body=dump({"erreur": f"panne jouée : {name}"}),
        headers=headers,
    )


def _garbled(name: str, body: bytes) -> bytes | None:
    """Answers of a success status that are not what the contract says."""
    if name == "garbage":
        return os.urandom(400)
    if name == "charset":
        return body.decode().encode("utf-16")
    if name == "nan":
        return body.replace(b"{", b'{"x":NaN,', 1)
    if name == "duplicate":
        return body.replace(b"{", b'{"x":1,"x":2,', 1)
    if name == "deep":
        return b"[" * _DEPTH + b"]" * _DEPTH
    if name == "drift":
        return body.replace(b"{", b'{"champ_nouveau":{"a":1},', 1)
    return None
