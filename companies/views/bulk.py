"""A status for many companies at once: shown first, then set."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts import perms, sessions
from companies import addresses, pipeline, selection
from companies.forms import StatusForm
from mainsite.lib.http import render_page

MOST = 1000


@require_POST
def set_status(request: HttpRequest) -> HttpResponse:
    """First POST: how many, and the form. Second, with a status: it is done."""
    if not perms.can_write(request.user):
        raise PermissionDenied
    user = sessions.signed_in_user(request)
    back = addresses.back(request.POST.get("requete", ""), desk_id=user.desk_id)
    try:
        chosen = selection.read(request.POST, desk_id=user.desk_id, most=MOST)
    except selection.SelectionRefused as error:
        messages.error(request, str(error))
        return redirect(back)
    except selection.SelectionIsTooLarge as error:
        sentence = _(
            "%(found)d sociétés choisies : le statut se change par %(most)d au plus."
        )
        messages.error(request, sentence % {"found": error.found, "most": error.most})
        return redirect(back)
    form = StatusForm(request.POST if "status" in request.POST else None)
    if not form.is_valid():
        context = {"form": form, "chosen": chosen, "back": back, "given": request.POST}
        status = 422 if form.is_bound else 200
        return render_page(
            request, "companies/bulk_status.html", context, status=status
        )
    with transaction.atomic():
        for siren in sorted(chosen.sirens):
            pipeline.set_status(
                siren=siren, by=user, request=request, **form.cleaned_data
            )
    count = len(chosen.sirens)
    sentence = ngettext(
        "%(count)d société mise à jour.", "%(count)d sociétés mises à jour.", count
    )
    messages.success(request, sentence % {"count": count})
    return redirect(back)
