"""What ops see of exports: that they were made, never what they hold."""

import re
from typing import TYPE_CHECKING, Any

# Registers its own dashboard at import, which ours then replaces.
import django_rq.admin  # noqa: F401
from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_rq.models import Dashboard
from flags.models import FlagState

from accounts.admin import ReadOnlyAdmin
from exports import delivering, destinations, storage, trail
from exports.models import Destination, DestinationKind, Export, WriteMode
from exports.queues import QueuesAdmin

SECRET_NAME = re.compile(r"EXPORT_TARGET_[A-Z0-9_]+")

if TYPE_CHECKING:
    # Generic for the type checker only.
    AnyAdmin = admin.ModelAdmin[Any]
    AnyForm = forms.ModelForm[Destination]
else:
    AnyAdmin = admin.ModelAdmin
    AnyForm = forms.ModelForm


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


class DestinationForm(AnyForm):
    class Meta:
        model = Destination
        fields = (
            "name",
            "kind",
            "secret_name",
            "place",
            "table",
            "mode",
            "takes_contacts",
            "is_active",
            "desks",
        )

    def clean_secret_name(self) -> str:
        """A name, never the secret itself: whoever pastes one here is told so."""
        given: str = self.cleaned_data["secret_name"].strip()
        if not SECRET_NAME.fullmatch(given):
            raise ValidationError(
                _(
                    "Le nom d’une variable d’environnement : EXPORT_TARGET_ puis des "
                    "majuscules, des chiffres ou « _ ». Jamais le secret lui-même."
                )
            )
        return given

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if told.get("kind") == DestinationKind.AIRTABLE:
            if not told.get("place") or not told.get("table"):
                raise ValidationError(_("Airtable : donnez la base et la table."))
            if told.get("mode") != WriteMode.UPSERT:
                raise ValidationError(
                    _("Une table Airtable ne s’écrit qu’en mise à jour par SIREN.")
                )
        return told


@admin.register(Destination)
class DestinationAdmin(AnyAdmin):
    form = DestinationForm
    list_display = ("name", "kind", "mode", "secret", "takes_contacts", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("name",)
    filter_horizontal = ("desks",)
    readonly_fields = ("secret",)
    ordering = ("name",)
    actions = ("try_them",)

    @admin.display(description=_("secret"))
    def secret(self, destination: Destination) -> str:
        """Whether it is there; its value is shown to nobody."""
        if not destination.secret_name:
            return "—"
        is_there = bool(destinations.secret_of(destination))
        return gettext("présente") if is_there else gettext("absente")

    @admin.action(description=_("Essayer si elles répondent"))
    def try_them(
        self, request: HttpRequest, chosen: models.QuerySet[Destination]
    ) -> None:
        for destination in chosen:
            told = f"{destination.name} : {_answer_of(destination)}"
            self.message_user(request, told)

    def save_model(
        self, request: HttpRequest, obj: Destination, form: Any, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        trail.record_destination(obj, by=request.user, request=request)
        if not destinations.secret_of(obj):
            sentence = gettext("La variable %(name)s est absente de ce serveur.")
            given = {"name": obj.secret_name}
            self.message_user(request, sentence % given, messages.WARNING)


def _answer_of(destination: Destination) -> str:
    if destination.kind != DestinationKind.STORAGE:
        return delivering.check(destination)
    try:
        storage.folder_of(destination)
    except storage.StorageRefused as error:
        return str(error)
    return gettext("Le dossier est accessible.")


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
