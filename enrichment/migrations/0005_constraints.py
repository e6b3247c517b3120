"""What no program may write into the ledger, whichever way it writes."""

from django.db import migrations

from mainsite.lib.constraints import SIREN, checks, one_of

HTTP = "http_status BETWEEN 100 AND 599"
RULES = {
    "enrichment_provider": {
        "pace_is_positive": "rate_per_s > 0 AND timeout_s > 0 AND concurrency > 0"
    },
    "enrichment_batch": {
        "state_is_known": one_of("state", ("draft", "running", "done", "cancelled")),
        "money_is_positive": "cap_eur >= 0 AND committed_eur >= 0",
        "ends_after_it_starts": "ended_at >= started_at",
    },
    "enrichment_item": {
        "siren_has_nine_digits": SIREN,
        "state_is_known": one_of(
            "state",
            (
                "waiting",
                "running",
                "done",
                "reused",
                "failed",
                "not_bought",
                "cancelled",
            ),
        ),
    },
    "enrichment_call": {
        "siren_has_nine_digits": SIREN,
        "state_is_known": one_of(
            "state", ("open", "paid", "free", "not_charged", "lost")
        ),
        "money_is_positive": "tokens >= 0 AND held_eur >= 0 AND amount_eur >= 0",
        "http_status_is_one": HTTP,
    },
    "enrichment_answer": {
        "siren_has_nine_digits": SIREN,
        "status_is_known": one_of("status", ("found", "partial", "not_found")),
        "digest_is_whole": "length(sha256) = 64",
        "http_status_is_one": HTTP,
    },
}


class Migration(migrations.Migration):
    dependencies = [("enrichment", "0004_answers_by_month")]
    operations = checks(RULES)
