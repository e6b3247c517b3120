"""What a desk keeps: named lists of companies (viviers), searches to come back to."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.choices import ListChangeKind, ListChangeState
from companies.fields import SirenField
from companies.querysets import (
    ListChangeQuerySet,
    SavedSearchQuerySet,
    TargetListQuerySet,
)
from mainsite.lib.ids import uuid7


class TargetList(models.Model):
    """A named list of companies, common to its desk.

    The desk keeps a followed list before its eyes; the others rest.
    """

    public_id = models.UUIDField(
        default=uuid7,
        unique=True,
        editable=False,
        db_comment="Identifier in addresses.",
    )
    desk = models.ForeignKey(
        "accounts.Desk",
        verbose_name=_("équipe"),
        on_delete=models.CASCADE,
        db_comment="Whose list.",
    )
    name = models.CharField(_("nom"), max_length=80, db_comment="Name on screen.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("créée par"),
        on_delete=models.SET_NULL,
        null=True,
        db_comment="Who made it; null: the account is gone.",
    )
    created_at = models.DateTimeField(
        _("créée le"), auto_now_add=True, db_comment="When."
    )
    is_followed = models.BooleanField(
        _("suivie"), default=False, db_comment="Kept before the desk's eyes."
    )
    deleted_at = models.DateTimeField(
        _("supprimée le"),
        null=True,
        help_text=_("Ses lignes s’effacent ensuite."),
        db_comment="Deleted for everybody; its rows go afterwards.",
    )

    objects = TargetListQuerySet.as_manager()

    class Meta:
        db_table = "target_list"
        verbose_name = _("vivier")
        verbose_name_plural = _("viviers")
        db_table_comment = "Named lists of companies (viviers), common to a desk."
        constraints = [
            models.UniqueConstraint(
                "desk",
                Lower("name"),
                name="target_list_one_name",
                condition=models.Q(deleted_at__isnull=True),
            ),
            models.CheckConstraint(
                name="target_list_has_a_name", condition=~models.Q(name="")
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)


class ListChange(models.Model):
    """A selection put into a list or taken out of it, and what came of it.

    When it was asked ``total`` companies were found, ``expected`` of them to change;
    ``changed`` were really added or removed. ``attempt`` is raised by whoever takes the
    work and named in every later write, so that a worker thought dead cannot go on
    beside the one that took over.
    """

    public_id = models.UUIDField(
        default=uuid7,
        unique=True,
        editable=False,
        db_comment="Identifier in addresses.",
    )
    list = models.ForeignKey(
        TargetList,
        on_delete=models.CASCADE,
        related_name="changes",
        db_comment="List changed.",
    )
    kind = models.CharField(
        _("nature"),
        max_length=8,
        choices=ListChangeKind,
        db_comment="Added or removed.",
    )
    undoes = models.OneToOneField(
        "self",
        on_delete=models.CASCADE,
        null=True,
        related_name="undone_by",
        db_comment="Change that this one takes back.",
    )
    query = models.TextField(
        _("requête"),
        blank=True,
        default="",
        db_comment="Selection, as the list's query string.",
    )
    words = models.TextField(
        _("critères"), blank=True, default="", db_comment="Selection in words."
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("demandé par"),
        on_delete=models.SET_NULL,
        null=True,
        db_comment="Who asked; null: the account is gone.",
    )
    asked_at = models.DateTimeField(
        _("demandé le"), auto_now_add=True, db_comment="When."
    )
    state = models.CharField(
        _("état"),
        max_length=8,
        choices=ListChangeState,
        default=ListChangeState.QUEUED,
        db_comment="Where it stands.",
    )
    attempt = models.PositiveIntegerField(
        _("essais"), default=0, db_comment="Raised by whoever takes the work."
    )
    revivals = models.PositiveSmallIntegerField(
        _("reprises"), default=0, db_comment="Times it was taken from a dead worker."
    )
    heartbeat_at = models.DateTimeField(
        _("dernier signe"), default=timezone.now, db_comment="Last sign of life."
    )
    total = models.PositiveIntegerField(
        _("sociétés"), default=0, db_comment="Companies found."
    )
    expected = models.PositiveIntegerField(
        _("à changer"), default=0, db_comment="Of them, to change."
    )
    seen = models.PositiveIntegerField(
        _("sociétés vues"), default=0, db_comment="Companies looked at so far."
    )
    changed = models.PositiveIntegerField(
        _("sociétés changées"),
        default=0,
        db_comment="Companies really added or removed.",
    )
    digest = models.CharField(
        max_length=64,
        default="",
        blank=True,
        help_text="Of the SIREN, in turn.",
        db_comment="Of the SIREN, in turn.",
    )
    reason = models.TextField(
        _("motif"), default="", blank=True, db_comment="Why it failed."
    )
    ended_at = models.DateTimeField(
        _("fini le"), null=True, db_comment="End; null: not ended."
    )

    objects = ListChangeQuerySet.as_manager()

    class Meta:
        db_table = "list_change"
        verbose_name = _("changement d’un vivier")
        verbose_name_plural = _("changements des viviers")
        db_table_comment = (
            "Selections put into lists or taken out, and what came of them."
        )
        indexes = [
            models.Index(fields=["list", "-asked_at"], name="list_change_newest"),
            models.Index(
                fields=["heartbeat_at"],
                name="list_change_pending",
                condition=models.Q(state__in=("queued", "running")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def is_pending(self) -> bool:
        return self.state in (ListChangeState.QUEUED, ListChangeState.RUNNING)

    @property
    def unchanged(self) -> int:
        """Already in the list, or not in it: nothing was to be done with them."""
        return max(self.total - self.changed, 0)


class ListEntry(models.Model):
    """A company in a list; the company is then a target, whatever is known of it."""

    list = models.ForeignKey(
        TargetList,
        on_delete=models.CASCADE,
        related_name="entries",
        db_comment="List it is in.",
    )
    siren = SirenField(db_comment="Company, as a number; nine digits with its zeros.")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        db_comment="Who added it; null: the account is gone.",
    )
    added_at = models.DateTimeField(
        _("ajoutée le"), auto_now_add=True, db_comment="When."
    )
    # The addition that brought it, to undo it along the list's own index. Both leave
    # with their list; a checked key would read every entry for each change that goes.
    change = models.ForeignKey(
        ListChange,
        on_delete=models.DO_NOTHING,
        null=True,
        db_index=False,
        db_constraint=False,
        db_comment="Bulk change that added it; null: one by one.",
    )

    class Meta:
        db_table = "list_entry"
        verbose_name = _("société d’un vivier")
        verbose_name_plural = _("sociétés des viviers")
        db_table_comment = "Companies of the lists."
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

    public_id = models.UUIDField(
        default=uuid7,
        unique=True,
        editable=False,
        db_comment="Identifier in addresses.",
    )
    desk = models.ForeignKey(
        "accounts.Desk",
        verbose_name=_("équipe"),
        on_delete=models.CASCADE,
        db_comment="Desk it can be shared with.",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("enregistrée par"),
        on_delete=models.CASCADE,
        db_comment="Who saved it.",
    )
    name = models.CharField(_("nom"), max_length=80, db_comment="Name on screen.")
    query = models.TextField(
        _("requête"),
        blank=True,
        default="",
        db_comment="Filters and sort, as the list's query string.",
    )
    columns = models.JSONField(
        _("colonnes"),
        default=list,
        blank=True,
        db_comment="Names of the columns shown; none: the usual ones.",
    )
    is_shared = models.BooleanField(
        _("partagée avec l’équipe"), default=False, db_comment="Seen by the whole desk."
    )
    created_at = models.DateTimeField(
        _("enregistrée le"), auto_now_add=True, db_comment="When it was saved."
    )
    updated_at = models.DateTimeField(
        _("modifiée le"), auto_now=True, db_comment="Last change."
    )

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        db_table = "saved_search"
        verbose_name = _("recherche enregistrée")
        verbose_name_plural = _("recherches enregistrées")
        db_table_comment = "Searches with a name and an address of their own."
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
