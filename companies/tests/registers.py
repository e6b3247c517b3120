"""A register of some thousand companies drawn at random by SQL, for whole searches."""

from django.db import connection, transaction

from companies import nomenclature

# Few values on purpose: the criteria of a test must meet often.
FILL = """
SELECT setseed(%(seed)s);
CREATE TEMP TABLE drawn ON COMMIT DROP AS
SELECT %(first)s + i * 7 AS siren,
    (ARRAY['MÉCANIQUE','Atelier','BOULANGERIE','Transports','SCI','HOLDING'])
        [1 + (random() * 5)::int]
    || ' ' || (ARRAY['DU LAC','MARTIN','des Alpes','DUPONT ET FILS','L''ÉTOILE'])
        [1 + (random() * 4)::int] || CASE WHEN random() < .3 THEN ' ' || i ELSE '' END
        AS name,
    CASE WHEN random() < .95 THEN (%(geos)s::int[])
        [1 + floor(random() * cardinality(%(geos)s::int[]))::int] END AS geo,
    CASE WHEN random() < .95 THEN (%(nafs)s::int[])
        [1 + floor(power(random(), 2) * cardinality(%(nafs)s::int[]))::int] END AS naf,
    CASE WHEN random() < .97 THEN (ARRAY[5499,5710,5720,6540,9220,5599,6533])
        [1 + floor(power(random(), 2) * 7)::int] END AS legal_form,
    CASE WHEN random() < .95
        THEN current_date - (power(random(), 2) * 20000)::int END AS created_on,
    CASE WHEN random() < .6 THEN (ARRAY[0,1,3,6,10,20,50,100,250])
        [1 + floor(power(random(), 2) * 9)::int] END AS headcount,
    (random() < .85)::int AS flags,
    random() < %(targets)s AS is_target
FROM generate_series(1, %(count)s) AS g(i);
INSERT INTO company (siren, name, trade_name, acronym, legal_form, naf_code,
    naf25_code, is_active, diffusion, headcount_band, category, website, address,
    postal_code, commune_code, commune, source, source_file, registered_at)
SELECT siren, name, '', '', '', '', '', true, 'O', '', '', '', '', '', '', '',
    'sirene', '', now() FROM drawn;
INSERT INTO register (siren, geo, created_on, headcount, naf, legal_form, flags)
SELECT siren, geo, created_on, headcount, naf, legal_form, flags FROM drawn;
INSERT INTO establishment (siret, siren, geo, naf, flags)
SELECT siren::bigint * 100000 + n, siren,
    (%(geos)s::int[])[1 + floor(random() * cardinality(%(geos)s::int[]))::int], naf,
    (random() < .8)::int
FROM drawn, generate_series(1, 2) n WHERE random() < .7;
INSERT INTO target (siren, geo, created_on, headcount, naf, legal_form, flags,
    folded_name, enriched_at, revenue, net_income, accounts_headcount,
    leader_birth_year, leader_since, score, sale_likelihood, coverage, score_state,
    scored_at, has_email, has_phone)
SELECT siren, geo, created_on, headcount, naf, legal_form, flags, fold(name),
    CASE WHEN random() < .9 THEN now() - random() * interval '400 days' END,
    CASE WHEN random() < .7 THEN (exp(random() * 14) * 1000)::bigint END,
    CASE WHEN random() < .6 THEN ((random() - .3) * 1000000)::bigint END,
    CASE WHEN random() < .3 THEN (random() * 300)::int END,
    CASE WHEN random() < .7 THEN 1940 + (random() * 60)::int END,
    CASE WHEN random() < .7 THEN current_date - (random() * 9000)::int END,
    CASE WHEN random() < .8 THEN (random() * 10000)::int END,
    CASE WHEN random() < .7 THEN 100 * (random() * 100)::int END,
    CASE WHEN random() < .8 THEN (random() * 10000)::int END,
    CASE WHEN random() < .9 THEN 1 + (random() < .2)::int END,
    CASE WHEN random() < .9 THEN now() - random() * interval '20 days' END,
    random() < .4, random() < .3
FROM drawn WHERE is_target;
INSERT INTO legal_event (siren, kind, occurred_on, label, source, source_id, is_sandbox)
SELECT siren, (ARRAY['sale','proceeding','accounts_filed','leader_change'])
        [1 + floor(random() * 4)::int],
    current_date - (random() * 600)::int, '', 'pappers', siren || '-' || n, true
FROM drawn, generate_series(1, 2) n WHERE is_target AND random() < .5;
"""
NAFS = ("25.62B", "25.61Z", "68.20B", "69.20Z", "10.71C", "43.21A", "01.11Z")
COMMUNES = ("74010", "74011", "69123", "35238", "2A004", "75056", "97411")


def place_id(commune):
    return nomenclature.places()[commune].id


def fill(*, count=3000, targets=0.4, seed=0.42, first=300_000_000):
    places = nomenclature.places()
    with transaction.atomic(), connection.cursor() as cursor:
        parameters = {
            "seed": seed,
            "first": first,
            "count": count,
            "targets": targets,
            "geos": [places[code].id for code in COMMUNES if code in places],
            "nafs": [nomenclature.naf_codes()[code].id for code in NAFS],
        }
        for statement in FILL.split(";\n"):
            if statement.strip():
                cursor.execute(statement, parameters)


def pursue(desk, *, seed=0.1):
    """A status for one company in five, prospects among them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(%s)", [seed])
        cursor.execute(
            """
            INSERT INTO pursuit (desk_id, siren, status, reason, since, wake_on)
            SELECT %s, siren, (ARRAY['prospect','contacte','negociation','perdu'])
                [1 + floor(random() * 4)::int], '', now(), NULL
            FROM target WHERE random() < .2
            """,
            [desk.pk],
        )
