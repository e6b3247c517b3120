"""The pages of enrichment: the batches, what became of them, a company's sources."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import limits, sessions
from accounts.wall import does_not_renew
from companies.models import Company
from enrichment import perms, reports, rules_page, services, wording
from enrichment.choices import BatchState
from enrichment.forms import CapForm, StartForm
from enrichment.models import Batch
from enrichment.preview import Preview, offered, preview
from enrichment.progress import Progress, progress
from enrichment.report import report
from enrichment.source_page import readings
from mainsite.lib import durations
from mainsite.lib.http import render_page
from mainsite.lib.shedding import expensive

BATCHES_PER_PAGE = 50


@require_safe
def batches(request: HttpRequest) -> HttpResponse:
    """The desk's batches, newest first; ``avant`` continues below a number."""
    rows = Batch.objects.visible_to(sessions.signed_in_user(request))
    before = request.GET.get("avant", "")
    if before.isdecimal():
        rows = rows.filter(pk__lt=int(before[:18]))
    shown = list(
        rows.select_related("created_by", "started_by").order_by("-pk")[
            : BATCHES_PER_PAGE + 1
        ]
    )
    more = len(shown) > BATCHES_PER_PAGE
    shown = shown[:BATCHES_PER_PAGE]
    context = {
        "batches": shown,
        "next_url": f"?avant={shown[-1].pk}" if more else "",
        "previous_url": request.path if before else "",
        "may_enrich": perms.can_enrich(request.user),
    }
    return render(request, "enrichment/batches.html", context)


@require_safe
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    batch = _batch(request, public_id)
    if batch.state == BatchState.DRAFT:
        return _draft(request, batch)
    return _progress(request, batch)


@require_safe
@does_not_renew
def watch(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the page of a batch asks by itself: it keeps no session alive."""
    return _progress(request, _batch(request, public_id))


def _progress(
    request: HttpRequest, batch: Batch, form: CapForm | None = None
) -> HttpResponse:
    now = progress(batch)
    context = {
        "batch": batch,
        "progress": now,
        "report": report(batch),
        "may_enrich": perms.can_enrich(request.user),
        "says": str(now.decile) != request.GET.get("dit", ""),
        "left": durations.between(*now.left_s) if now.left_s else "",
        "cap_form": form or _cap_form(now),
    }
    return render_page(
        request,
        "enrichment/batch.html",
        context,
        partials=["batch-progress"],
        status=422 if form else 200,
    )


def _cap_form(now: Progress, data: Any = None) -> CapForm:
    return CapForm(data, least_eur=now.batch.committed_eur, most_eur=now.take_up_eur)


def _draft(
    request: HttpRequest, batch: Batch, form: StartForm | None = None
) -> HttpResponse:
    plan = _plan(request, batch)
    if form is None:
        terms = [one.terms for one in plan.sources]
        form = StartForm(terms=terms, most_eur=plan.cost_eur)
    context = {
        "batch": batch,
        "preview": plan,
        "form": form,
        "stop": wording.stop(plan.first_stop) if plan.first_stop else "",
        "report": report(batch, everything="tout" in request.GET),
        "may_enrich": perms.can_enrich(request.user),
        "takes": durations.between(0.8 * plan.seconds, 1.5 * plan.seconds + 5),
    }
    return render_page(
        request,
        "enrichment/draft.html",
        context,
        partials=["draft-plan"],
        status=422 if form.errors else 200,
    )


def _plan(request: HttpRequest, batch: Batch) -> Preview:
    """With the sources ticked, when some were; every open one at first."""
    given = request.POST if request.method == "POST" else request.GET
    was_chosen = "choix" in given or "sources" in given
    return preview(
        batch,
        by=sessions.signed_in_user(request),
        chosen=given.getlist("sources") if was_chosen else None,
    )


@expensive(queue="enrichment")
@require_POST
def start(request: HttpRequest, public_id: str) -> HttpResponse:
    batch = _batch_to_change(request, public_id)
    if batch.state != BatchState.DRAFT:
        return redirect(batch)
    form = StartForm(request.POST, terms=offered(batch))
    if not form.is_valid():
        return _draft(request, batch, form)
    user = sessions.signed_in_user(request)
    limits.spend(limits.ENRICHMENT, request, user=user)
    services.start_batch(
        batch=batch,
        by=user,
        request=request,
        **form.cleaned_data,
    )
    return redirect(batch)


@require_POST
def cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    batch = _batch_to_change(request, public_id)
    by = sessions.signed_in_user(request)
    if services.cancel_batch(batch=batch, by=by, request=request):
        messages.success(
            request, _("Lot arrêté. Les appels déjà partis finissent et sont gardés.")
        )
    return redirect(batch)


@require_POST
def pause(request: HttpRequest, public_id: str) -> HttpResponse:
    batch = _batch_to_change(request, public_id)
    by = sessions.signed_in_user(request)
    if services.pause_batch(batch=batch, by=by, request=request):
        messages.success(
            request, _("Lot en pause. Les appels déjà partis finissent et sont gardés.")
        )
    return redirect(batch)


@require_POST
def resume(request: HttpRequest, public_id: str) -> HttpResponse:
    batch = _batch_to_change(request, public_id)
    by = sessions.signed_in_user(request)
    services.resume_batch(batch=batch, by=by, request=request)
    return redirect(batch)


@require_POST
def retry(request: HttpRequest, public_id: str) -> HttpResponse:
    batch = _batch_to_change(request, public_id)
    by = sessions.signed_in_user(request)
    _say_count(request, services.retry_failed(batch=batch, by=by, request=request))
    return redirect(batch)


@require_POST
def take_up(request: HttpRequest, public_id: str) -> HttpResponse:
    """What a limit had stopped, under a new cap that was read and agreed to."""
    batch = _batch_to_change(request, public_id)
    form = _cap_form(progress(batch), request.POST)
    if not form.is_valid():
        return _progress(request, batch, form)
    by = sessions.signed_in_user(request)
    cap = form.cleaned_data["cap_eur"]
    count = services.take_up(batch=batch, by=by, cap_eur=cap, request=request)
    _say_count(request, count)
    return redirect(batch)


def _say_count(request: HttpRequest, count: int) -> None:
    if count:
        sentence = ngettext(
            "%(count)d demande relancée.", "%(count)d demandes relancées.", count
        )
        messages.success(request, sentence % {"count": count})
    else:
        messages.warning(request, _("Rien n’est à relancer."))


# Files


@require_safe
def refused_lines(request: HttpRequest, public_id: str) -> StreamingHttpResponse:
    batch = _batch(request, public_id)
    return _csv(reports.refused_lines(batch), f"lot-{batch.pk}-refus.csv")


@require_safe
def failures(request: HttpRequest, public_id: str) -> StreamingHttpResponse:
    batch = _batch(request, public_id)
    return _csv(reports.failures(batch), f"lot-{batch.pk}-echecs.csv")


def _csv(rows: Iterator[str], name: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        rows,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


# The rules


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Which source wins for which field, for whoever doubts a figure."""
    partial_min, negative_h = rules_page.short_lives()
    context = {
        "orders": rules_page.orders(),
        "rules": rules_page.RULES,
        "sources": rules_page.sources(),
        "partial_min": partial_min,
        "negative_h": negative_h,
    }
    return render(request, "enrichment/rules.html", context)


# A company's sources


@require_safe
def sources(request: HttpRequest, siren: str) -> HttpResponse:
    """The panel of a company's page: what each source said, when, at what price."""
    user = sessions.signed_in_user(request)
    company = get_object_or_404(Company.objects.visible_to(user), siren=siren)
    context = {
        "company": company,
        "readings": readings(company.siren),
        "may_enrich": perms.can_enrich(user),
    }
    return render(request, "enrichment/sources.html", context)


def _batch(request: HttpRequest, public_id: str) -> Batch:
    """The batch if it is the desk's own: another's does not exist."""
    user = sessions.signed_in_user(request)
    rows = Batch.objects.visible_to(user).select_related("created_by", "started_by")
    batch: Batch = get_object_or_404(rows, public_id=public_id)
    return batch


def _batch_to_change(request: HttpRequest, public_id: str) -> Batch:
    batch = _batch(request, public_id)
    if not perms.can_enrich(request.user):
        raise PermissionDenied
    return batch
