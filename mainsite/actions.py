from django.utils.translation import gettext_lazy as _

from accounts.choices import AuditWord


class Action(AuditWord):
    """What the audit trail tells of the installation's upkeep."""

    DEAD_LETTER_REQUEUED = "dead_letter.requeued", _("lettre morte relancée")
    DEAD_LETTER_DROPPED = "dead_letter.dropped", _("lettre morte supprimée")
    CACHE_FORGOTTEN = "cache.family_forgotten", _("famille du cache invalidée")
    STATEMENTS_RESET = "database.statements_reset", _("statistiques SQL remises à zéro")
