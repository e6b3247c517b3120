"""Every company of the register: one wide row to read, one narrow row to filter."""

from django.db import models
from django.db.models.functions import Concat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from companies import nomenclature
from companies.choices import Diffusion, Source
from companies.fields import SirenField, SiretField
from companies.nomenclature import Naf, Place
from companies.querysets import CompanyQuerySet


class Fold(models.Func):
    """Upper case without accents, as the ``fold`` function of the database does."""

    function = "fold"
    output_field = models.TextField()


class Company(models.Model):
    """The wide row: who a company is. No score, no figure, no status stands here."""

    siren = SirenField(
        primary_key=True, db_comment="SIREN as a number: nine digits with its zeros."
    )
    name = models.TextField(
        _("dénomination"),
        db_comment="Name as the register publishes it; empty when masked.",
    )
    trade_name = models.TextField(
        _("enseigne"), blank=True, default="", db_comment="Name over the door."
    )
    acronym = models.TextField(
        _("sigle"), blank=True, default="", db_comment="Short name."
    )
    legal_form = models.CharField(
        _("forme juridique"),
        max_length=4,
        default="",
        db_comment="Legal category of INSEE, four digits; empty: unknown.",
    )
    naf_code = models.CharField(
        _("NAF rév. 2"),
        max_length=6,
        default="",
        db_comment="Activity, NAF rev. 2 with its dot; empty: unknown.",
    )
    naf25_code = models.CharField(
        _("NAF 2025"),
        max_length=6,
        default="",
        db_comment="Activity, NAF 2025; empty: unknown.",
    )
    created_on = models.DateField(
        _("création"), null=True, db_comment="Creation; null: unknown."
    )
    closed_on = models.DateField(
        _("cessation"),
        null=True,
        db_comment="Closing; null: open, or closed on an unknown day.",
    )
    is_active = models.BooleanField(
        _("active"), default=True, db_comment="Open in the register."
    )
    diffusion = models.CharField(
        _("diffusion"),
        max_length=1,
        choices=Diffusion,
        default=Diffusion.FULL,
        db_comment="O: public; P: partial, no personal field may be shown.",
    )
    headcount_band = models.CharField(
        _("tranche d’effectif"),
        max_length=2,
        default="",
        db_comment="INSEE code of the headcount band; empty: unknown.",
    )
    headcount_year = models.SmallIntegerField(null=True, db_comment="Year of the band.")
    category = models.CharField(
        _("catégorie"), max_length=3, default="", db_comment="PME, ETI or GE."
    )
    capital_eur = models.BigIntegerField(
        _("capital"), null=True, db_comment="Share capital in euros; null: unknown."
    )
    website = models.TextField(
        _("site internet"),
        default="",
        blank=True,
        db_comment="Address of the site; empty: unknown.",
    )
    siret = SiretField(
        _("SIRET du siège"), null=True, db_comment="Head office; null: unknown."
    )
    address = models.TextField(
        _("adresse"), default="", blank=True, db_comment="Street of the head office."
    )
    postal_code = models.CharField(
        _("code postal"),
        max_length=5,
        default="",
        db_comment="Postal code of the head office.",
    )
    commune_code = models.CharField(
        _("code commune"),
        max_length=5,
        default="",
        db_comment="INSEE code of the commune.",
    )
    commune = models.TextField(
        _("commune"), default="", db_comment="Name of the commune."
    )
    latitude = models.FloatField(null=True, db_comment="Head office, degrees north.")
    longitude = models.FloatField(null=True, db_comment="Head office, degrees east.")
    source = models.CharField(
        max_length=24,
        choices=Source,
        default=Source.SIRENE,
        db_comment="Source that made the row.",
    )
    source_file = models.TextField(
        default="", blank=True, db_comment="File that wrote it last."
    )
    registered_at = models.DateTimeField(
        _("inscrite au"),
        help_text="Moment of the last change from the register.",
        db_comment="Last change from the register.",
    )
    provenance = models.JSONField(
        null=True,
        help_text="Of the fields that a source filled: source and day.",
        db_comment="Of the fields that a source filled: source and day.",
    )
    disagreements = models.JSONField(
        null=True,
        help_text="What other sources say instead, by field.",
        db_comment="What other sources say instead, by field.",
    )
    folded_name = models.GeneratedField(
        expression=Fold(
            Concat(
                "name",
                models.Value(" "),
                "trade_name",
                models.Value(" "),
                "acronym",
                output_field=models.TextField(),
            )
        ),
        output_field=models.TextField(),
        db_persist=True,
        db_comment="The three names in capitals without accents, for search.",
    )

    objects = CompanyQuerySet.as_manager()

    class Meta:
        db_table = "company"
        verbose_name = _("société")
        verbose_name_plural = _("sociétés")
        db_table_comment = "Wide row of every legal person: identity and address."

    def __str__(self) -> str:
        return f"{self.name} ({self.siren})"

    @property
    def naf(self) -> Naf | None:
        return nomenclature.naf_codes().get(self.naf_code)

    @property
    def place(self) -> Place | None:
        return nomenclature.places().get(self.commune_code)

    @property
    def department(self) -> str:
        """Code of the département, from the commune, else from the post code."""
        if self.place:
            return self.place.department
        if self.postal_code[:2] == "97":
            return self.postal_code[:3]
        code = self.postal_code[:2]
        return code if code in nomenclature.departments() else ""

    @property
    def legal_form_name(self) -> str:
        return nomenclature.legal_form_name(self.legal_form)

    @property
    def shown_name(self) -> str:
        """Of a person who limits their diffusion the register publishes no name."""
        return self.name or gettext("nom non diffusé")

    @property
    def is_partial(self) -> bool:
        """Partial diffusion: no personal field of it may be shown."""
        return self.diffusion == Diffusion.PARTIAL


class Register(models.Model):
    """The narrow row of every company: what the register's own filters read."""

    ACTIVE, PARTIAL, HAS_NAME = 1, 2, 4

    siren = SirenField(primary_key=True, db_comment="Same as company.siren.")
    geo = models.IntegerField(
        null=True,
        db_comment="Commune, numbered by région, département, code; null: unknown.",
    )
    created_on = models.DateField(null=True, db_comment="Creation.")
    headcount = models.IntegerField(
        null=True, db_comment="Lower bound of the headcount band; null: unknown."
    )
    naf = models.SmallIntegerField(
        null=True, db_comment="Sub-class, numbered in code order; null: unknown."
    )
    legal_form = models.SmallIntegerField(
        null=True, db_comment="Legal category as a number."
    )
    flags = models.SmallIntegerField(
        default=ACTIVE, db_comment="Sum of 1 active, 2 partial diffusion, 4 has a name."
    )

    class Meta:
        db_table = "register"
        verbose_name = _("ligne du registre")
        verbose_name_plural = _("registre")
        db_table_comment = (
            "Narrow row of every company: what the register's own filters read."
        )

    def __str__(self) -> str:
        return str(self.siren)


class Establishment(models.Model):
    """A place where a company works; the head office carries flag 2."""

    ACTIVE, HEAD_OFFICE = 1, 2

    siret = SiretField(
        primary_key=True,
        db_comment="SIRET as a number: fourteen digits with its zeros.",
    )
    siren = SirenField(db_comment="Company it is of.")
    geo = models.IntegerField(null=True, db_comment="Commune, numbered as in register.")
    naf = models.SmallIntegerField(
        null=True, db_comment="Sub-class, numbered as in register."
    )
    flags = models.SmallIntegerField(
        default=ACTIVE, db_comment="Sum of 1 open, 2 head office."
    )

    class Meta:
        db_table = "establishment"
        verbose_name = _("établissement")
        verbose_name_plural = _("établissements")
        indexes = [models.Index(fields=["siren"], name="establishment_siren")]
        db_table_comment = "Places where companies work, the head office among them."

    def __str__(self) -> str:
        return str(self.siret)


class NameWord(models.Model):
    """A word of the companies' names, so that a typo finds its neighbours.

    Trigrams over the words (150,000 for ten million names) instead of over the
    names: 30 ms instead of a second.
    """

    word = models.TextField(primary_key=True, db_comment="In capitals without accents.")
    frequency = models.IntegerField(db_comment="Companies that have it.")

    class Meta:
        db_table = "name_word"
        verbose_name = _("mot de dénomination")
        verbose_name_plural = _("mots des dénominations")
        db_table_comment = "Words of the companies' names, to find one by a typo."

    def __str__(self) -> str:
        return str(self.word)
