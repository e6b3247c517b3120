"""Every company of the register: one wide row to read, one narrow row to filter."""

from django.db import models
from django.db.models.functions import Concat
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

    siren = SirenField(primary_key=True)
    name = models.TextField(_("dénomination"))
    trade_name = models.TextField(_("enseigne"), blank=True, default="")
    acronym = models.TextField(_("sigle"), blank=True, default="")
    legal_form = models.CharField(_("forme juridique"), max_length=4, default="")
    naf_code = models.CharField(_("NAF rév. 2"), max_length=6, default="")
    naf25_code = models.CharField(_("NAF 2025"), max_length=6, default="")
    created_on = models.DateField(_("création"), null=True)
    closed_on = models.DateField(_("cessation"), null=True)
    is_active = models.BooleanField(_("active"), default=True)
    diffusion = models.CharField(
        _("diffusion"), max_length=1, choices=Diffusion, default=Diffusion.FULL
    )
    headcount_band = models.CharField(_("tranche d’effectif"), max_length=2, default="")
    headcount_year = models.SmallIntegerField(null=True)
    category = models.CharField(_("catégorie"), max_length=3, default="")
    capital_eur = models.BigIntegerField(_("capital"), null=True)
    website = models.TextField(_("site internet"), default="", blank=True)
    siret = SiretField(_("SIRET du siège"), null=True)
    address = models.TextField(_("adresse"), default="", blank=True)
    postal_code = models.CharField(_("code postal"), max_length=5, default="")
    commune_code = models.CharField(_("code commune"), max_length=5, default="")
    commune = models.TextField(_("commune"), default="")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    source = models.CharField(max_length=24, choices=Source, default=Source.SIRENE)
    source_file = models.TextField(default="", blank=True)
    registered_at = models.DateTimeField(
        _("inscrite au"), help_text="Moment of the last change from the register."
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
    def is_partial(self) -> bool:
        """Partial diffusion: no personal field of it may be shown."""
        return self.diffusion == Diffusion.PARTIAL


class Register(models.Model):
    """The narrow row of every company: what the register's own filters read."""

    ACTIVE, PARTIAL, HAS_NAME = 1, 2, 4

    siren = SirenField(primary_key=True)
    geo = models.IntegerField(null=True)
    created_on = models.DateField(null=True)
    headcount = models.IntegerField(null=True)
    naf = models.SmallIntegerField(null=True)
    legal_form = models.SmallIntegerField(null=True)
    flags = models.SmallIntegerField(default=ACTIVE)

    class Meta:
        db_table = "register"
        verbose_name = _("ligne du registre")
        verbose_name_plural = _("registre")
        db_table_comment = (
            "Narrow row of every company. geo and naf are numbered in code order; "
            "headcount is the lower bound of the band; flags: 1 active, 2 partial."
        )

    def __str__(self) -> str:
        return str(self.siren)


class Establishment(models.Model):
    """A place where a company works; the head office carries flag 2."""

    ACTIVE, HEAD_OFFICE = 1, 2

    siret = SiretField(primary_key=True)
    siren = SirenField()
    geo = models.IntegerField(null=True)
    naf = models.SmallIntegerField(null=True)
    flags = models.SmallIntegerField(default=ACTIVE)

    class Meta:
        db_table = "establishment"
        verbose_name = _("établissement")
        verbose_name_plural = _("établissements")
        indexes = [models.Index(fields=["siren"], name="establishment_siren")]
        db_table_comment = "flags: 1 active, 2 head office."

    def __str__(self) -> str:
        return str(self.siret)


class NameWord(models.Model):
    """A word of the companies' names, so that a typo finds its neighbours.

    Trigrams over the words (150,000 for ten million names) instead of over the
    names: 30 ms instead of a second.
    """

    word = models.TextField(primary_key=True)
    frequency = models.IntegerField()

    class Meta:
        db_table = "name_word"
        verbose_name = _("mot de dénomination")
        verbose_name_plural = _("mots des dénominations")
        db_table_comment = "Rebuilt after each register load."

    def __str__(self) -> str:
        return str(self.word)
