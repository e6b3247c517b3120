"""Files that people bring: what was read, what it changed, what it refused."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.fields import SirenField
from companies.querysets import DeskQuerySet
from mainsite.lib.ids import uuid7

# As long as an import can be taken back; its file and refused rows are kept as long.
UNDONE_WITHIN = timedelta(days=7)
# Tries that a file may break before it is read no more.
MOST_BROKEN = 2


class ImportKind(models.TextChoices):
    """What the rows of a file are about."""

    COMPANIES = "companies", _("sociétés")
    CONTACTS = "contacts", _("contacts")
    OUTCOMES = "outcomes", _("issues de dossiers")
    OPPOSITIONS = "oppositions", _("oppositions")


class ImportState(models.TextChoices):
    """``draft`` is steps 1 to 3, free to change; a ``checked`` one may be run."""

    DRAFT = "draft", _("en préparation")
    CHECKING = "checking", _("essai à blanc en cours")
    CHECKED = "checked", _("essai à blanc fait")
    RUNNING = "running", _("en cours")
    DONE = "done", _("terminé")
    FAILED = "failed", _("échec")
    STOPPED = "stopped", _("arrêté")
    UNDOING = "undoing", _("annulation en cours")
    UNDONE = "undone", _("annulé")


WORKING = (ImportState.CHECKING, ImportState.RUNNING, ImportState.UNDOING)
WROTE = (ImportState.DONE, ImportState.STOPPED, ImportState.FAILED)


class ImportQuerySet(DeskQuerySet):
    def working(self) -> "ImportQuerySet":
        return self.filter(state__in=WORKING)

    def silent_for(self, delay: timedelta) -> "ImportQuerySet":
        return self.filter(heartbeat_at__lt=timezone.now() - delay)

    def past_keeping(self) -> "ImportQuerySet":
        return self.exclude(path="").filter(expires_at__lte=timezone.now())

    def newest_first(self) -> "ImportQuerySet":
        return self.order_by("-created_at", "-pk")


class Import(models.Model):
    """One file of a desk, as far as it is read and stored.

    ``position`` rows of the file are stored for good (or looked at, in a dry run): a
    run that died goes on from there. ``attempt`` is raised by whoever takes the work
    and named in every later write, so that a worker thought dead cannot go on beside
    the one that took over.
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
        db_comment="Whose import.",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("déposé par"),
        on_delete=models.PROTECT,
        related_name="+",
        db_comment="Who brought the file.",
    )
    created_at = models.DateTimeField(
        _("déposé le"), auto_now_add=True, db_comment="When."
    )
    kind = models.CharField(
        _("objet"),
        max_length=12,
        choices=ImportKind,
        default=ImportKind.COMPANIES,
        db_comment="companies, contacts, outcomes or oppositions.",
    )
    file_name = models.CharField(
        _("fichier"), max_length=255, db_comment="Name the file came with."
    )
    path = models.TextField(
        default="",
        blank=True,
        editable=False,
        db_comment="File in UPLOAD_DIR under a name of ours; empty: taken away.",
    )
    size_bytes = models.BigIntegerField(_("taille"), db_comment="Size of the file.")
    sha256 = models.CharField(
        _("empreinte"), max_length=64, db_comment="Its digest: the same file is known."
    )
    detected = models.JSONField(
        default=dict,
        db_comment="Format, encoding, separator, decimal sign, header, sheets.",
    )
    reading = models.JSONField(
        default=dict, db_comment="What the person chose instead of what was detected."
    )
    signature = models.CharField(
        max_length=64,
        default="",
        blank=True,
        db_comment="Digest of the folded header, which remembers a mapping.",
    )
    mapping = models.JSONField(
        default=dict, db_comment="{column's place: field} of the columns used."
    )
    policies = models.JSONField(
        default=dict, db_comment="{field: fill, overwrite or never}."
    )
    options = models.JSONField(
        default=dict, db_comment="Year of the amounts, day order, list to fill…"
    )
    state = models.CharField(
        _("état"),
        max_length=8,
        choices=ImportState,
        default=ImportState.DRAFT,
        db_comment="draft, checking, checked, running, done, failed, stopped, undone.",
    )
    attempt = models.PositiveSmallIntegerField(
        _("essais"), default=0, db_comment="Raised by whoever takes the work."
    )
    heartbeat_at = models.DateTimeField(
        _("dernier signe"), default=timezone.now, db_comment="Last sign of life."
    )
    wants_stop = models.BooleanField(
        default=False, db_comment="Somebody asked to stop after the present chunk."
    )
    position = models.BigIntegerField(
        default=0, db_comment="Rows of the file that are dealt with for good."
    )
    rows_total = models.BigIntegerField(
        _("lignes"), default=0, db_comment="Rows of the file without its header."
    )
    trial = models.JSONField(
        default=dict, db_comment="What the dry run found: counts, changes by field."
    )
    counts = models.JSONField(
        default=dict, db_comment="What the run did: counts, changes by field."
    )
    reason = models.TextField(
        _("motif"), default="", blank=True, db_comment="Why it failed, in words."
    )
    started_at = models.DateTimeField(
        _("commencé le"), null=True, db_comment="Beginning of the run."
    )
    ended_at = models.DateTimeField(_("fini le"), null=True, db_comment="End.")
    expires_at = models.DateTimeField(
        _("gardé jusqu’au"),
        null=True,
        db_comment="Until when file and refusals are kept and an undo is possible.",
    )
    undone_at = models.DateTimeField(
        _("annulé le"), null=True, db_comment="End of the undo; null: none."
    )
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("annulé par"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_comment="Who took it back; null: nobody.",
    )

    objects = ImportQuerySet.as_manager()

    class Meta:
        db_table = "import_file"
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        db_table_comment = "Files that desks brought; the row stays as history."
        indexes = [
            models.Index(fields=["desk", "-created_at"], name="import_desk_newest"),
            models.Index(fields=["desk", "sha256"], name="import_same_file"),
            models.Index(
                fields=["heartbeat_at"],
                name="import_working",
                condition=models.Q(state__in=("checking", "running", "undoing")),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_working(self) -> bool:
        return self.state in WORKING

    @property
    def tries_broken(self) -> int:
        """Tries that took too much, or killed the process that tried."""
        return int(self.detected.get("broken", 0))

    @property
    def is_set_aside(self) -> bool:
        return self.tries_broken >= MOST_BROKEN

    @property
    def can_be_undone(self) -> bool:
        return (
            self.state in WROTE
            and self.started_at is not None
            and self.expires_at is not None
            and self.expires_at > timezone.now()
        )


class ImportChunk(models.Model):
    """One transaction of a run: its being there says that it was stored."""

    of = models.ForeignKey(
        Import,
        on_delete=models.CASCADE,
        related_name="chunks",
        db_index=False,
        db_comment="Import it is of.",
    )
    number = models.PositiveIntegerField(db_comment="Its turn, from 0.")
    rows = models.PositiveIntegerField(db_comment="Rows of the file it dealt with.")
    new_sirens = ArrayField(
        models.IntegerField(),
        default=list,
        db_comment="Companies it created, as numbers.",
    )
    counts = models.JSONField(default=dict, db_comment="What it did.")
    stored_at = models.DateTimeField(default=timezone.now, db_comment="When.")

    class Meta:
        db_table = "import_chunk"
        verbose_name = _("lot d’un import")
        verbose_name_plural = _("lots des imports")
        db_table_comment = "Transactions of imports, with the companies they created."
        constraints = [
            models.UniqueConstraint(fields=["of", "number"], name="import_chunk_once")
        ]

    def __str__(self) -> str:
        return f"{self.of_id} n° {self.number}"


class ImportChange(models.Model):
    """What an import changed of something that was there: enough to give it back."""

    of = models.ForeignKey(
        Import,
        on_delete=models.CASCADE,
        related_name="changes",
        db_index=False,
        db_comment="Import it is of.",
    )
    siren = SirenField(db_comment="Company, as a number; nine digits with its zeros.")
    thing = models.CharField(
        max_length=24,
        default="company",
        db_comment="Table: company, accounts, officer, pursuit, contact…",
    )
    before = models.JSONField(
        null=True, db_comment="{field: value} before; null: it was not there."
    )
    after = models.JSONField(db_comment="{field: value} as the import wrote it.")

    class Meta:
        db_table = "import_change"
        verbose_name = _("changement par import")
        verbose_name_plural = _("changements par import")
        db_table_comment = "What imports changed, to give it back within seven days."
        indexes = [models.Index(fields=["of", "siren"], name="import_change_siren")]

    def __str__(self) -> str:
        return f"{self.of_id} {self.siren}"


class ImportRefusal(models.Model):
    """A row that was not taken, as it was read, with the reason."""

    of = models.ForeignKey(
        Import,
        on_delete=models.CASCADE,
        related_name="refusals",
        db_index=False,
        db_comment="Import it is of.",
    )
    is_trial = models.BooleanField(db_comment="Found by the dry run; else by the run.")
    line = models.BigIntegerField(_("ligne"), db_comment="Line of the file, from 1.")
    reason = models.CharField(_("motif"), max_length=32, db_comment="Code of why.")
    field = models.CharField(
        max_length=24, default="", blank=True, db_comment="Field that was refused."
    )
    value = models.TextField(
        default="", blank=True, db_comment="What was read there, as it stood."
    )
    hint = models.TextField(
        default="", blank=True, db_comment="A value to propose, or another line."
    )
    cells = ArrayField(
        models.TextField(),
        default=list,
        db_comment="The row in the file's own columns.",
    )

    class Meta:
        db_table = "import_refusal"
        verbose_name = _("ligne refusée")
        verbose_name_plural = _("lignes refusées")
        db_table_comment = "Rows that imports refused, with their cells and the reason."
        indexes = [
            models.Index(fields=["of", "is_trial", "line"], name="import_refusal_line")
        ]

    def __str__(self) -> str:
        return f"{self.of_id}, {self.line} : {self.reason}"


class ColumnMapping(models.Model):
    """How a desk last read files with this header."""

    desk = models.ForeignKey(
        "accounts.Desk",
        on_delete=models.CASCADE,
        db_index=False,
        db_comment="Whose files.",
    )
    kind = models.CharField(
        max_length=12, choices=ImportKind, db_comment="What the files are about."
    )
    signature = models.CharField(
        max_length=64, db_comment="Digest of the folded header."
    )
    mapping = models.JSONField(db_comment="{column's place: field}.")
    policies = models.JSONField(
        default=dict, db_comment="{field: fill, overwrite or never}."
    )
    options = models.JSONField(default=dict, db_comment="As in import.")
    used_at = models.DateTimeField(auto_now=True, db_comment="Last use.")

    objects = DeskQuerySet.as_manager()

    class Meta:
        db_table = "import_mapping"
        verbose_name = _("correspondance de colonnes")
        verbose_name_plural = _("correspondances de colonnes")
        db_table_comment = "How desks read the columns of files, by header."
        constraints = [
            models.UniqueConstraint(
                fields=["desk", "kind", "signature"], name="import_mapping_once"
            )
        ]

    def __str__(self) -> str:
        return self.signature
