"""« C’est bien vous ? »: the password and the second factor again, before serious acts.

A page that was asked for is read after that. A form that was sent is not lost: the
page of the question carries its fields, and a 307 sends them where they were going.
"""

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import passkeys, second_factor, sentences, services, sessions
from accounts.forms import ConfirmForm
from accounts.models import User

UNAUTHORIZED, FORBIDDEN, UNPROCESSABLE = 401, 403, 422
PREFIX = "confirm"
# Where to go, and whether something is sent there.
NEXT, AGAIN = f"{PREFIX}-next", f"{PREFIX}-again"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class HttpResponseSendAgain(HttpResponseRedirect):
    """The browser sends the same fields to the new address."""

    status_code = 307


def ask(request: HttpRequest, *, carries_post: bool, back: str = "") -> HttpResponse:
    """In place of the page or the act that wants to know who is there.

    ``back``: where to come back to, when what was asked for is a file and no page.
    """
    if request.headers.get("HX-Request") == "true":
        # A fragment's fields are not carried: its page is read again, and it redone.
        messages.info(request, _to_redo())
        url = _address_of_page(_page_of(request, "HX-Current-URL"))
        return HttpResponse(status=UNAUTHORIZED, headers={"HX-Redirect": url})
    if request.method in SAFE_METHODS:
        return redirect(_address_of_page(back or request.get_full_path()))
    if not carries_post or request.FILES:
        messages.info(request, _to_redo())
        return redirect(_address_of_page(_page_of(request, "Referer")))
    context = _context(request, ConfirmForm(prefix=PREFIX))
    context |= {"next": request.get_full_path(), "carried": _fields(request.POST)}
    page = render(request, "accounts/confirm.html", context, status=FORBIDDEN)
    page["Cache-Control"] = "no-store"
    return page


def asked_first(request: HttpRequest, *, back: str = "") -> HttpResponse | None:
    """The question, for a view that finds by itself that its act is serious."""
    if sessions.is_confirmed(request):
        return None
    return ask(request, carries_post=True, back=back)


def comes_from_question(request: HttpRequest) -> bool:
    """Whether the browser still shows the question: a file would leave it there."""
    return AGAIN in request.POST


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    next_url = sessions.safe_url(
        request, request.POST.get(NEXT) or request.GET.get("next", "")
    ) or resolve_url("accounts:security")
    if request.method != "POST":
        form = ConfirmForm(prefix=PREFIX)
        context = _context(request, form) | {"next": next_url}
        return render(request, "accounts/confirm.html", context)
    form = ConfirmForm(request.POST, prefix=PREFIX)
    if form.is_valid() and _is_them(request, form):
        sessions.confirm(request)
        if AGAIN in request.POST:
            return HttpResponseSendAgain(next_url)
        return redirect(next_url)
    context = _context(request, form) | {"next": next_url}
    if AGAIN in request.POST:
        context["carried"] = _fields(request.POST)
    return render(request, "accounts/confirm.html", context, status=UNPROCESSABLE)


def _is_them(request: HttpRequest, form: ConfirmForm) -> bool:
    user, given = _user(request), form.cleaned_data
    if not services.confirm_password(user=user, password=given["password"]):
        form.add_error("password", sentences.password_refused())
        return False
    if credential := given.get("credential"):
        answer = passkeys.use(
            user=user, given=credential, request=request, is_sign_in=False
        )
        words = sentences.refusal_of_passkey
    else:
        answer = second_factor.check_code(
            user=user, token=given["token"], request=request, is_sign_in=False
        )
        words = sentences.refusal_of_code
    if isinstance(answer, second_factor.Refused):
        form.add_error("token", words(answer))
        return False
    return True


def _context(request: HttpRequest, form: ConfirmForm) -> dict[str, Any]:
    user = _user(request)
    return {
        "form": form,
        "minutes": sessions.confirmation_minutes(),
        "has_application": second_factor.device_of(user) is not None,
        "passkeys": passkeys.of(user) if passkeys.are_offered(request) else [],
    }


def _fields(given: QueryDict) -> list[tuple[str, str]]:
    """What was sent, without what is ours and what is new in each form."""
    return [
        (name, value)
        for name, values in given.lists()
        if not name.startswith(f"{PREFIX}-") and name != "csrfmiddlewaretoken"
        for value in values
    ]


def _user(request: HttpRequest) -> User:
    return sessions.signed_in_user(request)


def _to_redo() -> str:
    return _("Confirmez que c’est bien vous, puis refaites ce que vous faisiez.")


def _address_of_page(page: str) -> str:
    url = resolve_url("accounts:confirm")
    return f"{url}?{urlencode({'next': page})}" if page else url


def _page_of(request: HttpRequest, header: str) -> str:
    """The page of this site from which the act was asked for."""
    try:
        parts = urlsplit(request.headers.get(header, ""))
    except ValueError:
        return ""
    if parts.netloc != request.get_host():
        return ""
    return sessions.safe_url(
        request, parts._replace(scheme="", netloc="", fragment="").geturl()
    )
