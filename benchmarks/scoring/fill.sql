-- All of these companies have something to score.
-- Eight in ten publish; a firm of its size has debt, equity, now and then below zero.
CREATE TEMP TABLE figures AS
SELECT b.*, (revenue*(.04 + .09*z2))::bigint AS net, (revenue*(.08 + .10*z2))::bigint AS ebitda,
  (revenue*(.30 + .35*z3))::bigint AS equity, (revenue*(.12*exp(.9*z4)))::bigint AS debt,
  CASE WHEN gen.u(h3,57,1) = 0 THEN least(revenue/160000.0*exp(.6*z2), 60000)::int END AS people
FROM (
 SELECT u.*, gen.z(i,11) AS z2, gen.z(i,17) AS z3, gen.z(i,18) AS z4,
  CASE WHEN gen.r(i,7) < .8 AND created < '2024-07-01' THEN least(exp(mu + .8 + 1.6*gen.z(i,6)), 4e10)::bigint END AS revenue,
  greatest(1932, least(2004, (1968 + 11*gen.z(i,14))::int)) AS born,
  created + ((date '2026-06-01' - created)*power(gen.r(i,15),1.5))::int AS since,
  timestamptz '2026-06-01' - make_interval(secs => floor(-ln(gen.r(i,16))*86400*150)) AS enriched_at
 FROM unit u OFFSET 0) b
--------
ANALYZE figures
--------
INSERT INTO target (siren, geo, created_on, headcount, naf, legal_form, flags, folded_name, enriched_at, revenue,
  revenue_year, net_income, ebitda, accounts_closed_on, accounts_headcount, is_confidential, sources_disagree,
  leader_birth_year, leader_since, leader_name, has_email, has_phone, score_flag, missing, ruleset)
SELECT f.siren, f.place, f.created, b.floor, f.naf, f.legal, 4 + f.is_active::int + 2*f.is_partial::int,
  fold(f.name||' '||f.trade_name||' '||f.acronym), f.enriched_at, f.revenue,
  CASE WHEN f.revenue IS NOT NULL THEN 2025 END, f.net, f.ebitda,
  CASE WHEN f.revenue IS NOT NULL THEN date '2025-12-31' END, f.people, f.revenue IS NULL AND gen.u(f.h2,22,1)=0,
  false, f.born, f.since, CASE WHEN NOT f.is_partial THEN f.first_name||' '||f.surname ELSE '' END,
  gen.u(f.h2,45,3) < 3, gen.u(f.h2,45,3) BETWEEN 2 AND 5, '', '', ''
FROM figures f LEFT JOIN gen.band b ON f.headcount BETWEEN b.floor AND b.ceiling
--------
-- One to five years; one firm in thirty has a group's accounts beside its own, one
-- exercise in fifty is not of twelve months, one in five hundred is in thousands.
INSERT INTO annual_accounts (siren, closed_on, account_type, is_closing_estimated, duration_months, revenue, net_income,
  ebitda, equity, financial_debt, headcount, is_confidential, is_sandbox, has_unit_jump, provenance, disagreements)
SELECT siren, closed_on, kind, false, CASE WHEN gen.u(h,0,6) = 0 THEN 1 + gen.u(h,6,5) ELSE 12 END,
  (part*revenue*power(.97 + .06*gen.r(siren,20), k-1))::bigint, (part*net*(.7 + .6*gen.r(siren*10::bigint+k,21)))::bigint,
  (part*ebitda*(.7 + .6*gen.r(siren*10::bigint+k,22)))::bigint,
  CASE WHEN gen.u(h,12,2) > 0 THEN part*equity END, CASE WHEN gen.u(h,12,2) > 0 THEN greatest(0, part*debt) END,
  people, gen.u(h,16,4) = 0, true, gen.u(h,20,9) = 0,
  CASE WHEN gen.u(h,30,1) = 0 THEN jsonb_build_object('revenue', src, 'net_income', src, 'equity', src, 'headcount', src)
    ELSE jsonb_build_object('revenue', src, 'net_income', src) END, '{}'
FROM figures, generate_series(1, least(5, 1 + gen.u(h3,33,3), 2026 - extract(year FROM created)::int)) k,
 LATERAL (SELECT make_date(2026-k, 12, 31) AS closed_on, hashint8extended(i*8 + k, 19) AS h,
   jsonb_build_array((ARRAY['pappers','inpi_bce'])[1 + gen.u(h2,1,1)], '2026-05-01') AS src OFFSET 0) y,
 LATERAL (SELECT 'C' AS kind, 1 AS part UNION ALL SELECT 'K', 4 WHERE gen.u(h2,60,3) = 0 AND gen.u(h3,60,2) = 0) t
WHERE revenue IS NOT NULL
--------
-- A leader, often a second, sometimes a child of the same name, an auditor, a holding.
INSERT INTO officer (siren, surname, first_name, birth_year, role, role_code, since, is_company, rank, source, retrieved_at, is_sandbox)
SELECT siren, o.surname, f.first_name, o.born, o.role, '', o.since, o.is_company, o.rank, 'pappers', enriched_at, true
FROM figures f, LATERAL (
 SELECT f.surname, f.born, (ARRAY['Président','Gérant','Gérant','Président-directeur général'])[1 + gen.u(h2,36,2)] AS role,
   f.since, false AS is_company, 0 AS rank
 UNION ALL SELECT (SELECT s FROM gen.surname WHERE id = 1 + gen.u(h3,20,13)), greatest(1932, least(2004, f.born + gen.u(h2,20,5) - 16)),
   (ARRAY['Directeur général','Directeur général délégué','Administrateur','Gérant'])[1 + gen.u(h2,38,2)], f.since + 900, false, 1
   WHERE gen.u(h2,50,2) < 2 AND f.since < '2023-01-01'
 UNION ALL SELECT f.surname, least(2004, f.born + 27), 'Directeur général', date '2021-01-01', false, 2
   WHERE gen.u(h2,52,4) = 0 AND f.born < 1977
 UNION ALL SELECT 'CABINET D’AUDIT', NULL, 'Commissaire aux comptes titulaire', NULL, true, 3 WHERE gen.u(h2,56,3) = 0
 UNION ALL SELECT 'HOLDING '||f.surname, NULL, 'Président', f.since, true, 4 WHERE gen.u(h2,59,2) = 0) o
--------
INSERT INTO source_reading (siren, source, retrieved_at, status, is_sandbox, gave)
SELECT siren, source, enriched_at - make_interval(days => back), 'found', true, '{}'
FROM figures, (VALUES ('pappers', 0), ('recherche_entreprises', 1), ('bodacc', 3)) s(source, back)
WHERE back < 3 OR gen.u(h2,3,1) = 0
--------
-- Filings each year for half of them, the rest as rare as in the bulletin.
INSERT INTO legal_event (siren, kind, occurred_on, label, source, source_id, is_sandbox)
SELECT siren, kind, date '2026-05-20' - days, label, 'pappers', kind||'-'||days, true
FROM figures f CROSS JOIN LATERAL (
 SELECT 'accounts_filed' AS kind, 'Dépôt des comptes' AS label, 365*k - gen.u(h3,16,8) % 300 AS days
 FROM generate_series(1, CASE WHEN gen.u(h2,24,1)=0 THEN 1+gen.u(h2,25,2) ELSE 0 END) k
 UNION ALL
 SELECT kind, label, (share*r*3650)::int FROM (
  SELECT kind, label, at, gen.r(f.i, stream) AS r, 1/at AS share FROM (VALUES
   ('leader_change','Changement de dirigeant',.18::float8,31),('modification','Modification',.30,32),
   ('sale','Cession de fonds',.015,33),('proceeding','Ouverture d’une procédure collective',.025,34),
   ('proceeding_closed','Clôture d’une procédure collective',.008,35),('closing','Radiation',.006,36),
   ('lease_management','Location-gérance',.006,37),('creation','Immatriculation',.10,38)) v(kind,label,at,stream)
  OFFSET 0) d WHERE r < at) e
--------
DROP TABLE unit, figures
