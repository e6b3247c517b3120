-- What a careful hand writes of ruleset 2.0's attractivité in one statement: default
-- weights, absent components left out, caps, "non évaluable" under 40 of couverture.
-- No reasons, no stakes, no cédabilité. Offices are those that the generator knows.
INSERT INTO bench_sql_score (siren, score, coverage)
WITH usable AS (
  SELECT *, extract(year FROM closed_on)::int AS year, coalesce(duration_months BETWEEN 11 AND 13, true) AS is_full
  FROM annual_accounts
  WHERE (revenue IS NOT NULL OR net_income IS NOT NULL) AND NOT has_unit_jump AND coalesce(duration_months BETWEEN 6 AND 18, true)
), last AS (
  SELECT DISTINCT ON (siren) * FROM usable ORDER BY siren, closed_on DESC, array_position('{C,S,K}'::text[], account_type::text)
), years AS (
  SELECT l.siren, l.closed_on, l.revenue, l.net_income, l.equity, l.headcount, l.financial_debt,
    CASE WHEN l.is_full AND b.is_full THEN b.revenue END AS revenue_1, CASE WHEN l.is_full AND e.is_full THEN e.revenue END AS revenue_2,
    l.net_income < 0 AND b.net_income < 0 AND e.net_income < 0 AS has_losses,
    CASE WHEN l.financial_debt >= 0 AND l.equity IS NOT NULL THEN
      CASE WHEN l.equity <= 0 THEN 1 ELSE l.financial_debt::float8 / (l.financial_debt + l.equity) END END AS debt
  FROM last l LEFT JOIN usable b ON b.siren = l.siren AND b.account_type = l.account_type AND b.year = l.year - 1
    LEFT JOIN usable e ON e.siren = l.siren AND e.account_type = l.account_type AND e.year = l.year - 2
), persons AS (
  SELECT o.siren, o.since, date_part('year', %(as_of)s::date)::int - o.birth_year AS age,
    CASE WHEN role LIKE 'Pr%%sident%%' OR role = 'Gérant' THEN 0 WHEN role = 'Directeur général' THEN 1 WHEN role LIKE '%%délégué' THEN 3 END AS rank
  FROM officer o JOIN company c USING (siren)
  WHERE NOT o.is_company AND c.diffusion <> 'P' AND coalesce(o.since <= %(as_of)s::date, true) AND role NOT LIKE 'Commissaire%%'
), leader AS (
  SELECT DISTINCT ON (siren) siren, age, (%(as_of)s::date - since) / 365.25 AS tenure, count(*) OVER (PARTITION BY siren) AS leaders
  FROM persons WHERE rank IS NOT NULL ORDER BY siren, age IS NULL, rank, age DESC, since
), seen AS (
  SELECT siren, bool_or(kind IN ('sale', 'closing')) AS is_sold,
    max(occurred_on) FILTER (WHERE kind = 'proceeding') > coalesce(max(occurred_on) FILTER (WHERE kind = 'proceeding_closed'), '-infinity') AS is_open
  FROM legal_event WHERE kind IN ('sale', 'closing', 'proceeding', 'proceeding_closed') AND occurred_on <= %(as_of)s::date GROUP BY siren
), facts AS (
  SELECT c.siren, c.created_on, c.naf_code, c.legal_form, c.postal_code, y.closed_on, y.equity, y.debt, y.has_losses, y.net_income,
    CASE WHEN y.revenue > 0 THEN y.revenue::float8 END AS revenue, y.revenue_1, y.revenue_2, y.headcount, b.floor AS band,
    coalesce(y.headcount, b.floor)::float8 AS people, l.age, l.tenure, l.leaders, s.is_sold OR NOT c.is_active AS is_sold, s.is_open,
    (%(as_of)s::date - c.created_on) / 365.25 AS old, (%(as_of)s::date - y.closed_on) / 365.25 * 12 AS months
  FROM company c JOIN target t USING (siren) LEFT JOIN years y USING (siren) LEFT JOIN leader l USING (siren) LEFT JOIN seen s USING (siren)
    LEFT JOIN bench_band b ON b.code = c.headcount_band
), rates AS (
  SELECT *, coalesce(CASE WHEN revenue_2 > 0 THEN (sqrt(revenue / revenue_2) - 1) * 100 END, CASE WHEN revenue_1 > 0 THEN (revenue / revenue_1 - 1) * 100 END) AS growth,
    net_income / revenue * 100 AS margin FROM facts
), components AS (
  SELECT *,
    CASE WHEN revenue < 3e6 THEN revenue / 3e6 * 40 WHEN revenue < 1e7 THEN 40 + (revenue - 3e6) / 7e6 * 30 WHEN revenue < 2e7 THEN 70 + (revenue - 1e7) / 1e7 * 30 WHEN revenue IS NOT NULL THEN 100 END AS c1,
    CASE WHEN growth < 0 THEN greatest(0, 25 + 2 * growth) WHEN growth < 3 THEN 25 + growth / 3 * 25 WHEN growth < 8 THEN 50 + (growth - 3) / 5 * 25 WHEN growth < 15 THEN 75 + (growth - 8) / 7 * 25 WHEN growth IS NOT NULL THEN 100 END AS c2,
    CASE WHEN margin < 0 THEN greatest(0, 10 + margin) WHEN margin < 3 THEN margin / 3 * 50 WHEN margin < 8 THEN 50 + (margin - 3) / 5 * 25 WHEN margin < 15 THEN 75 + (margin - 8) / 7 * 25 WHEN margin IS NOT NULL THEN 100 END AS c3,
    CASE WHEN debt <= .3 THEN 100 WHEN debt < .5 THEN 100 - (debt - .3) / .2 * 30 WHEN debt < .8 THEN 70 - (debt - .5) / .3 * 50 WHEN debt IS NOT NULL THEN greatest(0, 20 - 100 * (debt - .8)) END AS h1,
    CASE WHEN margin > 10 THEN 90 WHEN margin > 5 THEN 80 WHEN margin < 0 THEN 30 WHEN margin IS NOT NULL THEN 70 END AS h2,
    CASE WHEN old >= 10 THEN 100 WHEN old >= 3 THEN 60 + (old - 3) / 7 * 40 WHEN old IS NOT NULL THEN greatest(20, old / 3 * 60) END AS h3,
    CASE WHEN people < 30 THEN people / 30 * 40 WHEN people < 50 THEN 40 + (people - 30) / 20 * 30 WHEN people < 100 THEN 70 + (people - 50) / 50 * 30 WHEN people IS NOT NULL THEN 100 END AS s1,
    CASE WHEN revenue < 3e6 THEN revenue / 3e6 * 50 WHEN revenue < 2e7 THEN 50 + (revenue - 3e6) / 1.7e7 * 50 WHEN revenue IS NOT NULL THEN 100 END AS s2,
    CASE WHEN tenure >= 5 THEN 90 WHEN tenure >= 2 THEN 70 WHEN tenure IS NOT NULL THEN 50 END AS m1,
    CASE WHEN leaders > 1 THEN 80 WHEN leaders = 1 THEN 60 END AS m2
  FROM rates
), ranked AS (
  SELECT c.*, coalesce(r.rank, p.rank) AS c6
  FROM components c
  LEFT JOIN LATERAL (SELECT 50.0 * (width_bucket(c.revenue, k.cell) + width_bucket(c.revenue - .5, k.cell)) / cardinality(k.cell) AS rank
    FROM bench_cell k WHERE k.measure = 'revenue' AND k.division = left(c.naf_code, 2) AND k.size = width_bucket(c.revenue, '{2e6,1e7,5e7}'::float8[])) r ON true
  LEFT JOIN LATERAL (SELECT 50.0 * (width_bucket(c.people, k.cell) + width_bucket(c.people - .5, k.cell)) / cardinality(k.cell) AS rank
    FROM bench_cell k WHERE r.rank IS NULL AND k.measure = 'headcount' AND k.division = left(c.naf_code, 2) AND k.size = width_bucket(c.people, '{10,50,250}'::float8[])) p ON true
), put_together AS (
  SELECT *,
    (coalesce(.5 * h1, 0) + coalesce(.3 * h2, 0) + coalesce(.2 * h3, 0)) / nullif(.5 * (h1 IS NOT NULL)::int + .3 * (h2 IS NOT NULL)::int + .2 * (h3 IS NOT NULL)::int, 0) AS c4,
    (coalesce(.6 * s1, 0) + coalesce(.4 * s2, 0)) / nullif(.6 * (s1 IS NOT NULL)::int + .4 * (s2 IS NOT NULL)::int, 0) AS c5,
    (coalesce(.5 * m1, 0) + coalesce(.2 * m2, 0)) / nullif(.5 * (m1 IS NOT NULL)::int + .2 * (m2 IS NOT NULL)::int, 0) AS c7,
    coalesce(greatest(.5, least(1, 1 - (months - 18) / 48)), 1) AS fresh
  FROM ranked
), totals AS (
  SELECT siren, is_sold, is_open, has_losses, equity,
    (coalesce(.25*c1,0) + coalesce(.2*c2,0) + coalesce(.15*c3,0) + coalesce(.15*c4,0) + coalesce(.1*c5,0) + coalesce(.08*c6,0) + coalesce(.04*c7,0))
     / nullif(.25*(c1 IS NOT NULL)::int + .2*(c2 IS NOT NULL)::int + .15*(c3 IS NOT NULL)::int + .15*(c4 IS NOT NULL)::int + .1*(c5 IS NOT NULL)::int + .08*(c6 IS NOT NULL)::int + .04*(c7 IS NOT NULL)::int, 0) AS score,
    fresh * (25*(revenue IS NOT NULL)::int + 15*(net_income IS NOT NULL)::int + CASE WHEN debt IS NOT NULL THEN 15 WHEN equity IS NOT NULL THEN 7.5 ELSE 0 END
       + 5*coalesce((revenue_1 > 0)::int, 0) + 5*coalesce((revenue_2 > 0)::int, 0))
     + CASE WHEN headcount IS NOT NULL THEN 10 WHEN band IS NOT NULL THEN 5 ELSE 0 END + 10*coalesce((age BETWEEN 16 AND 100)::int, 0) + 5*(tenure IS NOT NULL)::int
     + 2.5*((created_on IS NOT NULL)::int + (legal_form <> '')::int + (naf_code <> '')::int + (postal_code <> '')::int) AS coverage
  FROM put_together
)
SELECT siren, CASE WHEN coverage >= 40 THEN round(least(score, CASE WHEN is_sold THEN 0 WHEN is_open THEN 20 WHEN has_losses THEN 40 WHEN equity <= 0 THEN 45 END)::numeric, 2) END,
  round(coverage::numeric, 2)
FROM totals
