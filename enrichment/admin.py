"""What ops see of enrichment: sources and prices to edit, the ledger to read."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts import audit, sessions
from accounts.admin import EstimatedPaginator
from enrichment.actions import Action
from enrichment.models import (
    Answer,
    Batch,
    BatchLine,
    Call,
    DayBudget,
    DaySpending,
    Item,
    JournalEntry,
    MoneyLine,
    Provider,
    ProviderPrice,
    SchemaDrift,
    SourceAssessment,
    SourceDay,
    SourcePool,
)

if TYPE_CHECKING:
    # Generic for the type checker only.
    AnyAdmin = admin.ModelAdmin[Any]
    PriceInlineBase = admin.TabularInline[ProviderPrice, Provider]
else:
    AnyAdmin = admin.ModelAdmin
    PriceInlineBase = admin.TabularInline


class ReadOnlyAdmin(AnyAdmin):
    """The ledger is read here; only services write it."""

    paginator = EstimatedPaginator
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PriceInline(PriceInlineBase):
    model = ProviderPrice
    extra = 0
    ordering = ("-valid_from",)


def _record_change(
    request: HttpRequest, action: Action, changed: Model, message: Any
) -> None:
    audit.record(
        actor=sessions.signed_in_user(request),
        action=action,
        resource=f"{changed._meta.model_name}:{changed.pk}",
        details={"changed": message},
        request=request,
    )


@admin.register(Provider)
class ProviderAdmin(AnyAdmin):
    list_display = (
        "name",
        "is_enabled",
        "rate_per_s",
        "concurrency",
        "reuse_hours",
        "day_quota",
        "is_held",
        "timeout_s",
    )
    readonly_fields = ("name",)
    inlines = (PriceInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        # A source is code first; its row comes by itself.
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        _record_change(request, Action.PROVIDER_CHANGED, obj, message)
        return super().log_change(request, obj, message)


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "name",
        "desk",
        "state",
        "started_by",
        "started_at",
        "ended_at",
        "cap_eur",
        "committed_eur",
    )
    list_filter = ("state", "desk")
    list_select_related = ("desk", "started_by")
    search_fields = ("name", "public_id")
    date_hierarchy = "created_at"
    ordering = ("-pk",)


@admin.register(BatchLine)
class BatchLineAdmin(ReadOnlyAdmin):
    list_display = ("batch", "number", "read", "is_refused", "reason", "hint")
    list_filter = ("is_refused", "reason")
    list_select_related = ("batch",)
    search_fields = ("=read",)
    ordering = ("-pk",)


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "batch", "kind", "source", "by", "count")
    list_filter = ("kind", "source")
    list_select_related = ("batch", "by")
    ordering = ("-pk",)


@admin.register(Item)
class ItemAdmin(ReadOnlyAdmin):
    list_display = (
        "siren",
        "source",
        "batch",
        "state",
        "reason",
        "attempts",
        "lease_until",
        "retry_at",
        "updated_at",
    )
    list_filter = ("state", "source", "reason")
    list_select_related = ("batch",)
    search_fields = ("=siren",)
    raw_id_fields = ("answer",)
    ordering = ("-pk",)


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    list_display = (
        "opened_at",
        "siren",
        "source",
        "state",
        "http_status",
        "reason",
        "tokens",
        "amount_eur",
        "held_eur",
        "user",
        "batch",
    )
    list_filter = ("state", "source", "day")
    list_select_related = ("user", "batch")
    search_fields = ("=siren", "=id")
    date_hierarchy = "day"
    ordering = ("-opened_at",)


@admin.register(Answer)
class AnswerAdmin(ReadOnlyAdmin):
    list_display = (
        "fetched_at",
        "siren",
        "source",
        "status",
        "http_status",
        "expires_at",
        "is_sandbox",
        "used_at",
    )
    list_filter = ("source", "status", "is_sandbox")
    search_fields = ("=siren",)
    exclude = ("raw",)
    ordering = ("-fetched_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Answer]:
        # A page of a hundred answers is megabytes that nobody reads.
        return super().get_queryset(request).defer("raw")


# Money


@admin.register(MoneyLine)
class MoneyLineAdmin(ReadOnlyAdmin):
    list_display = ("at", "kind", "tokens", "amount_eur", "source", "user", "batch")
    list_filter = ("kind", "source", "day")
    list_select_related = ("user", "batch")
    date_hierarchy = "day"
    ordering = ("-pk",)


@admin.register(DayBudget)
class DayBudgetAdmin(AnyAdmin):
    list_display = ("__str__", "user", "day_eur")
    list_select_related = ("user",)
    list_editable = ("day_eur",)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        _record_change(request, Action.BUDGET_CHANGED, obj, message)
        return super().log_change(request, obj, message)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        _record_change(request, Action.BUDGET_ADDED, obj, message)
        return super().log_addition(request, obj, message)


@admin.register(DaySpending)
class DaySpendingAdmin(ReadOnlyAdmin):
    list_display = ("day", "user", "committed_eur")
    list_select_related = ("user",)
    ordering = ("-day", "user_id")


# What the sources say of themselves


@admin.register(SourceDay)
class SourceDayAdmin(ReadOnlyAdmin):
    list_display = ("day", "source", "calls")
    list_filter = ("source",)
    ordering = ("-day", "source")


@admin.register(SourcePool)
class SourcePoolAdmin(ReadOnlyAdmin):
    list_display = ("source", "pool", "left", "granted", "units_spent", "read_at")
    ordering = ("source", "pool")


@admin.register(SourceAssessment)
class SourceAssessmentAdmin(ReadOnlyAdmin):
    list_display = ("provider", "signed_by", "signed_at", "withdrawn_at")
    list_select_related = ("provider", "signed_by")
    ordering = ("-signed_at",)


@admin.register(SchemaDrift)
class SchemaDriftAdmin(AnyAdmin):
    """Ops take note of a field here; the parser learns it in a release."""

    list_display = ("source", "path", "count", "first_at", "last_at", "is_seen")
    list_filter = ("is_seen", "source")
    list_editable = ("is_seen",)
    readonly_fields = ("source", "path", "count", "first_at", "last_at")
    ordering = ("is_seen", "-last_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
