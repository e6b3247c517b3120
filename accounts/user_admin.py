"""How ops bring people in, change what they may, and help who is locked out."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_otp_webauthn.models import WebAuthnCredential

from accounts import links, second_factor, services, sessions, shown_once, tokens
from accounts.choices import Action, LinkKind, Role
from accounts.events import AccountTouched, AddressChanged
from accounts.models import TotpDevice, User
from mainsite.lib.events import publish

if TYPE_CHECKING:
    # Generic for the type checker only.
    AnyAdmin = admin.ModelAdmin[Any]
    UserForm = forms.ModelForm[User]
else:
    AnyAdmin = admin.ModelAdmin
    UserForm = forms.ModelForm


class InvitationForm(UserForm):
    """No password: the person chooses it, by the link that this makes."""

    class Meta:
        model = User
        fields = ("email", "full_name", "desk", "role")


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
    actions = ("send_link", "revoke_link", "close_sessions", "reset_second_factor")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        theirs = {"user": OuterRef("pk"), "confirmed": True}
        application = TotpDevice.objects.filter(**theirs)
        passkey = WebAuthnCredential.objects.filter(**theirs)
        users: QuerySet[User] = super().get_queryset(request)
        return users.annotate(_has_factor=Exists(application) | Exists(passkey))

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
            return InvitationForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            words = _(
                "La personne choisit son mot de passe par un lien à usage unique, "
                "valable 72\u00a0h."
            )
            fields = InvitationForm.Meta.fields
            return ((None, {"fields": fields, "description": words}),)
        return super().get_fieldsets(request, obj)

    def save_model(
        self, request: HttpRequest, obj: User, form: Any, change: bool
    ) -> None:
        changed = set(form.changed_data)
        becomes_ops = change and "role" in changed and obj.role == Role.OPS
        if not change or becomes_ops:
            # Ops' passwords are longer: the one of before is not kept.
            obj.set_unusable_password()
        if "is_active" in changed:
            obj.left_at = None if obj.is_active else timezone.now()
        super().save_model(request, obj, form, change)
        if change and {"role", "is_active", "email"} & changed:
            # What they could open a moment ago, they may not any more.
            sessions.close_all(user=obj)
        if not obj.is_active or (change and "role" in changed):
            by = sessions.signed_in_user(request)
            tokens.revoke_all_of(obj, by=by, request=request)
        self._record(
            request,
            obj,
            Action.USER_CHANGED if change else Action.USER_CREATED,
            {"fields": sorted(changed)},
        )
        if change and {"role", "email", "may_read_contacts"} & changed:
            publish(AccountTouched(user_id=obj.pk, action=Action.USER_CHANGED))
        if change and form.initial["email"] != obj.email:
            self._leave_address(request, obj, form.initial["email"])
        if "may_read_contacts" in changed:
            granted = obj.may_read_contacts
            self._record(
                request,
                obj,
                Action.CONTACTS_GRANTED if granted else Action.CONTACTS_WITHDRAWN,
            )
        if (not change or becomes_ops) and obj.may_sign_in:
            kind = LinkKind.RESET if change else LinkKind.INVITATION
            self._make_links(request, [obj], kind)

    def _leave_address(self, request: HttpRequest, user: User, former: str) -> None:
        """Whoever reads the former mailbox hears of it, and finds no way in there."""
        publish(AddressChanged(user_id=user.pk, former=former))
        by = sessions.signed_in_user(request)
        if links.revoke(user=user, by=by, request=request):
            words = _("Le lien en cours est retiré\u00a0: faites-en un autre.")
            messages.warning(request, words)

    def _record(
        self,
        request: HttpRequest,
        user: User,
        action: Action,
        details: dict[str, Any] | None = None,
    ) -> None:
        services.record_change(
            user=user,
            by=sessions.signed_in_user(request),
            action=action,
            details=details,
            request=request,
        )

    def _make_links(
        self, request: HttpRequest, users: list[User], kind: LinkKind | None = None
    ) -> None:
        by = sessions.signed_in_user(request)
        to_show: list[str] = []
        for user in users:
            address = links.make(
                user=user, kind=kind or links.kind_for(user), by=by, request=request
            )
            if address:
                to_show += [user.email, address]
        if to_show:
            shown_once.put(request, shown_once.LINKS, tuple(to_show))
        else:
            messages.success(request, _("Le lien part par courrier."))

    def response_add(
        self, request: HttpRequest, obj: User, post_url_continue: str | None = None
    ) -> HttpResponse:
        answer = super().response_add(request, obj, post_url_continue)
        return self._shown(request) or answer

    def response_change(self, request: HttpRequest, obj: User) -> HttpResponse:
        answer = super().response_change(request, obj)
        return self._shown(request) or answer

    def _shown(self, request: HttpRequest) -> HttpResponseRedirect | None:
        """The page of the links just made, when no letter carries them."""
        if not shown_once.get(request, shown_once.LINKS):
            return None
        return HttpResponseRedirect(reverse("accounts:shown_links"))

    def has_delete_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        # Someone who leaves is made inactive: what they did keeps its author.
        return False

    @admin.action(
        description=_("Faire un lien\u00a0: inviter de nouveau, ou autre mot de passe")
    )
    def send_link(
        self, request: HttpRequest, users: QuerySet[User]
    ) -> HttpResponse | None:
        people = [user for user in users if user.may_sign_in]
        if not people:
            messages.warning(
                request, _("Aucun de ces comptes ne se connecte\u00a0: aucun lien.")
            )
            return None
        self._make_links(request, people)
        return self._shown(request)

    @admin.action(description=_("Retirer le lien en cours"))
    def revoke_link(self, request: HttpRequest, users: QuerySet[User]) -> None:
        by = sessions.signed_in_user(request)
        revoked = sum(links.revoke(user=user, by=by, request=request) for user in users)
        messages.success(request, _("Liens retirés\u00a0: %(n)s.") % {"n": revoked})

    @admin.action(description=_("Fermer toutes leurs sessions"))
    def close_sessions(self, request: HttpRequest, users: QuerySet[User]) -> None:
        by = sessions.signed_in_user(request)
        for user in users:
            services.close_sessions_of(user, by=by, request=request)
        messages.success(request, _("Sessions fermées."))

    @admin.action(description=_("Réinitialiser le second facteur"))
    def reset_second_factor(self, request: HttpRequest, users: QuerySet[User]) -> None:
        by = sessions.signed_in_user(request)
        for user in users:
            second_factor.reset(user=user, by=by, request=request)
        messages.success(
            request, _("Ils enregistreront un téléphone à leur prochaine connexion.")
        )
