"""What ops look up in the register and in what sources told: read, never written.

Statuses and notes belong to desks: they are not here at all (product.md, rule 9).
"""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.admin import EstimatedPaginator, ReadOnlyAdmin
from companies.models import (
    AnnualAccounts,
    Company,
    Contact,
    ContactLead,
    ErasureReceipt,
    Establishment,
    Import,
    LegalEvent,
    NameWord,
    Officer,
    Opposition,
    Register,
    RegistryLoad,
    SearchBuild,
    SectorStatistics,
    SourceReading,
    StatisticsRefresh,
    Target,
)
from companies.search import engine
from companies.search.criteria import Criteria

# A search by name shows at most this many companies.
MOST_FOUND = 500


class FoundBySiren(ReadOnlyAdmin):
    """A large table, entered by SIREN: no other order, no count of everything."""

    paginator = EstimatedPaginator
    show_full_result_count = False
    list_per_page = 50
    search_fields = ("siren",)
    search_help_text: ClassVar[Any] = _("SIREN, neuf chiffres")
    sortable_by = ()
    ordering: ClassVar[Any] = ("siren", "pk")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        digits = "".join(search_term.split())
        if not digits:
            return queryset, False
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
            return queryset.none(), False
        return queryset.filter(siren=digits.zfill(9)), False


@admin.register(Company)
class CompanyAdmin(FoundBySiren):
    list_display = ("siren", "name", "commune", "naf_code", "legal_form", "is_active")
    search_help_text = _("SIREN ou nom ; les accents et les fautes sont admis")
    ordering = ("siren",)
    readonly_fields = ("known",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """The list's own search: by the index on folded words."""
        if not search_term.strip():
            return queryset, False
        criteria = Criteria(q=search_term.strip(), fermees=True)
        found = engine.search(criteria, sort="nom", desk_id=None)
        sirens = engine.sirens(found, most=MOST_FOUND)
        return queryset.filter(siren__in=sirens), False

    @admin.display(description=_("ce que les sources ont dit"))
    def known(self, company: Company) -> str:
        """The ways to the rows of this company elsewhere in the administration."""
        ways = [
            (model._meta.verbose_name_plural, _rows_url(model, company.siren))
            for model in (Target, AnnualAccounts, Officer, LegalEvent, SourceReading)
        ]
        page = reverse("companies:company", args=[company.siren])
        links = format_html_join(
            ", ", '<a href="{1}">{0}</a>', ((name, url) for name, url in ways)
        )
        return format_html('{}, <a href="{}">{}</a>', links, page, _("fiche"))


def _rows_url(model: Any, siren: str) -> str:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    return f"{reverse(name)}?{urlencode({'q': siren})}"


@admin.register(Target)
class TargetAdmin(FoundBySiren):
    list_display = (
        "siren",
        "revenue",
        "score",
        "sale_likelihood",
        "coverage",
        "score_state",
        "ruleset",
        "enriched_at",
        "scored_at",
    )
    ordering = ("siren",)


@admin.register(AnnualAccounts)
class AnnualAccountsAdmin(FoundBySiren):
    list_display = (
        "siren",
        "closed_on",
        "account_type",
        "revenue",
        "net_income",
        "is_confidential",
        "is_sandbox",
    )


@admin.register(Officer)
class OfficerAdmin(FoundBySiren):
    list_display = ("siren", "full_name", "role", "since", "source", "is_sandbox")


@admin.register(LegalEvent)
class LegalEventAdmin(FoundBySiren):
    list_display = ("siren", "occurred_on", "kind", "label", "source", "is_sandbox")


@admin.register(SourceReading)
class SourceReadingAdmin(FoundBySiren):
    list_display = (
        "siren",
        "source",
        "retrieved_at",
        "status",
        "expires_at",
        "cost_eur",
        "is_sandbox",
    )


@admin.register(Register)
class RegisterAdmin(FoundBySiren):
    list_display = (
        "siren",
        "naf",
        "geo",
        "legal_form",
        "headcount",
        "created_on",
        "flags",
    )
    ordering = ("siren",)


@admin.register(Establishment)
class EstablishmentAdmin(FoundBySiren):
    list_display = ("siret", "siren", "geo", "naf", "flags")


@admin.register(NameWord)
class NameWordAdmin(ReadOnlyAdmin):
    paginator = EstimatedPaginator
    show_full_result_count = False
    list_display = ("word", "frequency")
    search_fields = ("=word",)
    search_help_text = _("le mot entier, en capitales sans accents")
    sortable_by = ()
    ordering = ("word",)


@admin.register(RegistryLoad)
class RegistryLoadAdmin(ReadOnlyAdmin):
    list_display = (
        "file_name",
        "state",
        "edition",
        "rows_read",
        "rows_written",
        "rows_left_out",
        "started_at",
        "ended_at",
    )
    list_filter = ("state", "edition", "layout")
    search_fields = ("file_name",)
    ordering = ("-started_at", "-pk")


@admin.register(SearchBuild)
class SearchBuildAdmin(ReadOnlyAdmin):
    list_display = ("host", "built_at", "companies", "targets", "seconds")
    search_fields = ("host",)
    ordering = ("-built_at",)


@admin.register(SectorStatistics)
class SectorStatisticsAdmin(ReadOnlyAdmin):
    paginator = EstimatedPaginator
    show_full_result_count = False
    list_display = (
        "section",
        "division",
        "region",
        "departement",
        "band",
        "companies",
        "active",
        "enriched",
        "scored",
        "score_median",
        "revenue_median",
    )
    list_filter = ("section", "region", "band")
    search_fields = ("=division", "=departement")
    search_help_text = _("division NAF ou département")
    sortable_by = ()
    ordering = ("cell",)


@admin.register(StatisticsRefresh)
class StatisticsRefreshAdmin(ReadOnlyAdmin):
    list_display = ("counted_at", "seconds", "cells")
    ordering = ("-counted_at",)


@admin.register(Contact)
class ContactAdmin(FoundBySiren):
    """What the law wants known of each, without its value: those are read on the
    company's page, by permission, and traced."""

    list_display = (
        "siren",
        "kind",
        "is_personal",
        "source",
        "lawful_basis",
        "collected_at",
        "informed_at",
        "last_interaction_at",
        "delete_after",
        "is_sandbox",
    )
    list_filter = (
        "kind",
        "source",
        "is_personal",
        ("informed_at", admin.EmptyFieldListFilter),
        "is_sandbox",
    )
    exclude = (
        "sealed_value",
        "sealed_name",
        "sealed_title",
        "fingerprint",
        "person",
        "lead",
    )
    ordering = ("delete_after", "pk")


@admin.register(ContactLead)
class ContactLeadAdmin(FoundBySiren):
    list_display = ("siren", "id", "added_by", "created_at", "delete_after")
    list_select_related = ("added_by",)
    exclude = ("sealed_name", "sealed_profile", "fingerprint", "person")
    ordering = ("-created_at", "-pk")


@admin.register(Opposition)
class OppositionAdmin(ReadOnlyAdmin):
    """Never deleted here: the list outlives what it forbids."""

    list_display = ("since", "kind", "reason", "source")
    list_filter = ("kind", "reason")
    exclude = ("fingerprint",)
    search_fields = ("source",)
    ordering = ("-since", "-pk")


@admin.register(ErasureReceipt)
class ErasureReceiptAdmin(ReadOnlyAdmin):
    list_display = (
        "public_id",
        "at",
        "reason",
        "by",
        "contacts",
        "leads",
        "fingerprints",
        "answers",
        "answers_at",
    )
    list_filter = ("reason", ("answers_at", admin.EmptyFieldListFilter))
    list_select_related = ("by",)
    search_fields = ("=public_id",)
    ordering = ("-at", "-pk")


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    """That a file was brought and what became of it: neither the file nor its rows."""

    list_display = (
        "created_at",
        "desk",
        "created_by",
        "kind",
        "rows_total",
        "position",
        "state",
        "attempt",
        "expires_at",
    )
    list_filter = ("state", "kind", "desk")
    list_select_related = ("desk", "created_by")
    search_fields = ("=public_id",)
    exclude = ("detected", "mapping", "reading", "options", "policies")
    ordering = ("-created_at", "-pk")
