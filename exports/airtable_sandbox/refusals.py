"""What Airtable answers when it refuses, as its documentation and users show it."""

from typing import Any


class Refusal(Exception):
    """Leaves through the application's one handler, as this status and body."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status}")
        self.status = status
        self.body = body


def _typed(status: int, kind: str, message: str) -> Refusal:
    return Refusal(status, {"error": {"type": kind, "message": message}})


def not_found() -> Refusal:
    """The one error that is a bare word: no such route, or an id of another shape."""
    return Refusal(404, {"error": "NOT_FOUND"})


def authentication_required() -> Refusal:
    return _typed(401, "AUTHENTICATION_REQUIRED", "Authentication required")


def model_not_found() -> Refusal:
    """Unknown and not allowed are one answer: a token cannot probe for names."""
    return _typed(
        403,
        "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND",
        "Invalid permissions, or the requested model was not found. Check that both "
        "your user and your token have the required permissions, and that the model "
        "names and/or ids are correct.",
    )


def record_not_found() -> Refusal:
    return _typed(404, "MODEL_ID_NOT_FOUND", "Record not found")


def too_large() -> Refusal:
    return _typed(413, "REQUEST_TOO_LARGE", "Request body is too large")


def body_unreadable() -> Refusal:
    return _typed(422, "INVALID_REQUEST_BODY", "Could not parse request body")


def invalid_request(why: str = "") -> Refusal:
    message = "Invalid request: parameter validation failed. Check your request data."
    return _typed(422, "INVALID_REQUEST_UNKNOWN", why or message)


def invalid_records() -> Refusal:
    return _typed(
        422,
        "INVALID_RECORDS",
        "You must provide an array of up to 10 record objects, each with a "
        '"fields" object for cell values.',
    )


def unknown_field(name: str) -> Refusal:
    return _typed(422, "UNKNOWN_FIELD_NAME", f'Unknown field name: "{name}"')


def bad_value(name: str) -> Refusal:
    return _typed(
        422,
        "INVALID_VALUE_FOR_COLUMN",
        f'Field "{name}" cannot accept the provided value',
    )


def unknown_choice(value: str) -> Refusal:
    return _typed(
        422,
        "INVALID_MULTIPLE_CHOICE_OPTIONS",
        f'Insufficient permissions to create new select option "{value}"',
    )


def several_matches() -> Refusal:
    return invalid_request("Cannot upsert: multiple records match fieldsToMergeOn")


def offset_invalid(value: str) -> Refusal:
    return _typed(
        422, "INVALID_OFFSET_VALUE", f"The value of offset {value} is invalid"
    )


def iterator_gone() -> Refusal:
    return Refusal(422, {"error": "LIST_RECORDS_ITERATOR_NOT_AVAILABLE"})


def name_taken() -> Refusal:
    return _typed(
        422,
        "DUPLICATE_OR_EMPTY_FIELD_NAME",
        "A field with that name already exists, or the name is empty",
    )


def cannot_create(kind: str) -> Refusal:
    return _typed(
        422,
        "UNSUPPORTED_FIELD_TYPE_FOR_CREATE",
        f"Creating {kind} fields is not supported at this time",
    )


def bad_options(kind: str) -> Refusal:
    return _typed(
        422,
        "INVALID_FIELD_TYPE_OPTIONS_FOR_CREATE",
        f"Creating {kind} fields with the provided options is not supported",
    )


def too_many_requests() -> Refusal:
    word = {
        "error": "RATE_LIMIT_REACHED",
        "message": "Rate limit exceeded. Please try again later",
    }
    return Refusal(429, {"errors": [word]})


def server_error(status: int) -> Refusal:
    return _typed(status, "SERVER_ERROR", "Try again later")
