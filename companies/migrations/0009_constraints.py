"""What no program may write, whichever way it writes.

``company`` comes first in every load; what is known of a company goes with it. The
register and its establishments carry no foreign key (ten million rows at a time), and
history none either: it outlives what it tells of.
"""

from django.db import migrations

from mainsite.lib.constraints import SIREN, checks, foreign_key, one_of

STATUSES = (
    "prospect",
    "contacte",
    "qualification",
    "negociation",
    "gagne",
    "perdu",
    "ecarte",
    "en_sommeil",
)
RULES = {
    "company": {
        "siren_has_nine_digits": SIREN,
        "siret_is_of_the_siren": "siret / 100000 = siren",
        "codes": "legal_form ~ '^([0-9]{4})?$' AND diffusion IN ('O', 'P')",
        "place_is_on_earth": "latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180",
        "capital_is_positive": "capital_eur >= 0",
    },
    "register": {
        "siren_has_nine_digits": SIREN,
        "numbers": "geo > 0 AND naf > 0 AND headcount >= 0 AND legal_form >= 0 AND flags >= 0",
    },
    "establishment": {"siret_is_of_the_siren": "siret / 100000 = siren AND siret > 0"},
    "target": {
        "readings_are_points": "score BETWEEN 0 AND 10000"
        " AND sale_likelihood BETWEEN 0 AND 10000 AND coverage BETWEEN 0 AND 10000",
        "score_state_is_known": "score_state IN (1, 2)",
        "numbers": "headcount >= 0 AND accounts_headcount >= 0 AND flags >= 0",
        "years": "leader_birth_year BETWEEN 1850 AND 2200"
        " AND revenue_year BETWEEN 1850 AND 2200",
    },
    "annual_accounts": {
        "type_is_known": one_of("account_type", ("C", "S", "K")),
        "numbers": "duration_months >= 0 AND headcount >= 0",
        "provenance_is_by_field": "jsonb_typeof(provenance) = 'object'"
        " AND jsonb_typeof(disagreements) = 'object'",
    },
    "officer": {
        "birth_is_possible": "birth_month BETWEEN 1 AND 12"
        " AND birth_year BETWEEN 1850 AND 2200",
        "rank_is_positive": "rank >= 0",
    },
    "legal_event": {
        "siren_has_nine_digits": SIREN,
        "is_named_by_its_source": "source_id <> '' AND kind <> ''",
    },
    "source_reading": {"cost_is_positive": "cost_eur >= 0"},
    "pursuit": {"status_is_known": one_of("status", STATUSES)},
    "pursuit_change": {
        "siren_has_nine_digits": SIREN,
        "status_is_known": f"{one_of('before', STATUSES)} AND {one_of('after', STATUSES)}",
    },
    "note": {"says_something": "text <> ''"},
    "list_entry": {"siren_has_nine_digits": SIREN},
}
KNOWN_OF_A_COMPANY = ("target", "annual_accounts", "officer", "source_reading")
# A desk's own work: the company cannot go before it.
WORK_ON_A_COMPANY = ("pursuit", "note")


class Migration(migrations.Migration):
    dependencies = [("companies", "0008_history_partitions")]
    operations = [
        *checks(RULES),
        *(foreign_key(table, on_delete="CASCADE") for table in KNOWN_OF_A_COMPANY),
        *(foreign_key(table) for table in WORK_ON_A_COMPANY),
    ]
