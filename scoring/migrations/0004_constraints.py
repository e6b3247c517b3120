"""What no program may write into the history of scores, whichever way it writes."""

from django.db import migrations

from mainsite.lib.constraints import SIREN, checks, one_of

RULES = {
    "scoring_ruleset": {
        "state_is_known": one_of("state", ("draft", "published")),
        "published_is_dated": "state <> 'published' OR published_at IS NOT NULL",
    },
    "scoring_score": {
        "siren_has_nine_digits": SIREN,
        "readings_are_points": "attractiveness BETWEEN 0 AND 10000"
        " AND sale_likelihood BETWEEN 0 AND 10000 AND coverage BETWEEN 0 AND 10000",
        "state_is_known": "state IN (1, 2)",
        "row_is_an_object": "jsonb_typeof(row) = 'object'",
    },
}


class Migration(migrations.Migration):
    dependencies = [("scoring", "0003_scores_by_month")]
    operations = checks(RULES)
