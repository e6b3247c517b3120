"""Experiments for those who decide: all of them, and one with what it shows."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts import sessions
from accounts.models import User
from scoring.experiments import followed, life, page, perms, results
from scoring.experiments.models import Experiment


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = _reader(request)
    rows = Experiment.objects.select_related("control", "treatment")
    context = {
        "experiments": rows.order_by("-created_at", "-pk"),
        "may_write": user.is_ops,
    }
    return render(request, "scoring/experiments.html", context)


@require_safe
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ops read the outcomes of all desks together, a manager those of their own."""
    user, now = _reader(request), timezone.now()
    rows = Experiment.objects.select_related("control", "treatment", "author")
    experiment = get_object_or_404(rows, public_id=public_id)
    shares = life.shares_of(experiment)
    desk = None if user.is_ops else user.desk_id
    found = results.of(followed.read(experiment, shares, desk=desk, now=now))
    context = {
        "experiment": experiment,
        "results": found,
        "page": page.of(experiment, found, now=now, language=get_language() or "fr"),
        "is_of_all": user.is_ops,
        "may_write": user.is_ops,
    }
    return render(request, "scoring/experiment.html", context)


def _reader(request: HttpRequest) -> User:
    user = sessions.signed_in_user(request)
    if not perms.can_see_experiments(user):
        raise PermissionDenied
    return user
