"""Passkeys: asked for at the door, added and removed on « Compte et sécurité »."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import passkeys, second_factor, sentences, sessions, shown_once, views
from accounts.forms import NewPasskeyForm, PasskeyForm, RenamePasskeyForm
from accounts.models import User
from accounts.wall import needs_confirmation, password_is_enough

UNPROCESSABLE = 422


@password_is_enough
@never_cache
@require_POST
def challenge(request: HttpRequest) -> HttpResponse:
    """What the browser asks a passkey of this account to sign."""
    user = sessions.signed_in_user(request)
    if not passkeys.of(user):
        raise Http404
    return JsonResponse(passkeys.begin_use(user=user, request=request))


@password_is_enough
@never_cache
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    user = sessions.signed_in_user(request)
    if sessions.is_verified(request):
        return redirect(sessions.destination(request))
    form = PasskeyForm(request.POST)
    if form.is_valid():
        answer = passkeys.use(
            user=user, given=form.cleaned_data["credential"], request=request
        )
        if isinstance(answer, second_factor.Passed):
            sessions.complete(request, answer.device)
            return redirect(sessions.destination(request))
        messages.error(request, sentences.refusal_of_passkey(answer))
    else:
        messages.error(request, sentences.passkey_not_read())
    return redirect("accounts:verify")


@needs_confirmation()
@never_cache
@require_safe
def new(request: HttpRequest) -> HttpResponse:
    return _page(request, NewPasskeyForm())


@needs_confirmation(carries_post=False)
@password_is_enough
@never_cache
@require_POST
def options(request: HttpRequest) -> HttpResponse:
    """For a first factor, or a further one in a session that passed one."""
    user = sessions.signed_in_user(request)
    if not _may_add(request, user):
        raise Http404
    return JsonResponse(passkeys.begin_adding(user=user, request=request))


@needs_confirmation(carries_post=False)
@password_is_enough
@never_cache
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    user = sessions.signed_in_user(request)
    if not _may_add(request, user):
        return redirect("accounts:verify")
    form = NewPasskeyForm(request.POST)
    answer = _added(request, user, form)
    if answer is None:
        messages.error(request, sentences.passkey_not_added())
        if not sessions.is_verified(request):
            return redirect("accounts:enrol")
        return _page(request, form, status=UNPROCESSABLE)
    sessions.keep(request)
    if not answer.codes:
        messages.success(request, _("Clé d’accès ajoutée."))
        return redirect("accounts:security")
    sessions.complete(request, answer.device)
    shown_once.put(request, shown_once.CODES, answer.codes)
    return redirect("accounts:recovery_codes")


@never_cache
@require_POST
def rename(request: HttpRequest, digest: str) -> HttpResponse:
    user = sessions.signed_in_user(request)
    if passkeys.find(user, digest) is None:
        raise Http404
    form = RenamePasskeyForm(request.POST, digest=digest)
    if not form.is_valid():
        return views.security_page(request, renaming=form)
    name = form.cleaned_data["name"]
    passkeys.rename(user=user, digest=digest, name=name, request=request)
    return redirect("accounts:security")


@needs_confirmation()
@never_cache
@require_POST
def remove(request: HttpRequest, digest: str) -> HttpResponse:
    user = sessions.signed_in_user(request)
    try:
        if not passkeys.remove(user=user, digest=digest, request=request):
            raise Http404
    except passkeys.LastFactor:
        messages.error(
            request,
            _("C’est votre seul second facteur\u00a0: ajoutez-en un d’abord."),
        )
        return redirect("accounts:security")
    sessions.keep(request)
    # The one just removed may be what verified this session.
    remaining = second_factor.any_factor_of(user)
    if remaining is not None:
        sessions.verify_by(request, remaining)
    messages.success(
        request, _("Clé d’accès retirée. Vos autres sessions sont fermées.")
    )
    return redirect("accounts:security")


def _may_add(request: HttpRequest, user: User) -> bool:
    return sessions.is_verified(request) or not second_factor.has_factor(user)


def _added(
    request: HttpRequest, user: User, form: NewPasskeyForm
) -> second_factor.Enrolled | None:
    if not form.is_valid():
        return None
    given: dict[str, Any] = form.cleaned_data
    try:
        return passkeys.add(
            user=user, name=given["name"], given=given["credential"], request=request
        )
    except second_factor.AlreadyEnrolled:
        return None


def _page(
    request: HttpRequest, form: NewPasskeyForm, *, status: int = 200
) -> HttpResponse:
    offered = passkeys.are_offered(request)
    context = {"form": form, "offered": offered}
    return render(request, "accounts/new_passkey.html", context, status=status)
