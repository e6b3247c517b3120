"""What ops see of exports: that they were made, never what they hold."""

# Registers its own dashboard at import, which ours then replaces.
from typing import TYPE_CHECKING, Any

import django_rq.admin  # noqa: F401
from django.apps import apps
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django_rq.models import Dashboard
from flags.models import FlagState

from accounts.admin import ReadOnlyAdmin
from exports.models import Destination, Export
from exports.queues import QueuesAdmin

if TYPE_CHECKING:
    # Generic for the type checker only.
    AnyAdmin = admin.ModelAdmin[Any]
else:
    AnyAdmin = admin.ModelAdmin


@admin.register(Export)
class ExportAdmin(ReadOnlyAdmin):
    list_display = (
        "created_at",
        "desk",
        "created_by",
        "profile",
        "format",
        "rows_total",
        "state",
        "attempt",
        "expires_at",
    )
    list_filter = ("state", "profile", "format", "desk")
    list_select_related = ("desk", "created_by")
    search_fields = ("public_id",)
    ordering = ("-created_at", "-pk")
    # Neither the file nor where it lies.
    exclude = ("path",)


@admin.register(Destination)
class DestinationAdmin(AnyAdmin):
    list_display = ("name", "kind", "mode", "takes_contacts", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("name",)
    filter_horizontal = ("desks",)
    ordering = ("name",)


admin.site.unregister(Dashboard)
admin.site.register(Dashboard, QueuesAdmin)

# These libraries name themselves in English, and ops read French.
apps.get_app_config("django_rq").verbose_name = _("Files de travaux")
apps.get_app_config("flags").verbose_name = _("Drapeaux")
Dashboard._meta.verbose_name = Dashboard._meta.verbose_name_plural = _(
    "tableau de bord"
)
FlagState._meta.verbose_name = _("condition d’un drapeau")
FlagState._meta.verbose_name_plural = _("conditions des drapeaux")
