"""Errors as programs read them: problem+json (RFC 9457) with a stable ``code``."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, kw_only=True)
class NotNow:
    """A refusal that time lifts; ``page`` shows ``what`` and ``wait`` to people."""

    status: int
    code: str
    page: str
    what: str
    wait: str = ""
    retry_after_s: int


def not_now(
    request: HttpRequest, refused: NotNow, *, is_program: bool = False
) -> HttpResponse:
    """The page, or a problem for whoever asks for JSON or is a program."""
    answer: HttpResponse
    if is_program or "json" in request.headers.get("Accept", ""):
        title = f"{refused.what} {refused.wait}".strip()
        answer = problem(refused.status, refused.code, title)
    else:
        words = {"what": refused.what, "wait": refused.wait}
        answer = render(request, refused.page, words, status=refused.status)
    answer["Retry-After"] = str(refused.retry_after_s)
    answer["Cache-Control"] = "no-store"
    return answer


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
