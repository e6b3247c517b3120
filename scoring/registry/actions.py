from django.db import models
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    """What the audit trail tells of models."""

    MODEL_TRAINED = "model_trained", _("modèle entraîné")
    MODEL_PUBLISHED = "model_published", _("modèle publié")
    MODEL_RETIRED = "model_retired", _("modèle retiré")
