"""What of this app people edit one at a time: rules, weights, experiments."""

from accounts.edits import watch
from scoring.experiments.models import Experiment
from scoring.models import Ruleset, WeightPreset
from scoring.registry.models import HybridWeights

watch(Ruleset, "version", "state", "definition", "published_at")
watch(WeightPreset)
watch(HybridWeights, "ruleset", "rules", "model")
watch(
    Experiment,
    "name",
    "control",
    "treatment",
    "model",
    "share",
    "horizon_days",
    "ends_on",
    "state",
    kind="experiment",
    key="slug",
)
