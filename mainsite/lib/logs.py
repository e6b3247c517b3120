"""Log lines as one JSON object each, with the request they belong to."""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

# Ends of lines and orders to a terminal that JSON lets through.
_UNSEEN = {n: f"\\u{n:04x}" for n in (*range(0x7F, 0xA0), 0x2028, 0x2029)}

request_id: ContextVar[str] = ContextVar("request_id", default="")

# What opens something by itself, whichever library writes the address down.
_SECRET_PATH = re.compile(r"(/compte/lien/)[^/\s?\"']+")
# What PostgreSQL adds to an error: values of the row, the statement with its values.
# A value may have lines of its own: all goes up to the hint or the next exception.
_NEXT = r"^HINT:|^\n(?:The above exception|During handling of)|\Z"
_ADDED = r"^(?:DETAIL|CONTEXT|QUERY|LINE \d+):"
_QUOTED = re.compile(rf"{_ADDED}.*?(?={_NEXT})", re.MULTILINE | re.DOTALL)
# The message itself of an error of the database, with or without its class before it.
_MESSAGE = re.compile(
    r"(?:^[ |]*(?:psycopg(?:\.\w+)*|django\.db\.utils)\.\w+: "
    r"|invalid (?:input|byte sequence|regular expression|value for parameter)\b"
    r"|malformed \w+ literal|field value out of range"
    r"|(?:syntax|unterminated) .{1,60} at or near|syntax error in tsquery"
    r"|value (?=\")|time zone (?=\"))"
    rf".*?(?={_ADDED}|{_NEXT})",
    re.MULTILINE | re.DOTALL,
)
# What it quotes is a value but after these words, which a name of ours follows.
_NAMED = re.compile(
    r"\b(?:column|constraint|database|encoding|file|function|index|option|parameter"
    r"|partition|relation|role|schema|sequence|server at|socket|table|trigger|type|user"
    r"|view|colonne|contrainte|fonction|paramètre|rôle|schéma|séquence|utilisateur"
    r"|vue) "
    r'(?:"[\w./:@-]+"|« [\w./:@-]+ »)'
)
_VALUE = re.compile(r"[\"«]|(?<=: )0x[0-9a-f]{2}\b")


def cut(text: str) -> str:
    """What may be kept of an error or of a line: neither rows nor what opens."""
    return without_secrets(without_rows(text))


def without_rows(text: str) -> str:
    """An exception without what PostgreSQL quotes of the rows it is about."""
    return _QUOTED.sub("", _MESSAGE.sub(_without_value, text))


def _without_value(found: re.Match[str]) -> str:
    """Up to the first value, whose end nothing tells: it may have quotes of its own."""
    message = found[0]
    names = [name.span() for name in _NAMED.finditer(message)]
    for mark in _VALUE.finditer(message):
        if not any(start <= mark.start() < end for start, end in names):
            end = "\n" if message.endswith("\n") else ""
            return f"{message[: mark.start()]}***{end}"
    return message


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": cut(record.getMessage()),
        }
        if identifier := request_id.get():
            line["request_id"] = identifier
        line |= _of_request(getattr(record, "request", None))
        if record.exc_info:
            line["exception"] = cut(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False).translate(_UNSEEN)


def _of_request(request: Any) -> dict[str, Any]:
    """What Django says of an answer (403, 404, 500) is said after its request is over.

    Who asked is their number, if the request found it: a log asks no database.
    """
    known = getattr(request, "__dict__", {})
    user = known.get("_cached_user") or getattr(known.get("api_token"), "owner", None)
    found = {"request_id": known.get("reference"), "user": getattr(user, "pk", None)}
    return {name: value for name, value in found.items() if value}


def without_secrets(text: str) -> str:
    return _SECRET_PATH.sub(r"\1***", text)
