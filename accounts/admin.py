from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts import sessions, tokens, user_admin  # noqa: F401  its class registers itself
from accounts.choices import Plan
from accounts.models import (
    AccessLink,
    ApiToken,
    AuditEntry,
    AuditForgetting,
    AuditSeal,
    Desk,
    HistoryRetention,
    Installation,
    LoginThrottle,
    ScheduledRun,
)

if TYPE_CHECKING:
    # Generic for the type checker only.
    AnyAdmin = admin.ModelAdmin[Any]
    AnyPaginator = Paginator[Any]
else:
    AnyAdmin = admin.ModelAdmin
    AnyPaginator = Paginator


# A smaller table, or one never analysed, is counted.
WORTH_ESTIMATING = 500


class EstimatedPaginator(AnyPaginator):
    """Whole tables are counted by the statistics: ten million rows are not walked."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        if rows.query.where:
            return super().count
        with connection.cursor() as cursor:
            # A partitioned table is as many as its partitions have.
            cursor.execute(
                "SELECT coalesce(sum(reltuples), 0)::bigint FROM pg_class"
                " WHERE reltuples > 0 AND relkind <> 'p' AND (oid = %s::regclass"
                " OR oid IN (SELECT inhrelid FROM pg_inherits"
                " WHERE inhparent = %s::regclass))",
                [rows.model._meta.db_table] * 2,
            )
            estimate = int(cursor.fetchone()[0])
        return estimate if estimate > WORTH_ESTIMATING else super().count


class ReadOnlyAdmin(AnyAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Desk)
class DeskAdmin(AnyAdmin):
    list_display = ("name",)
    search_fields = ("name",)


@admin.register(AccessLink)
class AccessLinkAdmin(ReadOnlyAdmin):
    """Made, sent again and withdrawn from the list of users."""

    list_display = (
        "user",
        "kind",
        "link_state",
        "made_by",
        "created_at",
        "expires_at",
        "mailed_at",
    )
    list_select_related = ("user", "made_by")
    list_filter = ("kind",)
    search_fields = ("user__email", "user__full_name")
    ordering = ("-created_at", "-pk")

    @admin.display(description=_("état"))
    def link_state(self, link: AccessLink) -> str:
        return link.state


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Taken back or given another plan here; made on their owner's own page."""

    list_display = (
        "owner",
        "name",
        "prefix",
        "scopes",
        "plan",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    list_filter = ("plan", ("revoked_at", admin.EmptyFieldListFilter))
    list_select_related = ("owner",)
    search_fields = ("owner__email", "owner__full_name", "name", "prefix")
    ordering = ("-created_at", "-pk")
    actions = ("revoke", "give_standard", "give_extended")

    @admin.action(description=_("Révoquer"))
    def revoke(self, request: HttpRequest, rows: QuerySet[ApiToken]) -> None:
        by = sessions.signed_in_user(request)
        count = tokens.revoke(rows, by=by, request=request)
        messages.success(request, _("Jetons révoqués\u00a0: %d.") % count)

    @admin.action(description=_("Formule standard"))
    def give_standard(self, request: HttpRequest, rows: QuerySet[ApiToken]) -> None:
        self._give(request, rows, Plan.STANDARD)

    @admin.action(description=_("Formule étendue"))
    def give_extended(self, request: HttpRequest, rows: QuerySet[ApiToken]) -> None:
        self._give(request, rows, Plan.EXTENDED)

    def _give(self, request: HttpRequest, rows: QuerySet[ApiToken], plan: Plan) -> None:
        by = sessions.signed_in_user(request)
        for token in rows:
            tokens.change_plan(token, plan, by=by, request=request)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    paginator = EstimatedPaginator
    show_full_result_count = False
    list_display = ("at", "actor", "action", "resource", "address", "request_id")
    list_select_related = ("actor",)
    list_filter = ("action",)
    search_fields = ("actor__email", "actor__full_name", "resource", "request_id")
    date_hierarchy = "at"
    ordering = ("-at", "-pk")


@admin.register(AuditSeal)
class AuditSealAdmin(ReadOnlyAdmin):
    """``manage.py verify_audit`` walks them."""

    list_display = ("number", "sealed_at", "first_at", "last_at", "digest")
    show_full_result_count = False
    search_fields = ("=number", "digest")
    ordering = ("-number",)


@admin.register(AuditForgetting)
class AuditForgettingAdmin(ReadOnlyAdmin):
    list_display = ("seal", "forgotten_at", "bare_digest")
    show_full_result_count = False
    search_fields = ("=seal",)
    ordering = ("-seal",)


@admin.register(Installation)
class InstallationAdmin(ReadOnlyAdmin):
    list_display = ("mode", "created_at")


@admin.register(HistoryRetention)
class HistoryRetentionAdmin(ReadOnlyAdmin):
    """The database's owner decides, by SQL: the application drops no trail."""

    list_display = ("table_name", "keep_months", "months_ahead", "reason")


@admin.register(LoginThrottle)
class LoginThrottleAdmin(ReadOnlyAdmin):
    list_display = ("key", "last_hit_at")
    ordering = ("-last_hit_at",)


@admin.register(ScheduledRun)
class ScheduledRunAdmin(ReadOnlyAdmin):
    list_display = ("name", "slot", "claimed_at", "claimed_by")
