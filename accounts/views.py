"""Signing in, and what a person manages of their own account."""

import textwrap
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts import (
    agents,
    passkeys,
    qr,
    second_factor,
    sentences,
    services,
    sessions,
    shown_once,
    throttle,
)
from accounts.forms import (
    CodeForm,
    NewPasskeyForm,
    PasswordForm,
    RecoveryForm,
    RenamePasskeyForm,
    SignInForm,
)
from accounts.last_events import events_of
from accounts.wall import needs_confirmation, password_is_enough
from mainsite.lib.http import render_page

UNPROCESSABLE, TOO_MANY = 422, 429
MAY_REPLACE = "may_replace_device"
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@get_or_post
def sign_in(request: HttpRequest) -> HttpResponse:
    next_url = sessions.safe_url(
        request, request.POST.get("next") or request.GET.get("next", "")
    )
    if sessions.is_verified(request):
        return redirect(next_url or sessions.destination(request))
    form = SignInForm(request.POST or None)
    context: dict[str, Any] = {
        "form": form,
        "next": next_url,
        "reset_by_mail": settings.MAIL_IS_ON,
    }
    if request.method != "POST":
        return render(request, "accounts/sign_in.html", context)
    if form.is_valid():
        try:
            user = services.check_password(request=request, **form.cleaned_data)
        except services.AddressIsBlocked as blocked:
            form.add_error(None, sentences.waiting(blocked.retry_after_s))
            page = render(request, "accounts/sign_in.html", context, status=TOO_MANY)
            page["Retry-After"] = str(blocked.retry_after_s)
            return page
        if user:
            sessions.begin(request, user, next_url=next_url)
            return redirect("accounts:verify")
        form.add_error(None, sentences.sign_in_refused())
    return render(request, "accounts/sign_in.html", context, status=UNPROCESSABLE)


@password_is_enough
@never_cache
@get_or_post
def verify(request: HttpRequest) -> HttpResponse:
    user = sessions.signed_in_user(request)
    if next_url := sessions.safe_url(request, request.GET.get("next", "")):
        request.session[sessions.NEXT] = next_url
    if sessions.is_verified(request):
        return redirect(sessions.destination(request))
    if not second_factor.has_factor(user):
        return redirect("accounts:enrol")
    form = CodeForm(request.POST or None)
    theirs = passkeys.of(user)
    context: dict[str, Any] = {
        "form": form,
        "limit": throttle.SECOND_FACTOR.count,
        "has_application": second_factor.device_of(user) is not None,
        "has_passkeys": bool(theirs),
        "passkeys": theirs if passkeys.are_offered(request) else [],
        "site_url": settings.SITE_URL,
    }
    if request.method == "POST" and form.is_valid():
        answer = second_factor.check_code(
            user=user, request=request, **form.cleaned_data
        )
        if isinstance(answer, second_factor.Passed):
            sessions.complete(request, answer.device)
            return redirect(sessions.destination(request))
        form.add_error("token", sentences.refusal_of_code(answer))
        context["attempts_left"] = sentences.attempts_left(answer)
    return render(request, "accounts/verify.html", context, status=_status(form))


@password_is_enough
@never_cache
@get_or_post
def recovery(request: HttpRequest) -> HttpResponse:
    user = sessions.signed_in_user(request)
    if sessions.is_verified(request):
        return redirect("accounts:security")
    form = RecoveryForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        answer = second_factor.use_recovery_code(
            user=user, request=request, **form.cleaned_data
        )
        if isinstance(answer, second_factor.Passed):
            sessions.complete(request, answer.device)
            messages.warning(request, sentences.recovery_used(answer.remaining_codes))
            return redirect("accounts:security")
        form.add_error("code", sentences.refusal_of_recovery(answer))
        context["attempts_left"] = sentences.attempts_left(answer)
    return render(request, "accounts/recovery.html", context, status=_status(form))


@password_is_enough
@never_cache
@get_or_post
def enrol(request: HttpRequest) -> HttpResponse:
    """The QR code and its first code; a verified session comes here to replace it."""
    user = sessions.signed_in_user(request)
    replace = sessions.is_verified(request) and sessions.is_recent(request, MAY_REPLACE)
    if not replace and second_factor.has_factor(user):
        return redirect(
            "accounts:security" if sessions.is_verified(request) else "accounts:verify"
        )
    form = CodeForm(request.POST or None)
    context: dict[str, Any] = {"form": form, "replace": replace}
    if request.method == "POST" and form.is_valid():
        try:
            answer = second_factor.confirm_enrolment(
                user=user, replace=replace, request=request, **form.cleaned_data
            )
        except second_factor.AlreadyEnrolled:
            return redirect("accounts:verify")
        if isinstance(answer, second_factor.Enrolled):
            return _enrolled(request, answer)
        form.add_error("token", sentences.refusal_of_code(answer))
        context["attempts_left"] = sentences.attempts_left(answer)
    device = second_factor.start_enrolment(user=user)
    context |= {
        "device": device,
        "qr": qr.drawing(device.otpauth_url),
        "secret_groups": textwrap.wrap(device.secret, 4),
        "passkeys_offered": passkeys.are_offered(request),
        "passkey_form": NewPasskeyForm(),
    }
    return render(request, "accounts/enrol.html", context, status=_status(form))


@never_cache
@get_or_post
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """The codes in clear, until « je les ai notés »; then never again."""
    if request.method == "POST":
        shown_once.forget(request, shown_once.CODES)
        return redirect(sessions.destination(request))
    codes = shown_once.get(request, shown_once.CODES)
    if not codes:
        return redirect("accounts:security")
    return render(request, "accounts/recovery_codes.html", {"codes": codes})


@never_cache
@require_safe
def recovery_codes_file(request: HttpRequest) -> HttpResponse:
    codes = shown_once.get(request, shown_once.CODES)
    if not codes:
        return redirect("accounts:security")
    email = sessions.signed_in_user(request).email
    response = render(
        request,
        "accounts/recovery_codes.txt",
        {"codes": codes, "email": email},
        content_type="text/plain; charset=utf-8",
    )
    response["Content-Disposition"] = 'attachment; filename="codes-de-secours.txt"'
    return response


@never_cache
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    return security_page(request)


def security_page(
    request: HttpRequest, *, renaming: RenamePasskeyForm | None = None
) -> HttpResponse:
    """``renaming``: of one passkey, what was refused."""
    user = sessions.signed_in_user(request)
    context = {
        "device": second_factor.device_of(user),
        "passkeys": [(each, _name_form(each, renaming)) for each in passkeys.of(user)],
        "codes_left": user.recovery_codes.count(),
        "tokens_left": user.api_tokens.live().count(),
        "sessions": [
            (each, sessions.is_this_one(request, each), agents.in_words(each.agent))
            for each in sessions.open_of(user)
        ],
        "events": events_of(user),
    }
    return render_page(
        request,
        "accounts/security.html",
        context,
        partials=("passkeys-panel",),
        status=UNPROCESSABLE if renaming else 200,
    )


def _name_form(passkey: Any, refused: RenamePasskeyForm | None) -> RenamePasskeyForm:
    digest = passkey.credential_id_sha256
    if refused and refused.digest == digest:
        return refused
    return RenamePasskeyForm(digest=digest, name=passkey.name)


@needs_confirmation()
@never_cache
@require_POST
def renew_recovery_codes(request: HttpRequest) -> HttpResponse:
    user = sessions.signed_in_user(request)
    codes = second_factor.make_recovery_codes(user=user, request=request)
    shown_once.put(request, shown_once.CODES, codes)
    return redirect("accounts:recovery_codes")


@needs_confirmation()
@never_cache
@require_POST
def replace_device(request: HttpRequest) -> HttpResponse:
    sessions.mark_recent(request, MAY_REPLACE)
    return redirect("accounts:enrol")


@needs_confirmation()
@require_POST
def sign_out_others(request: HttpRequest) -> HttpResponse:
    services.sign_out_others(user=sessions.signed_in_user(request), request=request)
    sessions.keep(request)
    messages.success(request, _("Vos autres sessions sont fermées."))
    return redirect("accounts:security")


@needs_confirmation()
@require_POST
def close_session(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = sessions.signed_in_user(request)
    if not services.close_session(user=user, public_id=public_id, request=request):
        raise Http404
    messages.success(request, _("Session fermée."))
    return redirect("accounts:security")


@needs_confirmation(carries_post=False)
@never_cache
@sensitive_post_parameters("current", "new", "again")
@get_or_post
def password(request: HttpRequest) -> HttpResponse:
    user = sessions.signed_in_user(request)
    form = PasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        if services.confirm_password(user=user, password=chosen["current"]):
            services.change_password(user=user, password=chosen["new"], request=request)
            sessions.keep(request)
            messages.success(
                request, _("Mot de passe changé. Vos autres sessions sont fermées.")
            )
            return redirect("accounts:security")
        form.add_error("current", sentences.password_refused())
    return render(
        request, "accounts/password.html", {"form": form}, status=_status(form)
    )


@login_not_required
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    services.record_sign_out(user=request.user, request=request)
    sessions.end(request)
    answer = redirect("accounts:sign_in")
    answer["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _enrolled(request: HttpRequest, answer: second_factor.Enrolled) -> HttpResponse:
    sessions.keep(request)
    sessions.complete(request, answer.device)
    sessions.forget_recent(request, MAY_REPLACE)
    shown_once.put(request, shown_once.CODES, answer.codes)
    return redirect("accounts:recovery_codes")


def _status(form: Form) -> int:
    return UNPROCESSABLE if form.is_bound and form.errors else 200
