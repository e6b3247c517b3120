"""Looking for contacts, and the assessments without which nobody is looked up."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import perms, sessions
from accounts.models import User
from companies.contacts import ContactsRefused
from companies.models import Company
from enrichment import assessments
from enrichment.contact_forms import AssessmentForm, FindForm
from enrichment.contacts import find_contacts
from enrichment.models import Provider
from enrichment.providers.registry import provider_classes

UNPROCESSABLE = 422


@require_POST
def find(request: HttpRequest, siren: str) -> HttpResponse:
    """A draft, and its preview: nothing is asked of a source yet."""
    user = sessions.signed_in_user(request)
    company = get_object_or_404(Company.objects.visible_to(user), siren=siren)
    form = FindForm(request.POST)
    if not form.is_valid():
        for field in form.errors:
            messages.error(request, " ".join(map(str, form.errors[field])))
        return redirect("companies:company", company.siren)
    try:
        batch = find_contacts(
            by=user, siren=siren, request=request, **form.cleaned_data
        )
    except ContactsRefused as error:
        messages.error(request, error.sentence)
        return redirect("companies:company", company.siren)
    return redirect(batch)


@require_http_methods(["GET", "HEAD", "POST"])
def assessment(request: HttpRequest, name: str) -> HttpResponse:
    """What was weighed of a source, by whom; and the form of the next one."""
    user = _reader(request)
    provider = _provider(name)
    if request.method != "POST":
        return _page(request, provider, AssessmentForm())
    if not perms.can_sign_assessments(user):
        raise PermissionDenied
    form = AssessmentForm(request.POST)
    if not form.is_valid():
        return _page(request, provider, form, status=UNPROCESSABLE)
    given = {key: v for key, v in form.cleaned_data.items() if key != "agrees"}
    assessments.sign(source=name, by=user, request=request, **given)
    return redirect("enrichment:assessment", name)


@require_POST
def withdraw_assessment(request: HttpRequest, name: str) -> HttpResponse:
    """Whoever may sign may stop; so may ops, at once."""
    user, provider = _reader(request), _provider(name)
    assessments.withdraw(source=provider.name, by=user, request=request)
    return redirect("enrichment:assessment", name)


def _reader(request: HttpRequest) -> User:
    user = sessions.signed_in_user(request)
    if not perms.can_see_assessments(user):
        raise PermissionDenied
    return user


def _provider(name: str) -> Provider:
    if not assessments.is_assessed(name):
        raise Http404
    return get_object_or_404(Provider, pk=name)


def _page(
    request: HttpRequest, provider: Provider, form: AssessmentForm, *, status: int = 200
) -> HttpResponse:
    signed = assessments.of(provider.name)
    context = {
        "provider": provider,
        "label": provider_classes()[provider.name].label,
        "form": form,
        "signed": signed,
        "standing": next((one for one in signed if one.withdrawn_at is None), None),
        "may_sign": perms.can_sign_assessments(request.user),
    }
    return render(request, "enrichment/assessment.html", context, status=status)
