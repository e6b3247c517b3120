from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.forms import BaseUserCreationForm
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts import second_factor, services, sessions
from accounts.choices import Action
from accounts.models import (
    AuditEntry,
    AuditSeal,
    Desk,
    HistoryRetention,
    Installation,
    LoginThrottle,
    ScheduledRun,
    TotpDevice,
    User,
)

if TYPE_CHECKING:
    # Generic for the type checker only.
    AnyAdmin = admin.ModelAdmin[Any]
    AnyPaginator = Paginator[Any]
    NewUserBase = BaseUserCreationForm[User]
    UserForm = forms.ModelForm[User]
else:
    AnyAdmin = admin.ModelAdmin
    AnyPaginator = Paginator
    NewUserBase = BaseUserCreationForm
    UserForm = forms.ModelForm


class NewUserForm(NewUserBase):
    class Meta:
        model = User
        fields = ("email", "full_name", "desk", "role")


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


@admin.register(User)
class UserAdmin(AnyAdmin):
    list_display = (
        "email",
        "full_name",
        "desk",
        "role",
        "is_active",
        "has_factor",
        "last_login",
    )
    list_filter = ("role", "is_active", "may_read_contacts", "desk")
    list_select_related = ("desk",)
    search_fields = ("email", "full_name")
    ordering = ("email",)
    fields = (
        "email",
        "full_name",
        "desk",
        "role",
        "may_read_contacts",
        "is_active",
        "last_login",
        "created_at",
    )
    readonly_fields = ("last_login", "created_at")
    actions = ("reset_second_factor",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        factor = TotpDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        users: QuerySet[User] = super().get_queryset(request)
        return users.annotate(_has_factor=Exists(factor))

    @admin.display(description=_("second facteur"), boolean=True)
    def has_factor(self, user: User) -> bool:
        return bool(getattr(user, "_has_factor", False))

    def get_form(
        self,
        request: HttpRequest,
        obj: User | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> type[UserForm]:
        if obj is None:
            return NewUserForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            names = ("email", "full_name", "desk", "role", "password1", "password2")
            return ((None, {"fields": names}),)
        return super().get_fieldsets(request, obj)

    def save_model(
        self, request: HttpRequest, obj: User, form: Any, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        if change and {"role", "is_active", "email"} & set(form.changed_data):
            # What they could open a moment ago, they may not any more.
            sessions.close_all(user=obj)
        services.record_change(
            user=obj,
            by=sessions.signed_in_user(request),
            action=Action.USER_CHANGED if change else Action.USER_CREATED,
            details={"fields": sorted(set(form.changed_data) - {"password1"})},
            request=request,
        )
        if "may_read_contacts" in form.changed_data:
            services.record_change(
                user=obj,
                by=sessions.signed_in_user(request),
                action=Action.CONTACTS_GRANTED
                if obj.may_read_contacts
                else Action.CONTACTS_WITHDRAWN,
                request=request,
            )

    def has_delete_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        # Someone who leaves is made inactive: what they did keeps its author.
        return False

    @admin.action(description=_("Réinitialiser le second facteur"))
    def reset_second_factor(self, request: HttpRequest, users: QuerySet[User]) -> None:
        by = sessions.signed_in_user(request)
        for user in users:
            second_factor.reset(user=user, by=by, request=request)
        messages.success(
            request, _("Ils enregistreront un téléphone à leur prochaine connexion.")
        )


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
