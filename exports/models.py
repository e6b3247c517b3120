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
    EXCEL = "excel", _("Excel")
    COMPLET = "complet", _("Complet")
    SQL = "sql", _("SQL")
    AIRTABLE = "airtable", _("Airtable")
    PROFIL = "profil", _("Fiche PDF")


class Format(models.TextChoices):
    """What the file is; ``delivery`` is rows sent instead, ``trial`` its dry run."""

    CSV = "csv", _("CSV")
    XLSX = "xlsx", _("XLSX")
    JSONL = "jsonl", _("JSON Lines")
    PARQUET = "parquet", _("Parquet")
    SQL = "sql", _("script SQL (PostgreSQL)")
    SQLITE = "sqlite", _("base SQLite")
    PDF = "pdf", _("PDF")
    DELIVERY = "delivery", _("envoi")
    TRIAL = "trial", _("essai à blanc")


class DestinationKind(models.TextChoices):
    AIRTABLE = "airtable", _("Airtable")
    DATABASE = "database", _("base de données")
    STORAGE = "storage", _("dossier de stockage")


class WriteMode(models.TextChoices):
    """How rows meet those that a target table holds."""

    APPEND = "append", _("ajouter")
    REPLACE = "replace", _("remplacer")
    UPSERT = "upsert", _("mettre à jour par SIREN")


class ExportState(models.TextChoices):
    QUEUED = "queued", _("en attente")
    RUNNING = "running", _("en cours")
    DONE = "done", _("prêt")
    FAILED = "failed", _("échec")
    CANCELLED = "cancelled", _("annulé")


class Destination(models.Model):
    """Where rows may be sent: declared by ops, chosen by name, never typed.

    The secret (a token, a connection string) is in the environment, in a variable
    whose name begins with ``EXPORT_TARGET_``: the database holds its name only.
    """

    name = models.CharField(
        _("nom"), max_length=80, unique=True, db_comment="Name on screen."
    )
    kind = models.CharField(
        _("nature"),
        max_length=8,
        choices=DestinationKind,
        db_comment="airtable, database or storage.",
    )
    secret_name = models.CharField(
        _("variable du secret"),
        max_length=80,
        help_text=_("Commence par EXPORT_TARGET_ ; sa valeur reste hors de la base."),
        db_comment="Environment variable of the token, address or folder.",
    )
    place = models.CharField(
        _("base ou schéma"),
        max_length=80,
        default="",
        blank=True,
        db_comment="Airtable: base id; database: schema, empty for the usual one.",
    )
    table = models.CharField(
        _("table"),
        max_length=80,
        default="",
        blank=True,
        db_comment="Airtable: table id or name; database: prefix of the tables.",
    )
    mode = models.CharField(
        _("écriture"),
        max_length=8,
        choices=WriteMode,
        default=WriteMode.UPSERT,
        db_comment="append, replace or upsert.",
    )
    takes_contacts = models.BooleanField(
        _("reçoit des contacts"),
        default=False,
        help_text=_("Données de personnes : hors d’Europe, un contrat est nécessaire."),
        db_comment="Contacts may be sent there.",
    )
    is_active = models.BooleanField(
        _("en service"), default=True, db_comment="Offered to desks."
    )
    desks = models.ManyToManyField(
        "accounts.Desk",
        verbose_name=_("équipes"),
        blank=True,
        help_text=_("Aucune : toutes."),
    )

    class Meta:
        verbose_name = _("destination")
        verbose_name_plural = _("destinations")
        db_table_comment = "Where exports may be sent, as ops declared it."

    def __str__(self) -> str:
        return self.name


class ScheduleQuerySet(DeskQuerySet):
    def due(self) -> "ScheduleQuerySet":
        return self.filter(is_active=True, next_at__lte=timezone.now())


class ExportSchedule(models.Model):
    """An export made again each week, from the same definition."""

    public_id = models.UUIDField(
        default=uuid7,
        unique=True,
        editable=False,
        db_comment="Identifier in addresses.",
    )
    desk = models.ForeignKey(
        "accounts.Desk", on_delete=models.PROTECT, db_comment="Whose exports."
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("programmé par"),
        on_delete=models.PROTECT,
        db_comment="On whose behalf they are made.",
    )
    created_at = models.DateTimeField(auto_now_add=True, db_comment="When.")
    name = models.CharField(_("nom"), max_length=80, db_comment="Name on screen.")
    query = models.TextField(_("requête"), db_comment="Selection, as in export.")
    profile = models.CharField(
        _("profil"), max_length=12, choices=Profile, db_comment="As in export."
    )
    format = models.CharField(
        _("format"), max_length=8, choices=Format, db_comment="As in export."
    )
    columns = models.JSONField(default=list, db_comment="As in export.")
    with_contacts = models.BooleanField(
        _("avec contacts"), default=False, db_comment="As in export."
    )
    destination = models.ForeignKey(
        Destination,
        verbose_name=_("destination"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_comment="Where it goes; null: kept here.",
    )
    weekday = models.PositiveSmallIntegerField(
        _("jour"), db_comment="0 Monday to 6 Sunday, in Paris."
    )
    hour = models.PositiveSmallIntegerField(_("heure"), db_comment="0 to 23, in Paris.")
    next_at = models.DateTimeField(_("prochain"), db_comment="When it is due next.")
    is_active = models.BooleanField(
        _("actif"), default=True, db_comment="False: suspended."
    )
    reason = models.TextField(
        default="", blank=True, db_comment="Why it was suspended by itself."
    )

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        verbose_name = _("export programmé")
        verbose_name_plural = _("exports programmés")
        db_table_comment = "Exports made again each week."
        indexes = [models.Index(fields=["next_at"], name="export_schedule_due")]

    def __str__(self) -> str:
        return self.name


class ExportQuerySet(DeskQuerySet):
    def unfinished(self) -> "ExportQuerySet":
        return self.filter(state__in=(ExportState.QUEUED, ExportState.RUNNING))

    def silent_for(self, delay: timedelta) -> "ExportQuerySet":
        return self.filter(heartbeat_at__lt=timezone.now() - delay)

    def past_keeping(self) -> "ExportQuerySet":
        return self.exclude(path="").filter(expires_at__lte=timezone.now())

    def trials_past_keeping(self) -> "ExportQuerySet":
        ended = self.filter(format=Format.TRIAL).exclude(ended_at=None)
        return ended.filter(expires_at__lte=timezone.now())

    def newest_first(self) -> "ExportQuerySet":
        return self.order_by("-created_at", "-pk")


class Export(models.Model):
    """The row stays as history when its file is gone; that of a dry run goes.

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
    format = models.CharField(
        _("format"),
        max_length=8,
        choices=Format,
        default=Format.CSV,
        db_default=Format.CSV,
        db_comment="Kind of file, or delivery.",
    )
    with_contacts = models.BooleanField(
        _("avec contacts"),
        default=False,
        db_default=False,
        db_comment="Holds contacts: watermarked, kept one day.",
    )
    destination = models.ForeignKey(
        Destination,
        verbose_name=_("destination"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_comment="Where it is sent; null: a file here.",
    )
    schedule = models.ForeignKey(
        ExportSchedule,
        verbose_name=_("programmation"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_comment="What asked for it; null: a person.",
    )
    wants_stop = models.BooleanField(
        default=False, db_default=False, db_comment="Somebody asked to cancel it."
    )
    progress = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        db_comment="Delivery: rows created, updated, left; what to resume from.",
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
        db_comment="queued, running, done, failed or cancelled.",
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
    def file_stem(self) -> str:
        """Says what it is wherever the file goes: profile, day, contacts, sandbox."""
        day = timezone.localtime(self.created_at).date()
        contacts = "-contacts" if self.with_contacts else ""
        mark = "-bac-a-sable" if self.is_sandbox else ""
        return f"cibles-{self.profile}-{day}{contacts}{mark}"

    @property
    def file_name(self) -> str:
        return f"{self.file_stem}.{self.format}"

    @property
    def is_delivery(self) -> bool:
        return self.format == Format.DELIVERY

    @property
    def is_trial(self) -> bool:
        return self.format == Format.TRIAL

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
