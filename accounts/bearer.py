"""The way in for programs: under /api/, by token, and nothing else.

No cookie is read there, and no token anywhere else. A view says which scope it wants
with ``wall.for_tokens``; one that says nothing stays closed.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from accounts import audit, limits, sentences, throttle, tokens
from accounts.choices import Action, Scope
from accounts.models import ApiToken
from mainsite.lib.client_ip import client_group, client_ip
from mainsite.lib.problems import CONTENT_TYPE, problem

ROOT = "/api/"
REALM = "M&A Intelligence"
_CODES = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    414: "too_long",
    503: "unavailable",
}


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(ROOT)


def token_of(request: HttpRequest) -> ApiToken:
    """The token of a view behind the wall."""
    token = getattr(request, "api_token", None)
    if not isinstance(token, ApiToken):
        raise TypeError("this view is not behind the wall of the API")
    return token


def admit(
    request: HttpRequest, view: Callable[..., HttpResponse]
) -> HttpResponse | None:
    """Nothing when the token opens this view; else the refusal."""
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        # A redirect would hide that the token already went in clear.
        return problem(403, "https_required", _("Cette adresse demande HTTPS."))
    token = _live_token(request)
    if isinstance(token, HttpResponse):
        return token
    refusal = _refuse_scope(request, token, getattr(view, "token_scope", ""))
    if refusal is None:
        refusal = _refuse_pace(request, token)
    if refusal is not None:
        return refusal
    request.user = token.owner
    request.api_token = token  # type: ignore[attr-defined]
    tokens.note_use(token, request=request)
    return None


def _live_token(request: HttpRequest) -> ApiToken | HttpResponse:
    given = request.headers.get("Authorization", "")
    if not given:
        return _unauthorized("token_missing", _("Cette adresse demande un jeton."))
    kind, _space, secret = given.partition(" ")
    token = tokens.find(secret.strip()) if kind.lower() == "bearer" else None
    if token is None:
        return _bad_token(request, None, "token_invalid", _("Ce jeton est inconnu."))
    if token.revoked_at is not None or not token.owner.is_active:
        return _bad_token(request, token, "token_revoked", _("Ce jeton est révoqué."))
    if token.is_expired(timezone.now()):
        return _bad_token(request, token, "token_expired", _("Ce jeton a expiré."))
    return token


def _bad_token(
    request: HttpRequest, token: ApiToken | None, code: str, title: str
) -> HttpResponse:
    verdict = throttle.attempt(throttle.BAD_TOKEN, client_group(request))
    if not verdict.allowed:
        return problem(
            429,
            "too_many_bad_tokens",
            sentences.waiting(verdict.retry_after_s),
            {"Retry-After": str(verdict.retry_after_s)},
        )
    audit.record(
        actor=None,
        action=Action.TOKEN_REFUSED,
        resource=token.resource if token else "",
        details={"code": code},
        request=request,
    )
    return _unauthorized(code, title, error="invalid_token")


def _unauthorized(code: str, title: str, *, error: str = "") -> HttpResponse:
    challenge = f'Bearer realm="{REALM}"' + (f', error="{error}"' if error else "")
    return problem(401, code, title, {"WWW-Authenticate": challenge})


def _refuse_scope(
    request: HttpRequest, token: ApiToken, scope: str | None
) -> HttpResponse | None:
    if scope == "":
        return problem(403, "not_for_tokens", _("Cette adresse est fermée aux jetons."))
    if scope is None:
        return None
    if scope not in tokens.scopes_of(token):
        challenge = f'Bearer realm="{REALM}", error="insufficient_scope"'
        return problem(
            403,
            "scope_missing",
            _("Ce jeton n’a pas le droit «\u00a0%(scope)s\u00a0».") % {"scope": scope},
            {"WWW-Authenticate": f'{challenge}, scope="{scope}"'},
        )
    if scope == Scope.CONTACTS and not token.allows_contacts_from(client_ip(request)):
        return problem(
            403,
            "network_not_allowed",
            _("Ce jeton ne lit pas les contacts depuis ce réseau."),
        )
    return None


def _refuse_pace(request: HttpRequest, token: ApiToken) -> HttpResponse | None:
    try:
        limits.call(request, token=token)
    except limits.TooMany as error:
        return too_many_calls(error)
    return None


def too_many_calls(error: limits.TooMany) -> HttpResponse:
    """With the fields of the limit, for clients that pace themselves by them."""
    name, most = error.limit.name, error.limit.most
    code = f"too_many_{name}"
    wait = sentences.again_in(error.retry_after_s)
    return problem(
        429,
        code,
        f"{sentences.limited(code)} {wait}".strip(),
        {
            "Retry-After": str(error.retry_after_s),
            "RateLimit-Policy": f'"{name}";q={most};w={error.limit.period_s}',
            "RateLimit": f'"{name}";r=0;t={error.retry_after_s}',
        },
    )


class ProgramsOnly:
    """Around everything else: no cookie comes in or goes out, every error is JSON."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_api(request):
            return self.get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        request.COOKIES = {}
        response = self.get_response(request)
        if response.status_code >= 400 and response["Content-Type"] != CONTENT_TYPE:
            _make_a_problem(response)
        response.cookies.clear()
        patch_vary_headers(response, ["Authorization"])
        return response


def _make_a_problem(page: HttpResponse) -> None:
    """Django's own pages of errors; what it said beside them in headers stays."""
    status = page.status_code
    code = _CODES.get(status, "server_error" if status >= 500 else "refused")
    said = problem(status, code, page.reason_phrase)
    page.content, page["Content-Type"] = said.content, CONTENT_TYPE
    if page.has_header("Content-Length"):
        page["Content-Length"] = str(len(said.content))
