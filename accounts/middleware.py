"""The wall: every page needs a user, and a user needs the second factor."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url

from accounts import sessions
from accounts.models import User

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
        if not self._has_live_session(request):
            return _send_to(request, settings.LOGIN_URL)
        if getattr(view, "second_factor_required", True) and not sessions.is_verified(
            request
        ):
            return _send_to(request, "accounts:verify")
        if getattr(view, "renews_session", True) and not _is_prefetch(request):
            sessions.renew(request)
        return None

    def _has_live_session(self, request: HttpRequest) -> bool:
        user = request.user
        if not isinstance(user, User):
            return False
        if user.may_sign_in and not sessions.is_over(request):
            return True
        sessions.end(request)
        return False


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
