from django.utils.translation import gettext_lazy as _

from accounts.choices import AuditWord


class Action(AuditWord):
    """What the audit trail tells of models."""

    MODEL_TRAINED = "model_trained", _("modèle entraîné")
    MODEL_PUBLISHED = "model_published", _("modèle publié")
    MODEL_RETIRED = "model_retired", _("modèle retiré")
