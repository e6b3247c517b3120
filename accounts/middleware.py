"""The wall: every page needs a user, and a user needs the second factor."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url

from accounts import bearer, confirm_views, edits, limits, sentences, sessions
from accounts.models import User
from mainsite.lib.problems import NotNow, not_now

# A Redis that restarts is back by then.
CANNOT_COUNT_S = 30
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class SecondFactorWall:
    """Lets through public views, half-way pages, and sessions that are complete.

    Nothing else guards a page: a view that forgets its decorator stays closed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *_: Any
    ) -> HttpResponse | None:
        if not getattr(view, "login_required", True):
            return None
        if bearer.is_api(request):
            return bearer.admit(request, view)
        if not self._has_live_session(request):
            return _send_to(request, settings.LOGIN_URL)
        if getattr(view, "second_factor_required", True) and not sessions.is_verified(
            request
        ):
            return _send_to(request, "accounts:verify")
        if getattr(view, "renews_session", True) and not _is_prefetch(request):
            sessions.renew(request)
        if _needs_confirmation(request, view) and not sessions.is_confirmed(request):
            carries_post = getattr(view, "carries_post", True)
            return confirm_views.ask(request, carries_post=carries_post)
        return None

    def _has_live_session(self, request: HttpRequest) -> bool:
        user = request.user
        if not isinstance(user, User):
            return False
        if user.may_sign_in and not sessions.is_over(request):
            return True
        sessions.end(request)
        return False


class Edits:
    """What a request edits is in the trail under the name of its user."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with edits.asked_by(request):
            return self.get_response(request)


class RateLimits:
    """Counts what is read, and answers 429 or 503 for whatever was one too many."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, *_: Any, **__: Any
    ) -> HttpResponse | None:
        if request.method not in SAFE_METHODS or not sessions.is_verified(request):
            return None
        try:
            limits.read(limits.READS, request, user=sessions.signed_in_user(request))
        except limits.TooMany as error:
            return too_many(request, error)
        return None

    def process_exception(
        self, request: HttpRequest, error: Exception
    ) -> HttpResponse | None:
        if isinstance(error, limits.TooMany):
            return too_many(request, error)
        if isinstance(error, limits.CannotCount):
            return _answer(request, 503, "queue_unavailable", CANNOT_COUNT_S)
        return None


def too_many(request: HttpRequest, error: limits.TooMany) -> HttpResponse:
    if bearer.is_api(request):
        return bearer.too_many_calls(error)
    return _answer(request, 429, f"too_many_{error.limit.name}", error.retry_after_s)


def _answer(
    request: HttpRequest, status: int, code: str, retry_after_s: int
) -> HttpResponse:
    refused = NotNow(
        status=status,
        code=code,
        page="429.html" if status == 429 else "accounts/cannot_count.html",
        what=sentences.limited(code),
        wait=sentences.again_in(retry_after_s),
        retry_after_s=retry_after_s,
    )
    return not_now(request, refused, is_program=bearer.is_api(request))


def _needs_confirmation(
    request: HttpRequest, view: Callable[..., HttpResponse]
) -> bool:
    """Marked views, and whatever is written in the administration."""
    if not sessions.is_verified(request):
        return False
    match = request.resolver_match
    writes = request.method not in SAFE_METHODS
    is_admin = match is not None and "admin" in match.app_names
    return bool(getattr(view, "confirmation_required", False) or (writes and is_admin))


def _send_to(request: HttpRequest, name: str) -> HttpResponse:
    url = resolve_url(name)
    if wanted := _wanted_page(request):
        url = f"{url}?{urlencode({'next': wanted})}"
    if request.headers.get("HX-Request") == "true":
        # A redirect would put the sign-in page inside the fragment.
        return HttpResponse(status=401, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def _wanted_page(request: HttpRequest) -> str:
    """The page to come back to: never a fragment, never the target of a POST."""
    if request.headers.get("HX-Request") == "true":
        try:
            parts = urlsplit(request.headers.get("HX-Current-URL", ""))
        except ValueError:
            return ""
        same_site = parts.netloc == request.get_host()
        page = parts._replace(scheme="", netloc="", fragment="").geturl()
        return sessions.safe_url(request, page) if same_site else ""
    return request.get_full_path() if request.method in SAFE_METHODS else ""


def _is_prefetch(request: HttpRequest) -> bool:
    purpose = request.headers.get("Sec-Purpose") or request.headers.get("Purpose", "")
    return "prefetch" in purpose
