"""JSON from outside, read without mercy.

The usual decoders let through what later breaks a database or a screen: NaN,
a key given twice (the last one wins in silence), thousands of nested lists
(the parser stops at the interpreter's own recursion limit).
"""

import json
from typing import Any, NoReturn


class NotJson(ValueError):
    """The text is not the JSON we accept; `is_cut` when its end is missing."""

    def __init__(self, detail: str, *, is_cut: bool = False) -> None:
        super().__init__(detail)
        self.is_cut = is_cut


def decode(body: bytes) -> Any:
    """UTF-8 JSON without NaN, duplicate keys or absurd depth; else NotJson."""
    text = _text(body)
    try:
        return json.loads(
            text, object_pairs_hook=_unique_keys, parse_constant=_refuse_constant
        )
    except json.JSONDecodeError as error:
        raise NotJson(error.msg, is_cut=_is_cut(text, error)) from error
    except NotJson:
        raise
    except (ValueError, RecursionError) as error:
        raise NotJson("number or nesting out of bounds") from error


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        is_cut = error.reason == "unexpected end of data"
        raise NotJson("not UTF-8", is_cut=is_cut) from error


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotJson("a key is given twice")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise NotJson(f"{name} is not JSON")


def _is_cut(text: str, error: json.JSONDecodeError) -> bool:
    return error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
