-- One chunk of companies, from gen.units into the product's tables. The statements are
-- parted by lines of dashes; {first} and {last} are the numbers of the chunk.
CREATE TEMP TABLE unit AS SELECT * FROM gen.units({first}, {last})
--------
ANALYZE unit
--------
INSERT INTO company (siren, name, trade_name, acronym, legal_form, naf_code, naf25_code, created_on, is_active,
  diffusion, headcount_band, headcount_year, category, website, siret, address, postal_code, commune_code, commune,
  source, source_file, registered_at)
SELECT u.siren, u.name, u.trade_name, u.acronym, u.legal::text, u.naf_code, '', u.created, u.is_active,
  CASE WHEN u.is_partial THEN 'P' ELSE 'O' END, coalesce(b.code, ''), CASE WHEN b.code IS NOT NULL THEN 2023 END,
  CASE WHEN u.headcount >= 5000 THEN 'GE' WHEN u.headcount >= 250 THEN 'ETI' ELSE 'PME' END, '',
  gen.siret(u.siren, 1), u.street, u.postal_code, u.place_code, u.place_name, 'sirene', 'made up',
  timestamptz '2026-06-01'
FROM unit u LEFT JOIN gen.band b ON u.headcount BETWEEN b.floor AND b.ceiling
--------
INSERT INTO register (siren, geo, created_on, headcount, naf, legal_form, flags)
SELECT u.siren, u.place, u.created, b.floor, u.naf, u.legal, 4 + u.is_active::int + 2*u.is_partial::int
FROM unit u LEFT JOIN gen.band b ON u.headcount BETWEEN b.floor AND b.ceiling
--------
