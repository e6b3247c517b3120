"""« Registre des traitements », a page of the admin: what is done with whose data."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import HistoryRetention
from mainsite.register import REGISTER


@admin.site.admin_view
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    context = {
        "title": _("Registre des traitements"),
        "subtitle": None,
        "register": REGISTER,
        "histories": HistoryRetention.objects.order_by("table_name"),
    }
    return render(
        request, "admin/register.html", admin.site.each_context(request) | context
    )
