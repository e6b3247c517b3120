"""Refusals as sentences that say what to do next."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.second_factor import Reason, Refused


def sign_in_refused() -> str:
    """One sentence for every reason: none tells that an account exists."""
    return _(
        "Adresse ou mot de passe inconnu, ou compte en attente\u00a0: après cinq "
        "essais, attendez une minute."
    )


def password_refused() -> str:
    return _(
        "Mot de passe inexact, ou trop d’essais\u00a0: après cinq, attendez une minute."
    )


def refusal_of_code(refused: Refused) -> str:
    if refused.reason in {Reason.WAIT, Reason.TOO_MANY}:
        return waiting(refused.retry_after_s)
    here = {"time": timezone.localtime().strftime("%H:%M:%S")}
    sentences = {
        Reason.WRONG: _("Ce code n’est pas le bon. Saisissez celui qui s’affiche."),
        Reason.EXPIRED: _(
            "Ce code avait expiré. Saisissez celui qui s’affiche maintenant. Si tous "
            "expirent, l’horloge du téléphone retarde\u00a0: il est %(time)s ici. "
            "Réglez-la sur automatique."
        )
        % here,
        Reason.USED: _("Ce code a déjà servi. Attendez le suivant, 30\u00a0secondes."),
        Reason.CLOCK_AHEAD: _(
            "L’horloge du téléphone avance\u00a0: il est %(time)s ici. Réglez-la sur "
            "automatique, puis saisissez le code qui s’affiche."
        )
        % here,
    }
    return sentences[refused.reason]


def refusal_of_passkey(refused: Refused) -> str:
    if refused.reason is Reason.TOO_MANY:
        return waiting(refused.retry_after_s)
    return _("Cette clé d’accès n’a pas été reconnue. Essayez de nouveau.")


def passkey_not_read() -> str:
    return _("Le navigateur n’a rien transmis. Essayez de nouveau.")


def passkey_not_added() -> str:
    return _(
        "Cette clé d’accès n’a pas pu être ajoutée\u00a0: recommencez, et donnez-lui "
        "un nom."
    )


def refusal_of_recovery(refused: Refused) -> str:
    if refused.reason is Reason.TOO_MANY:
        return waiting(refused.retry_after_s)
    return _("Ce code de secours est inconnu ou a déjà servi.")


def recovery_used(remaining: int) -> str:
    return ngettext(
        "Code de secours utilisé\u00a0: il en reste un. Téléphone perdu\u00a0? "
        "Remplacez-le ici.",
        "Code de secours utilisé\u00a0: il en reste %(n)s. Téléphone perdu\u00a0? "
        "Remplacez-le ici.",
        remaining,
    ) % {"n": remaining}


def waiting(seconds: int) -> str:
    if seconds < 60:
        return ngettext(
            "Trop d’essais. Réessayez dans une seconde.",
            "Trop d’essais. Réessayez dans %(n)s\u00a0secondes.",
            seconds,
        ) % {"n": seconds}
    minutes = -(-seconds // 60)
    return ngettext(
        "Trop d’essais. Réessayez dans une minute.",
        "Trop d’essais. Réessayez dans %(n)s\u00a0minutes.",
        minutes,
    ) % {"n": minutes}


def again_in(seconds: int) -> str:
    if seconds < 60:
        return ngettext(
            "Réessayez dans une seconde.",
            "Réessayez dans %(n)s\u00a0secondes.",
            seconds,
        ) % {"n": seconds}
    minutes = -(-seconds // 60)
    return ngettext(
        "Réessayez dans une minute.", "Réessayez dans %(n)s\u00a0minutes.", minutes
    ) % {"n": minutes}


def limited(code: str) -> str:
    """What there were too many of; nothing for what is not one of our limits."""
    limits = {
        "too_many_search": _("Vous avez atteint la limite de recherches par heure."),
        "too_many_enrichment": _(
            "Vous avez atteint la limite d’enrichissements lancés par heure."
        ),
        "too_many_export": _("Vous avez atteint la limite d’exports par heure."),
        "too_many_upload": _(
            "Vous avez atteint la limite de fichiers déposés par heure."
        ),
        "too_many_api_standard": _("Ce jeton a atteint sa limite d’appels par heure."),
        "too_many_api_extended": _("Ce jeton a atteint sa limite d’appels par heure."),
        "too_many_reads": _("Trop de pages demandées par ce compte en une heure."),
    }
    return limits.get(code, "")


def attempts_left(refused: Refused) -> str:
    if not refused.remaining:
        return ""
    return ngettext(
        "Il vous reste un essai avant une attente.",
        "Il vous reste %(n)s\u00a0essais avant une attente.",
        refused.remaining,
    ) % {"n": refused.remaining}


def too_many_at_once() -> str:
    return _("Trop de connexions à la fois. Réessayez dans deux secondes.")
