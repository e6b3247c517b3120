"""The ways to a new batch: a list, a selection, one company."""

import io
from typing import Any, BinaryIO

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from accounts import limits, sessions
from accounts.models import User
from companies import selection
from companies.models import Company
from enrichment import intake, perms, services, wording
from enrichment.choices import BatchKind
from enrichment.forms import ListForm
from enrichment.report import report
from mainsite.lib.formatting import moment
from mainsite.lib.shedding import expensive
from mainsite.lib.siren import is_valid_siren

# The other fields of the form, beside the file.
FORM_BYTES = 5 * 1024 * 1024
MOST_SELECTED = 100_000


@expensive()
@csrf_exempt  # The token is checked below, once the size is known to be bearable.
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A draft from a list; what is too large is refused before it is read."""
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > settings.UPLOAD_MAX_BYTES + FORM_BYTES:
        form = ListForm()
        context = {"form": form, "refused": wording.FILE_REFUSED["too_large"]}
        return render(request, "enrichment/new.html", context, status=413)
    return _new(request)


@csrf_protect
def _new(request: HttpRequest) -> HttpResponse:
    if not perms.can_enrich(request.user):
        raise PermissionDenied
    if request.method != "POST":
        given = request.GET.get("siren", "")
        initial = {"sirens": given} if is_valid_siren(given) else {}
        return render(
            request, "enrichment/new.html", {"form": ListForm(initial=initial)}
        )
    if "siren" in request.POST or "tout" in request.POST:
        return _from_selection(request)
    form = ListForm(request.POST, request.FILES)
    if not form.is_valid():
        return _refused(request, form)
    try:
        stream, name, is_pasted = _given(form)
        reading = intake.read(stream, is_pasted=is_pasted)
        batch = services.make_batch(
            by=sessions.signed_in_user(request),
            name=name,
            reading=reading,
            request=request,
        )
    except services.NothingAccepted as error:
        return _refused(request, form, error)
    except intake.IntakeError as error:
        return _refused(request, form, error)
    return redirect(batch)


def _given(form: ListForm) -> tuple[BinaryIO, str, bool]:
    file = form.cleaned_data["file"]
    name = form.cleaned_data["name"].strip()
    if file is not None:
        return file.file, name or file.name, False
    text = form.cleaned_data["sirens"].encode("utf-8", "replace")
    return io.BytesIO(text), name or _dated(_("Liste collée")), True


def _dated(words: str) -> str:
    return f"{words}, {moment(timezone.now())}"


def _refused(
    request: HttpRequest, form: ListForm, error: intake.IntakeError | None = None
) -> HttpResponse:
    context: dict[str, Any] = {"form": form}
    if error is not None:
        context["refused"] = wording.FILE_REFUSED[error.code]
        context["line"] = error.line
    if isinstance(error, services.NothingAccepted):
        context["report"] = report(None, lines=error.refused, refused=error.counts)
    return render(request, "enrichment/new.html", context, status=422)


def _from_selection(request: HttpRequest) -> HttpResponse:
    """Companies ticked on the list: theirs are SIREN we know."""
    user = sessions.signed_in_user(request)
    try:
        chosen = selection.read(request.POST, desk_id=user.desk_id, most=MOST_SELECTED)
    except selection.SelectionRefused as error:
        messages.error(request, str(error))
        return redirect("companies:list")
    except selection.SelectionIsTooLarge as error:
        sentence = _("%(found)d sociétés choisies\u00a0: un lot en prend %(most)d.")
        messages.error(request, sentence % {"found": error.found, "most": error.most})
        return redirect("companies:list")
    batch = services.make_batch_of(
        by=user,
        name=chosen.words or _dated(_("Sélection")),
        sirens=chosen.sirens,
        request=request,
    )
    return redirect(batch)


@require_POST
def enrich_one(request: HttpRequest, siren: str) -> HttpResponse:
    """A draft about one company: its cost is read before it is agreed to."""
    batch = services.make_batch_of(
        by=_spender(request),
        name=_name_of(siren),
        sirens=[siren],
        kind=BatchKind.ONE,
        request=request,
    )
    return redirect(batch)


@require_POST
def refresh(request: HttpRequest, siren: str) -> HttpResponse:
    """The free sources, at once: there is no cost to agree to."""
    user, name = _spender(request), _name_of(siren)
    limits.spend(limits.ENRICHMENT, request, user=user)
    batch = services.refresh_company(by=user, siren=siren, name=name, request=request)
    return redirect(batch)


def _spender(request: HttpRequest) -> User:
    if not perms.can_enrich(request.user):
        raise PermissionDenied
    return sessions.signed_in_user(request)


def _name_of(siren: str) -> str:
    if not is_valid_siren(siren):
        raise Http404
    company = Company.objects.filter(siren=siren).first()
    return company.name if company and company.name else f"SIREN {siren}"
