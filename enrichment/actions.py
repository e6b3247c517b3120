from django.utils.translation import gettext_lazy as _

from accounts.choices import AuditWord


class Action(AuditWord):
    """What the audit trail tells of batches, sources and money."""

    BATCH_CREATED = "batch.create", _("lot préparé")
    BATCH_STARTED = "batch.start", _("lot lancé")
    BATCH_ENDED = "batch.end", _("lot fini")
    BATCH_PAUSED = "batch.pause", _("lot suspendu")
    BATCH_RESUMED = "batch.resume", _("lot repris")
    BATCH_CANCELLED = "batch.cancel", _("lot annulé")
    BATCH_RETRIED = "batch.retry", _("échecs d’un lot relancés")
    BATCH_TAKEN_UP = "batch.take_up", _("lot repris après son arrêt")
    PROVIDER_CHANGED = "provider.change", _("source réglée")
    BUDGET_CHANGED = "budget.change", _("budget du jour changé")
    BUDGET_ADDED = "budget.add", _("budget du jour ajouté")
    ASSESSMENT_SIGNED = "assessment.sign", _("évaluation de source signée")
    ASSESSMENT_WITHDRAWN = "assessment.withdraw", _("évaluation de source retirée")
