"""One-time links: opened, turned into a password, asked for, shown to ops once."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe
from redis.exceptions import RedisError

from accounts import jobs, limits, links, perms, sentences, services, shown_once
from accounts.forms import ChosenPasswordForm, ResetForm

NOT_FOUND, UNPROCESSABLE, TOO_MANY = 404, 422, 429
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@login_not_required
@never_cache
@require_safe
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Takes the token out of the address bar: what follows can name its address.

    Nothing is consumed: programs that read mail open links before people do.
    """
    if links.find(token):
        shown_once.put(request, shown_once.TOKEN, (token,))
    else:
        shown_once.forget(request, shown_once.TOKEN)
    answer = redirect("accounts:choose_password")
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@login_not_required
@never_cache
@sensitive_post_parameters("new", "again")
@get_or_post
def choose_password(request: HttpRequest) -> HttpResponse:
    """Signs nobody in: the way goes on at the door, and past the second factor."""
    token = next(iter(shown_once.get(request, shown_once.TOKEN)), "")
    link = links.find(token) if token else None
    if link is None:
        return _refused(request)
    form = ChosenPasswordForm(request.POST or None, user=link.user)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["new"]
        if not links.use(token=token, password=chosen, request=request):
            return _refused(request)
        shown_once.forget(request, shown_once.TOKEN)
        messages.success(request, _("Mot de passe enregistré. Connectez-vous avec."))
        return redirect("accounts:sign_in")
    status = UNPROCESSABLE if form.errors else 200
    context = {"form": form, "link": link}
    return render(request, "accounts/choose_password.html", context, status=status)


@login_not_required
@never_cache
@get_or_post
def reset(request: HttpRequest) -> HttpResponse:
    """The same answer for every address; whether it is somebody's, a worker finds."""
    if not settings.MAIL_IS_ON:
        raise Http404
    form = ResetForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        status = UNPROCESSABLE if form.errors else 200
        return render(request, "accounts/reset.html", {"form": form}, status=status)
    try:
        asked_for = services.ask_for_reset(request=request, **form.cleaned_data)
    except services.AddressIsBlocked as blocked:
        form.add_error(None, sentences.waiting(blocked.retry_after_s))
        page = render(request, "accounts/reset.html", {"form": form}, status=TOO_MANY)
        page["Retry-After"] = str(blocked.retry_after_s)
        return page
    if asked_for is not None:
        try:
            jobs.ask_for_reset(user_id=asked_for)
        except RedisError as error:
            raise limits.CannotCount from error
    return render(request, "accounts/reset_asked.html")


@never_cache
@get_or_post
def shown_links(request: HttpRequest) -> HttpResponse:
    """Links made without a mail server, in clear until ops have copied them."""
    if not perms.can_administer(request.user):
        raise Http404
    if request.method == "POST":
        shown_once.forget(request, shown_once.LINKS)
        return redirect("admin:accounts_user_changelist")
    values = shown_once.get(request, shown_once.LINKS)
    if not values:
        return redirect("admin:accounts_user_changelist")
    pairs = list(zip(values[::2], values[1::2], strict=True))
    return render(request, "accounts/shown_links.html", {"links": pairs})


def _refused(request: HttpRequest) -> HttpResponse:
    """Unknown, expired, used and withdrawn links are answered alike."""
    shown_once.forget(request, shown_once.TOKEN)
    links.refuse(request)
    return render(request, "accounts/link_refused.html", status=NOT_FOUND)
