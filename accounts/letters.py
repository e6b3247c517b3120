"""Letters to the people of the product: French first, English below.

None names the company's figures, a list or a contact: a mailbox is not our vault.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from accounts import links
from accounts.choices import Action, LinkKind
from accounts.models import AccessLink, User

_SUBJECTS = {
    LinkKind.INVITATION: "Votre accès à {site} / Your access to {site}",
    LinkKind.RESET: "Nouveau mot de passe / New password — {site}",
    LinkKind.ASKED: "Nouveau mot de passe / New password — {site}",
}
# What was done, in both languages: letters are not in the reader's page's language.
_NOTICES = {
    Action.USER_CHANGED: (
        "L’exploitation a modifié votre compte\u00a0: adresse, rôle ou droits.",
        "Operations changed your account: address, role or rights.",
    ),
    Action.PASSWORD_CHANGED: (
        "Votre mot de passe a été changé.",
        "Your password was changed.",
    ),
    Action.PASSWORD_CHOSEN: (
        "Votre mot de passe a été remplacé par un lien de réinitialisation.",
        "Your password was replaced through a reset link.",
    ),
    Action.RESET_MADE: (
        "L’exploitation a préparé un lien pour remplacer votre mot de passe.",
        "Operations made a link to replace your password.",
    ),
    Action.FACTOR_RESET: (
        "L’exploitation a retiré votre second facteur\u00a0: vous en enregistrerez un "
        "nouveau à la prochaine connexion. Vos jetons d’API n’ouvrent plus rien.",
        "Operations removed your second factor: you will enrol another one when you "
        "next sign in. Your API tokens open nothing any more.",
    ),
    Action.FACTOR_ENROLLED: (
        "Une application d’authentification a été enregistrée sur votre compte.",
        "An authenticator application was enrolled on your account.",
    ),
    Action.PASSKEY_ADDED: (
        "Une clé d’accès a été ajoutée à votre compte.",
        "A passkey was added to your account.",
    ),
    Action.PASSKEY_REMOVED: (
        "Une clé d’accès a été retirée de votre compte.",
        "A passkey was removed from your account.",
    ),
    Action.RECOVERY_CODES_MADE: (
        "De nouveaux codes de secours remplacent les anciens.",
        "New recovery codes replace the former ones.",
    ),
    Action.RECOVERY_CODE_USED: (
        "Un code de secours a ouvert votre compte.",
        "A recovery code opened your account.",
    ),
}
_ADDRESS_REPLACED = (
    "L’exploitation a remplacé l’adresse de votre compte\u00a0: celle où arrive ce "
    "courrier n’y sert plus.",
    "Operations replaced the address of your account: the one that this letter comes "
    "to is no longer in use there.",
)


def send_link(link_id: int) -> None:
    """Write the letter of a link that waits for it; once, whoever asks how often."""
    found = links.renew_for_the_post(link_id)
    if found is None:
        return
    link, address = found
    hours = int(AccessLink.lifetime(LinkKind(link.kind)).total_seconds() // 3600)
    subject = _SUBJECTS[LinkKind(link.kind)].format(site=settings.SITE_NAME)
    given = {"address": address, "hours": hours, "kind": link.kind}
    _send(link.user, subject, "accounts/mail/link.txt", given, to=link.user.email)
    links.note_mailed(link)


def send_notice(*, user_id: int, action: str, at: datetime) -> None:
    """Tell somebody what was done to how they come in."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    words = _NOTICES.get(Action(action))
    if user is not None and words is not None:
        _send_notice(user, words, at, to=user.email)


def send_notice_to_former_address(*, user_id: int, address: str, at: datetime) -> None:
    """Also of an account that was closed at once: whoever took it over may do that."""
    user = User.objects.filter(pk=user_id).first()
    if user is not None:
        _send_notice(user, _ADDRESS_REPLACED, at, to=address)


def _send_notice(user: User, words: tuple[str, str], at: datetime, *, to: str) -> None:
    subject = f"Sécurité de votre compte / Account security — {settings.SITE_NAME}"
    given = {"french": words[0], "english": words[1], "at": at}
    _send(user, subject, "accounts/mail/notice.txt", given, to=to)


def _send(
    user: User, subject: str, template: str, given: dict[str, Any], *, to: str
) -> None:
    with translation.override("fr"):
        body = render_to_string(
            template, {**given, "user": user, "site": settings.SITE_NAME}
        )
    EmailMessage(subject=subject, body=body, to=[to]).send()
