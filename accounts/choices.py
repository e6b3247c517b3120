from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    ANALYST = "analyst", _("analyste")
    MANAGER = "manager", _("responsable")
    OPS = "ops", _("exploitation")
    READ_ONLY = "read_only", _("lecture seule")
    API_CLIENT = "api_client", _("client de l’API")


class Mode(models.TextChoices):
    SANDBOX = "sandbox", _("bac à sable")
    LIVE = "live", _("réel")


class Action(models.TextChoices):
    """What the audit trail tells of this app; other apps bring their own words."""

    SIGNED_IN = "sign_in", _("connexion")
    SIGN_IN_REFUSED = "sign_in_refused", _("connexion refusée")
    SIGNED_OUT = "sign_out", _("déconnexion")
    SECOND_FACTOR_REFUSED = "second_factor_refused", _("second facteur refusé")
    RECOVERY_CODE_USED = "recovery_code_used", _("code de secours utilisé")
    RECOVERY_CODE_REFUSED = "recovery_code_refused", _("code de secours refusé")
    RECOVERY_CODES_MADE = "recovery_codes_made", _("codes de secours créés")
    FACTOR_ENROLLED = "factor_enrolled", _("second facteur enregistré")
    FACTOR_RESET = "factor_reset", _("second facteur réinitialisé")
    PASSWORD_CHANGED = "password_changed", _("mot de passe changé")
    SESSION_CLOSED = "session_closed", _("session fermée")
    OTHERS_SIGNED_OUT = "others_signed_out", _("autres sessions fermées")
    USER_CREATED = "user_created", _("compte créé")
    USER_CHANGED = "user_changed", _("compte modifié")
    CONTACTS_GRANTED = "contacts_granted", _("lecture des contacts accordée")
    CONTACTS_WITHDRAWN = "contacts_withdrawn", _("lecture des contacts retirée")
