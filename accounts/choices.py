from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    ANALYST = "analyst", _("analyste")
    MANAGER = "manager", _("responsable")
    OPS = "ops", _("exploitation")
    READ_ONLY = "read_only", _("lecture seule")
    API_CLIENT = "api_client", _("client de l’API")


class Scope(models.TextChoices):
    """What an API token may be made for; never more than its owner may."""

    READ = "read", _("lire les sociétés")
    CONTACTS = "contacts", _("lire les contacts")
    ENRICH = "enrich", _("lancer des enrichissements")
    EXPORT = "export", _("créer des exports")


class Plan(models.TextChoices):
    """How often a token may call: ``api_<plan>`` of ``settings.RATE_LIMITS``."""

    STANDARD = "standard", _("standard")
    EXTENDED = "extended", _("étendue")


class Mode(models.TextChoices):
    SANDBOX = "sandbox", _("bac à sable")
    LIVE = "live", _("réel")


class AuditWord(models.TextChoices):
    """A word of the audit trail, and how a person reads it.

    Each app has a class of its own under this one: a word that no class has cannot be
    written.
    """


def audit_words() -> dict[str, str]:
    """Every word that the trail may hold, as it is read, in alphabetical order."""
    every = [pair for words in AuditWord.__subclasses__() for pair in words.choices]
    return dict(sorted(((code, str(label)) for code, label in every), key=_by_label))


def _by_label(word: tuple[str, str]) -> str:
    return word[1]


class LinkKind(models.TextChoices):
    INVITATION = "invitation", _("invitation")
    RESET = "reset", _("réinitialisation par l’exploitation")
    ASKED = "asked", _("réinitialisation demandée")


class Action(AuditWord):
    """What the audit trail tells of this app; other apps bring their own words."""

    SIGNED_IN = "sign_in", _("connexion")
    SIGN_IN_REFUSED = "sign_in_refused", _("connexion refusée")
    SIGNED_OUT = "sign_out", _("déconnexion")
    CONFIRMED = "confirmed", _("identité confirmée")
    SECOND_FACTOR_REFUSED = "second_factor_refused", _("second facteur refusé")
    RECOVERY_CODE_USED = "recovery_code_used", _("code de secours utilisé")
    RECOVERY_CODE_REFUSED = "recovery_code_refused", _("code de secours refusé")
    RECOVERY_CODES_MADE = "recovery_codes_made", _("codes de secours créés")
    FACTOR_ENROLLED = "factor_enrolled", _("second facteur enregistré")
    PASSKEY_ADDED = "passkey_added", _("clé d’accès ajoutée")
    PASSKEY_REMOVED = "passkey_removed", _("clé d’accès retirée")
    PASSKEY_RENAMED = "passkey_renamed", _("clé d’accès renommée")
    FACTOR_RESET = "factor_reset", _("second facteur réinitialisé")
    PASSWORD_CHANGED = "password_changed", _("mot de passe changé")
    PASSWORD_CHOSEN = "password_chosen", _("mot de passe choisi par un lien")
    INVITED = "invited", _("invitation faite")
    RESET_MADE = "reset_made", _("lien de réinitialisation fait par l’exploitation")
    RESET_ASKED = "reset_asked", _("réinitialisation demandée")
    LINK_MAILED = "link_mailed", _("lien envoyé par courrier")
    LINK_REVOKED = "link_revoked", _("lien retiré")
    LINK_REFUSED = "link_refused", _("lien refusé")
    SESSION_CLOSED = "session_closed", _("session fermée")
    OTHERS_SIGNED_OUT = "others_signed_out", _("autres sessions fermées")
    TOKEN_MADE = "token_made", _("jeton d’API créé")
    TOKEN_REVOKED = "token_revoked", _("jeton d’API révoqué")
    TOKEN_PLAN_CHANGED = "token_plan_changed", _("formule d’un jeton changée")
    TOKEN_USED = "token_used", _("jeton d’API utilisé ce jour")
    TOKEN_COUNTED = "token_counted", _("appels d’un jeton en un jour")
    TOKEN_REFUSED = "token_refused", _("jeton d’API refusé")
    USER_CREATED = "user_created", _("compte créé")
    USER_CHANGED = "user_changed", _("compte modifié")
    OBJECT_MADE = "object_made", _("élément créé")
    OBJECT_EDITED = "object_edited", _("élément modifié")
    OBJECT_DELETED = "object_deleted", _("élément supprimé")
    FORGOTTEN = "audit.forget", _("données d’utilisateurs effacées")
    TRAIL_READ = "audit.read", _("journal d’audit consulté")
    TRAIL_EXPORTED = "audit.export", _("journal d’audit exporté")
    CONTACTS_GRANTED = "contacts_granted", _("lecture des contacts accordée")
    CONTACTS_WITHDRAWN = "contacts_withdrawn", _("lecture des contacts retirée")
    KEYS_RESEALED = "keys.resealed", _("données scellées sous une autre clé")
    DATABASE_RESTORED = "database.restored", _("sauvegarde restaurée")
