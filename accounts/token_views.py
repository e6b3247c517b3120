"""« Jetons d’API »: who comes in my name, one more, one less."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import sessions, shown_once, tokens
from accounts.models import ApiToken
from accounts.token_forms import TokenForm
from accounts.wall import needs_confirmation

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@needs_confirmation()
@never_cache
@get_or_post
def index(request: HttpRequest) -> HttpResponse:
    user = sessions.signed_in_user(request)
    form = TokenForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid() and _make(request, form):
        return redirect("accounts:new_token")
    context = {"form": form, "tokens": _of(request)}
    refused = request.method == "POST"
    return render(
        request, "accounts/tokens.html", context, status=422 if refused else 200
    )


@never_cache
@get_or_post
def shown(request: HttpRequest) -> HttpResponse:
    """The token in clear, until « je l’ai rangé »; then never again."""
    if request.method == "POST":
        shown_once.forget(request, shown_once.API_TOKEN)
        return redirect("accounts:tokens")
    words = shown_once.get(request, shown_once.API_TOKEN)
    if not words:
        return redirect("accounts:tokens")
    name, secret = words
    return render(request, "accounts/token.html", {"name": name, "secret": secret})


@require_POST
def revoke(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = sessions.signed_in_user(request)
    token = get_object_or_404(ApiToken, owner=user, public_id=public_id)
    if tokens.revoke([token], by=user, request=request):
        messages.success(request, _("Jeton révoqué\u00a0: il n’ouvre plus rien."))
    return redirect("accounts:tokens")


def _make(request: HttpRequest, form: TokenForm) -> bool:
    given = form.cleaned_data
    wish = tokens.Wish(
        owner=form.holder,
        name=given["name"],
        scopes=given["scopes"],
        days=given["days"],
        networks=given["networks"],
    )
    try:
        token, secret = tokens.create(wish, request=request)
    except tokens.TooManyTokens:
        form.add_error(None, _("Vingt jetons au plus\u00a0: révoquez-en un d’abord."))
        return False
    shown_once.put(request, shown_once.API_TOKEN, (token.name, secret))
    return True


def _of(request: HttpRequest) -> list[ApiToken]:
    user = sessions.signed_in_user(request)
    return list(ApiToken.objects.live().filter(owner=user).newest_first())
