"""Ways to reach people: personal data, sealed, and what may not be kept of it.

Values and names are sealed by ``accounts.sealing`` and found again by fingerprint,
a keyed digest whose key is outside the database. Only ``companies.contacts`` reads and
writes these tables.
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.choices import (
    ContactKind,
    ErasureReason,
    OpposedThing,
    OppositionReason,
    Source,
)
from companies.fields import SirenField
from mainsite.lib.ids import uuid7

# CNIL's frame for prospects: from collection, or the last contact by the person.
KEPT_YEARS = 3
# Article 14: within one month of the collection, or the contact cannot be used.
INFORM_WITHIN = timedelta(days=30)


def end_of_keeping(since: datetime) -> date:
    """The first day on which what was collected or heard then is deleted."""
    day = timezone.localtime(since).date()
    try:
        return day.replace(year=day.year + KEPT_YEARS)
    except ValueError:
        return day.replace(year=day.year + KEPT_YEARS, month=3, day=1)


class ContactLead(models.Model):
    """Someone to look up at a source of contacts, which names them by this row's id."""

    siren = SirenField("SIREN", db_comment="Company they work for, as a number.")
    sealed_name = models.TextField(db_comment="Full name, encrypted by FIELD_KEY.")
    sealed_profile = models.TextField(
        db_comment="Bare name of the LinkedIn profile, encrypted by FIELD_KEY."
    )
    fingerprint = models.CharField(
        max_length=64, db_comment="Keyed digest of the profile."
    )
    person = models.CharField(
        max_length=64, db_comment="Keyed digest of the name and the SIREN."
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("ajoutée par"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_comment="Who added it; null: the account is gone.",
    )
    created_at = models.DateTimeField(
        _("ajoutée le"), default=timezone.now, db_comment="When it was added."
    )
    delete_after = models.DateField(
        _("gardée jusqu’au"), db_comment="Deleted from that day on."
    )

    class Meta:
        db_table = "contact_lead"
        verbose_name = _("piste de contact")
        verbose_name_plural = _("pistes de contact")
        db_table_comment = "People to look up at sources of contacts; sealed."
        constraints = [
            models.UniqueConstraint(
                fields=["siren", "fingerprint"], name="contact_lead_once"
            )
        ]
        indexes = [
            models.Index(fields=["person"], name="contact_lead_person"),
            models.Index(fields=["delete_after"], name="contact_lead_end"),
        ]

    def __str__(self) -> str:
        return f"{self.siren} n° {self.pk}"


class Contact(models.Model):
    """One address or number, with all that the law wants known of it."""

    siren = SirenField("SIREN", db_comment="Company it reaches, as a number.")
    kind = models.CharField(
        _("nature"), max_length=5, choices=ContactKind, db_comment="email or phone."
    )
    sealed_value = models.TextField(db_comment="The address, encrypted by FIELD_KEY.")
    fingerprint = models.CharField(
        max_length=64, db_comment="Keyed digest of the normalised value."
    )
    sealed_name = models.TextField(
        blank=True, default="", db_comment="Whose it is, encrypted; empty: nobody's."
    )
    sealed_title = models.TextField(
        blank=True, default="", db_comment="Their function, encrypted; empty: unknown."
    )
    person = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_comment="Keyed digest of the name and the SIREN; empty: nobody's.",
    )
    lead = models.ForeignKey(
        ContactLead,
        on_delete=models.SET_NULL,
        null=True,
        related_name="contacts",
        db_comment="Who was looked up; null: nobody.",
    )
    is_personal = models.BooleanField(
        _("d’une personne"), db_comment="A person's; else the company's own."
    )
    is_professional = models.BooleanField(
        _("professionnel"), db_comment="Tied to the function; else private."
    )
    source = models.CharField(
        _("source"), max_length=24, choices=Source, db_comment="Who gave it."
    )
    lawful_basis = models.CharField(
        _("base légale"),
        max_length=60,
        blank=True,
        default="",
        db_comment="Document of the lawful basis; empty: not a person's.",
    )
    licence = models.CharField(
        _("contrat ou licence"),
        max_length=120,
        blank=True,
        default="",
        db_comment="Contract under which the source gave it.",
    )
    collected_at = models.DateTimeField(
        _("recueilli le"), db_comment="First collected."
    )
    informed_at = models.DateTimeField(
        _("informée le"), null=True, db_comment="When the person was told; null: not."
    )
    informed_by = models.CharField(
        _("information"),
        max_length=60,
        blank=True,
        default="",
        db_comment="Document or template by which they were told.",
    )
    last_interaction_at = models.DateTimeField(
        _("dernier échange"),
        null=True,
        db_comment="Last sign from the person; null: none.",
    )
    delete_after = models.DateField(
        _("gardé jusqu’au"), db_comment="Deleted from that day on."
    )
    is_sandbox = models.BooleanField(
        _("bac à sable"),
        default=False,
        db_comment="Told by the sandbox: nobody's real contact.",
    )
    answer_id = models.BigIntegerField(
        _("réponse"),
        null=True,
        db_comment="Answer it was read in; no foreign key, its month may be dropped.",
    )

    class Meta:
        db_table = "contact"
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        db_table_comment = "Addresses and numbers of people and companies; sealed."
        constraints = [
            models.UniqueConstraint(
                fields=["siren", "fingerprint"], name="contact_once"
            ),
            models.CheckConstraint(
                condition=models.Q(is_personal=False) | ~models.Q(lawful_basis=""),
                name="contact_of_a_person_has_a_basis",
            ),
        ]
        indexes = [
            models.Index(fields=["fingerprint"], name="contact_fingerprint"),
            models.Index(fields=["person"], name="contact_person"),
            models.Index(fields=["delete_after"], name="contact_end"),
            models.Index(
                fields=["collected_at"],
                name="contact_to_inform",
                condition=models.Q(is_personal=True, informed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.siren} {self.kind} n° {self.pk}"

    @property
    def inform_by(self) -> date | None:
        """The last day to tell the person; None when nobody is to be told."""
        if not self.is_personal or self.informed_at:
            return None
        return timezone.localtime(self.collected_at + INFORM_WITHIN).date()


class Opposition(models.Model):
    """Who or what may not be kept or used: a fingerprint, never the thing itself.

    Never deleted by the program: the list has to outlive what it forbids.
    """

    kind = models.CharField(
        _("objet"),
        max_length=8,
        choices=OpposedThing,
        db_comment="email, phone, person or company.",
    )
    fingerprint = models.CharField(
        max_length=64, unique=True, db_comment="Keyed digest of what is opposed."
    )
    reason = models.CharField(
        _("motif"), max_length=12, choices=OppositionReason, db_comment="Why."
    )
    source = models.CharField(
        _("reçue par"), max_length=24, db_comment="How it came: desk, ops, a source."
    )
    since = models.DateTimeField(
        _("depuis le"), default=timezone.now, db_comment="When it was recorded."
    )

    class Meta:
        db_table = "opposition"
        verbose_name = _("opposition")
        verbose_name_plural = _("oppositions")
        db_table_comment = "Fingerprints of what may not be kept; never the data."

    def __str__(self) -> str:
        return f"{self.kind} {self.since:%Y-%m-%d}"


class ErasureReceipt(models.Model):
    """What one erasure removed, without the data; raw answers follow after it."""

    public_id = models.UUIDField(
        default=uuid7,
        unique=True,
        editable=False,
        db_comment="Reference given to the person.",
    )
    reason = models.CharField(
        _("motif"), max_length=12, choices=ErasureReason, db_comment="Why."
    )
    at = models.DateTimeField(
        _("effacé le"), default=timezone.now, db_comment="When the rows were deleted."
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("par"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_comment="Who did it; null: the schedule.",
    )
    sirens = models.JSONField(
        default=list, db_comment="Companies whose contacts it touched."
    )
    contacts = models.PositiveIntegerField(
        _("contacts effacés"), default=0, db_comment="Contacts deleted."
    )
    leads = models.PositiveIntegerField(
        _("pistes effacées"), default=0, db_comment="Leads deleted."
    )
    fingerprints = models.PositiveIntegerField(
        _("empreintes gardées"), default=0, db_comment="Fingerprints of this request."
    )
    answers = models.PositiveIntegerField(
        _("réponses vidées"), null=True, db_comment="Raw answers emptied; null: to do."
    )
    answers_at = models.DateTimeField(
        _("réponses vidées le"),
        null=True,
        db_comment="When raw answers were emptied; null: to do.",
    )

    class Meta:
        db_table = "erasure_receipt"
        verbose_name = _("reçu d’effacement")
        verbose_name_plural = _("reçus d’effacement")
        db_table_comment = "What each erasure removed, without the data."
        indexes = [
            models.Index(
                fields=["at"],
                name="erasure_to_do",
                condition=models.Q(answers_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)
