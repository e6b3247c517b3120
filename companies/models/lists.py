"""What a desk keeps: named lists of companies (viviers) and searches to come back to."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from companies.fields import SirenField
from companies.querysets import DeskQuerySet, SavedSearchQuerySet, TargetListQuerySet
from mainsite.lib.ids import uuid7


class TargetList(models.Model):
    """A named list of companies, common to its desk.

    The desk keeps a followed list before its eyes; the others rest.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    desk = models.ForeignKey(
        "accounts.Desk", verbose_name=_("équipe"), on_delete=models.CASCADE
    )
    name = models.CharField(_("nom"), max_length=80)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("créée par"),
        on_delete=models.SET_NULL,
        null=True,
    )
    created_at = models.DateTimeField(_("créée le"), auto_now_add=True)
    is_followed = models.BooleanField(_("suivie"), default=False)

    objects = TargetListQuerySet.as_manager()

    class Meta:
        db_table = "target_list"
        verbose_name = _("vivier")
        verbose_name_plural = _("viviers")
        constraints = [
            models.UniqueConstraint(
                "desk", Lower("name"), name="target_list_one_name"
            ),
            models.CheckConstraint(
                name="target_list_has_a_name", condition=~models.Q(name="")
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)


class ListEntry(models.Model):
    """A company in a list; the company is then a target, whatever is known of it."""

    list = models.ForeignKey(
        TargetList, on_delete=models.CASCADE, related_name="entries"
    )
    siren = SirenField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True
    )
    added_at = models.DateTimeField(_("ajoutée le"), auto_now_add=True)

    class Meta:
        db_table = "list_entry"
        verbose_name = _("société d’un vivier")
        verbose_name_plural = _("sociétés des viviers")
        constraints = [
            models.UniqueConstraint(fields=["list", "siren"], name="list_entry_once")
        ]
        indexes = [models.Index(fields=["siren"], name="list_entry_siren")]

    def __str__(self) -> str:
        return f"{self.siren}"


class SavedSearch(models.Model):
    """A search with a name: a tab of the list with an address of its own.

    ``query`` is the list's query string (filters and sort); ``columns`` the names of
    the columns shown, none for the usual ones.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    desk = models.ForeignKey(
        "accounts.Desk", verbose_name=_("équipe"), on_delete=models.CASCADE
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("enregistrée par"),
        on_delete=models.CASCADE,
    )
    name = models.CharField(_("nom"), max_length=80)
    query = models.TextField(_("requête"), blank=True, default="")
    columns = models.JSONField(_("colonnes"), default=list, blank=True)
    is_shared = models.BooleanField(_("partagée avec l’équipe"), default=False)
    created_at = models.DateTimeField(_("enregistrée le"), auto_now_add=True)
    updated_at = models.DateTimeField(_("modifiée le"), auto_now=True)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        db_table = "saved_search"
        verbose_name = _("recherche enregistrée")
        verbose_name_plural = _("recherches enregistrées")
        constraints = [
            models.UniqueConstraint(
                "owner", Lower("name"), name="saved_search_one_name"
            ),
            models.CheckConstraint(
                name="saved_search_has_a_name", condition=~models.Q(name="")
            ),
        ]
        indexes = [models.Index(fields=["desk", "owner"], name="saved_search_desk")]

    def __str__(self) -> str:
        return str(self.name)
