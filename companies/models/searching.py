"""What the search index leaves in the database: which builds are in use."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchBuild(models.Model):
    """A build of the search index that some machine reads.

    A build whose row is gone is not to be trusted: the database was emptied, or
    brought back to a moment before it.
    """

    token = models.UUIDField(
        primary_key=True, db_comment="Names the build and its folder."
    )
    host = models.TextField(_("machine"), db_comment="Machine that reads it.")
    snapshot = models.TextField(
        help_text="What the build saw, as PostgreSQL writes it.",
        db_comment="What the build saw, as PostgreSQL writes it.",
    )
    built_at = models.DateTimeField(_("fait le"), db_comment="When it was made.")
    companies = models.IntegerField(_("sociétés"), db_comment="Companies in it.")
    targets = models.IntegerField(_("cibles"), db_comment="Targets among them.")
    seconds = models.FloatField(_("durée, s"), db_comment="How long it took.")

    class Meta:
        db_table = "search_build"
        verbose_name = _("index de recherche")
        verbose_name_plural = _("index de recherche")
        db_table_comment = "Search indexes in use, one or two by machine."

    def __str__(self) -> str:
        return f"{self.host} {self.built_at:%Y-%m-%d %H:%M}"
