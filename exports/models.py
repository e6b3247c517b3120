"""A file made from a selection, with what was asked for and what it holds."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.querysets import DeskQuerySet
from mainsite.lib.ids import uuid7


class Profile(models.TextChoices):
    RAPIDE = "rapide", _("Rapide")
    ANALYSE = "analyse", _("Analyse")


class ExportState(models.TextChoices):
    QUEUED = "queued", _("en attente")
    RUNNING = "running", _("en cours")
    DONE = "done", _("prêt")
    FAILED = "failed", _("échec")


class ExportQuerySet(DeskQuerySet):
    def unfinished(self) -> "ExportQuerySet":
        return self.filter(state__in=(ExportState.QUEUED, ExportState.RUNNING))

    def silent_for(self, delay: timedelta) -> "ExportQuerySet":
        return self.filter(heartbeat_at__lt=timezone.now() - delay)

    def past_keeping(self) -> "ExportQuerySet":
        return self.exclude(path="").filter(expires_at__lte=timezone.now())

    def newest_first(self) -> "ExportQuerySet":
        return self.order_by("-created_at", "-pk")


class Export(models.Model):
    """The row stays as history when its file is gone.

    ``attempt`` is raised by whoever takes the work and named in every later write, so
    that a worker thought dead cannot finish in place of the one that took over.
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
        on_delete=models.PROTECT,
        db_comment="Whose export.",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("demandé par"),
        on_delete=models.PROTECT,
        db_comment="Who asked.",
    )
    created_at = models.DateTimeField(
        _("demandé le"), auto_now_add=True, db_comment="When."
    )
    profile = models.CharField(
        _("profil"),
        max_length=12,
        choices=Profile,
        db_comment="Set of columns asked for.",
    )
    query = models.TextField(
        _("requête"),
        help_text=_("La requête de la liste, tri compris."),
        db_comment="Selection, as the list's query string.",
    )
    words = models.TextField(_("critères"), db_comment="Selection in words.")
    columns = models.JSONField(
        _("colonnes"), default=list, db_comment="Names of the columns written."
    )
    data_version = models.CharField(
        _("version des données"),
        max_length=120,
        default="",
        blank=True,
        db_comment="What the data was when it was read.",
    )
    state = models.CharField(
        _("état"),
        max_length=12,
        choices=ExportState,
        default=ExportState.QUEUED,
        db_comment="queued, running, done or failed.",
    )
    attempt = models.PositiveSmallIntegerField(
        _("essais"), default=0, db_comment="Raised by whoever takes the work."
    )
    heartbeat_at = models.DateTimeField(
        _("dernier signe"), default=timezone.now, db_comment="Last sign of life."
    )
    rows_total = models.PositiveIntegerField(
        _("lignes"), default=0, db_comment="Companies of the selection."
    )
    rows_done = models.PositiveIntegerField(
        _("lignes écrites"), default=0, db_comment="Rows written so far."
    )
    reason = models.TextField(
        _("motif"), default="", blank=True, db_comment="Why it failed."
    )
    path = models.TextField(
        _("fichier"),
        default="",
        blank=True,
        help_text=_("Dans EXPORT_DIR."),
        db_comment="File in EXPORT_DIR; empty: none.",
    )
    size_bytes = models.BigIntegerField(
        _("taille"), default=0, db_comment="Size of the file."
    )
    sha256 = models.CharField(
        max_length=64,
        default="",
        blank=True,
        db_comment="Digest of the file; empty: none.",
    )
    is_sandbox = models.BooleanField(
        _("bac à sable"), default=False, db_comment="Written in a sandbox."
    )
    started_at = models.DateTimeField(
        _("commencé le"), null=True, db_comment="Beginning of the writing."
    )
    ended_at = models.DateTimeField(
        _("fini le"), null=True, db_comment="End of the writing."
    )
    expires_at = models.DateTimeField(
        _("gardé jusqu’au"), null=True, db_comment="Until when the file is kept."
    )

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        db_table_comment = (
            "Files made from selections; the row stays when the file is gone."
        )
        indexes = [
            models.Index(fields=["desk", "-created_at"], name="export_desk_newest")
        ]

    def __str__(self) -> str:
        return f"{self.profile} {self.public_id}"

    @property
    def file_name(self) -> str:
        """Says what it is wherever the file goes: profile, day, sandbox."""
        day = timezone.localtime(self.created_at).date()
        mark = "-bac-a-sable" if self.is_sandbox else ""
        return f"cibles-{self.profile}-{day}{mark}.csv"

    @property
    def is_pending(self) -> bool:
        return self.state in (ExportState.QUEUED, ExportState.RUNNING)

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def has_file(self) -> bool:
        return (
            self.state == ExportState.DONE and bool(self.path) and not self.is_expired
        )
