-- Other sites stay in the place's neighbourhood two times in three; one in four is closed.
INSERT INTO establishment (siret, siren, geo, naf, flags)
SELECT gen.siret(u.siren, 1), u.siren, u.place, u.naf, 2 + u.is_active::int FROM unit u
UNION ALL
SELECT gen.siret(u.siren, k), u.siren,
  CASE WHEN gen.u(h,0,6) < 42 THEN greatest(1, u.place + gen.u(h,6,4) - 8) ELSE ps.place END, u.naf,
  (u.is_active AND gen.u(h,10,2) > 0)::int
FROM unit u, generate_series(2, u.sites) k, hashint8extended(u.i*64 + k, 6) h, gen.place_slot ps
WHERE u.sites > 1 AND ps.slot = gen.u(h,20,20)
--------
-- Who was enriched, who is followed without having been.
CREATE TEMP TABLE chosen AS
SELECT u.*, gen.r(i,7) < .9*u.pe AS is_enriched,
  CASE WHEN gen.r(i,8) < .09 THEN 1 WHEN gen.r(i,8) < .12 THEN 2 END AS follower
FROM unit u WHERE gen.r(i,7) < .9*u.pe OR gen.u(h3,46,11) = 0
--------
ANALYZE chosen
--------
CREATE TEMP TABLE figures AS
SELECT b.*,
  CASE WHEN revenue IS NOT NULL THEN (revenue*(.04+.09*z2))::bigint END AS net,
  CASE WHEN revenue IS NOT NULL AND gen.u(h2,20,2) > 0 THEN (revenue*(.08+.10*z2))::bigint END AS ebitda,
  CASE WHEN revenue IS NOT NULL AND gen.u(h3,57,1)=0 THEN greatest(0, least(revenue/160000.0*exp(.6*z2), 60000)::int) END AS people,
  CASE WHEN is_evaluable THEN greatest(0, least(10000, (100*(42 + 13*gen.z(i,10) + 3.0*coalesce(ln(revenue/450000.0+.01),-2)))::int)) END AS score,
  CASE WHEN is_evaluable THEN greatest(0, least(10000, (100*(38 + 16*gen.z(i,12) + greatest(0, coalesce(2026-birth_year,50)-55)*1.2))::int)) END AS sale,
  CASE WHEN is_evaluable THEN greatest(500, least(10000, (100*(62 + 18*gen.z(i,13)) - CASE WHEN revenue IS NULL THEN 2000 ELSE 0 END)::int)) END AS coverage
FROM (
 SELECT c.*,
  CASE WHEN is_enriched AND gen.u(h2,4,4) < 14 AND created < '2025-07-01' THEN least(exp(mu + 1.7*gen.z(i,6)), 4e10)::bigint END AS revenue,
  gen.z(i,11) AS z2, is_enriched AND gen.u(h3,40,6) < 57 AS is_evaluable,
  CASE WHEN is_enriched AND gen.u(h3,30,2) > 0 THEN greatest(1932, least(2004, (1968 + 11*gen.z(i,14))::int)) END AS birth_year,
  CASE WHEN is_enriched AND gen.u(h3,32,3) > 2 THEN created + ((date '2026-06-01' - created)*power(gen.r(i,15),1.5))::int END AS since,
  CASE WHEN is_enriched THEN timestamptz '2026-06-01' - make_interval(secs => floor(-ln(gen.r(i,16))*86400*150)) END AS enriched_at
 FROM chosen c OFFSET 0) b
--------
ANALYZE figures
--------
INSERT INTO target (siren, geo, created_on, headcount, naf, legal_form, flags, folded_name, enriched_at, revenue,
  revenue_year, net_income, ebitda, accounts_closed_on, accounts_headcount, is_confidential, sources_disagree,
  leader_birth_year, leader_since, leader_name, has_email, has_phone, score, sale_likelihood, coverage, score_state,
  score_flag, missing, ruleset, scored_at)
SELECT f.siren, f.place, f.created, b.floor, f.naf, f.legal, 4 + f.is_active::int + 2*f.is_partial::int,
  fold(f.name||' '||f.trade_name||' '||f.acronym), f.enriched_at, f.revenue,
  CASE WHEN f.revenue IS NOT NULL THEN 2025 END, f.net, f.ebitda,
  CASE WHEN f.revenue IS NOT NULL THEN date '2025-12-31' END, f.people, f.is_enriched AND f.revenue IS NULL AND gen.u(f.h2,22,1)=0,
  f.revenue IS NOT NULL AND gen.u(f.h2,23,5)=0, f.birth_year, f.since,
  CASE WHEN f.birth_year IS NOT NULL AND NOT f.is_partial THEN f.first_name||' '||f.surname ELSE '' END,
  f.is_enriched AND gen.u(f.h2,45,3) < 3, f.is_enriched AND gen.u(f.h2,45,3) BETWEEN 2 AND 5,
  f.score, f.sale, f.coverage, CASE WHEN f.is_evaluable THEN 1 WHEN f.is_enriched THEN 2 END,
  CASE WHEN f.is_evaluable AND gen.u(f.h3,50,6)=0 THEN (ARRAY['sold','proceeding','losses','equity'])[1+gen.u(f.h3,56,2)] ELSE '' END,
  CASE WHEN f.is_enriched THEN (ARRAY['accounts','history','balance','headcount','leader','register',''])[1+gen.u(f.h3,52,12)%7] ELSE '' END,
  CASE WHEN f.is_enriched THEN '1' ELSE '' END, CASE WHEN f.is_enriched THEN timestamptz '2026-06-02' END
FROM figures f LEFT JOIN gen.band b ON f.headcount BETWEEN b.floor AND b.ceiling
--------
INSERT INTO annual_accounts (siren, closed_on, account_type, is_closing_estimated, duration_months, revenue, net_income,
  ebitda, headcount, is_confidential, is_sandbox, has_unit_jump, provenance, disagreements)
SELECT siren, make_date(2026-k,12,31), 'C', false, 12, (revenue*power(.97+.06*gen.r(siren,20), k-1))::bigint,
  CASE WHEN k=1 THEN net ELSE (net*(.7+.6*gen.r(siren*10::bigint+k,21)))::bigint END,
  CASE WHEN k=1 THEN ebitda ELSE (ebitda*(.7+.6*gen.r(siren*10::bigint+k,22)))::bigint END, people, false, true, false,
  '{"revenue": ["pappers", "2026-05-01"], "net_income": ["pappers", "2026-05-01"]}', '{}'
FROM figures, generate_series(1, least(5, 1+gen.u(h3,33,3), 2026-extract(year FROM created)::int)) k WHERE revenue IS NOT NULL
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
WHERE f.is_enriched
--------
INSERT INTO pursuit (desk_id, siren, status, reason, wake_on, owner_id, since)
SELECT d.desk, f.siren, s.status, CASE WHEN s.status='ecarte' THEN 'Hors de la thèse' ELSE '' END,
  CASE WHEN s.status='en_sommeil' THEN date '2027-01-04' + gen.u(f.h3,20,7) END, d.person,
  timestamptz '2026-05-31' - make_interval(days => gen.u(f.h3,12,8))
FROM figures f JOIN gen.desk d ON d.number = coalesce(f.follower, 1), LATERAL (
 SELECT (ARRAY['contacte','contacte','contacte','contacte','contacte','contacte','qualification','qualification','qualification',
  'negociation','negociation','gagne','perdu','ecarte','ecarte','en_sommeil'])[1+gen.u(f.h2,27,4)] AS status) s
WHERE f.follower IS NOT NULL OR NOT f.is_enriched
--------
-- In each desk, every list is twice as long as the one before.
INSERT INTO list_entry (list_id, siren, added_by_id, added_at)
SELECT l.list, f.siren, l.person, timestamptz '2026-05-31' - make_interval(days => gen.u(f.h3,20,8))
FROM figures f JOIN gen.list l ON gen.r(f.i, 40 + l.number) < l.share
--------
DROP TABLE unit, chosen, figures
