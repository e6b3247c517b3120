"""Errors as programs read them: problem+json (RFC 9457) with a stable ``code``."""

from django.http import JsonResponse

CONTENT_TYPE = "application/problem+json"


def problem(
    status: int, code: str, title: str, headers: dict[str, str] | None = None
) -> JsonResponse:
    """``code`` never changes its name; ``title`` is for whoever reads the log."""
    return JsonResponse(
        {"title": title, "status": status, "code": code},
        status=status,
        content_type=CONTENT_TYPE,
        headers=headers,
    )
