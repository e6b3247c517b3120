"""Step 1: a file is brought; or it is given up before anything was written."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from accounts import limits
from companies.imports import services, wording
from companies.imports.forms import FileForm
from companies.imports.models import ImportKind
from companies.imports.page import steps
from companies.imports.services import ImportRefused
from companies.imports.views.finding import find_to_change, may_bring, writer
from mainsite.lib.shedding import expensive

TOO_LARGE, UNPROCESSABLE = 413, 422
# The other fields of the form, beside the file.
FORM_BYTES = 64 * 1024


@expensive(queue="imports")
@csrf_exempt  # The token is checked below, once the size is known to be bearable.
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """What is too large is refused before it is read."""
    writer(request)
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > settings.UPLOAD_MAX_BYTES + FORM_BYTES:
        sentence = _("Ce fichier dépasse 200\u00a0Mo.")
        form = FileForm(kinds=_kinds(request))
        return _page(request, form, refused=sentence, status=TOO_LARGE)
    return _new(request)


@csrf_protect
def _new(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, FileForm(kinds=_kinds(request)))
    form = FileForm(request.POST, request.FILES, kinds=_kinds(request))
    if not form.is_valid():
        return _page(request, form, status=UNPROCESSABLE)
    user = writer(request)
    try:
        imp = services.receive(
            file=form.cleaned_data["fichier"],
            kind=form.cleaned_data["objet"],
            by=user,
            request=request,
        )
    except ImportRefused as error:
        return _page(request, form, refused=str(error), status=UNPROCESSABLE)
    try:
        # A file that was refused is not one.
        limits.spend(limits.UPLOAD, request, user=user)
    except (limits.TooMany, limits.CannotCount):
        services.forget(imp=imp, by=user)
        raise
    return redirect(steps.url(imp))


def _page(
    request: HttpRequest, form: FileForm, *, refused: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "refused": refused,
        "kinds": [
            {"value": kind, "label": kind.label, "purpose": wording.PURPOSES[kind]}
            for kind in _kinds(request)
        ],
        "chosen": form["objet"].value() or ImportKind.COMPANIES,
        "steps": steps.steps(None, "new"),
    }
    return render(request, "companies/imports/new.html", context, status=status)


def _kinds(request: HttpRequest) -> list[ImportKind]:
    user = writer(request)
    return [kind for kind in ImportKind if may_bring(user, kind)]


@require_POST
def forget(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A file that changed nothing goes at once, with all that was read of it."""
    imp, user = find_to_change(request, public_id)
    try:
        services.forget(imp=imp, by=user)
    except ImportRefused as error:
        messages.error(request, str(error))
        return redirect(steps.url(imp))
    messages.success(request, _("Import oublié\u00a0: rien n’a été écrit."))
    return redirect("companies:imports:list")
