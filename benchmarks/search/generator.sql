-- Deterministic made-up French companies (own work): the functions; fill.sql has the rows.
-- Same number => same company whatever the number of rows, so that the million is the
-- beginning of the ten million. Names are made up; SIRENs have a right key and come from
-- an arithmetic progression. gen.place, gen.naf, gen.place_slot and gen.naf_slot are
-- loaded before: the product's own numbered ids, weighted by real counts.

-- ---- random bits: one 64-bit hash per (row, stream) ----------------------------------
CREATE FUNCTION gen.u(h bigint, sh int, bits int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT ((h >> sh) & ((1::bigint << bits) - 1))::int $$;
CREATE FUNCTION gen.r(i bigint, k int) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT ((hashint8extended(i, k) & 4503599627370495) + 1)::float8 / 4503599627370497 $$;   -- (0,1)
CREATE FUNCTION gen.z(i bigint, k int) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT sqrt(-2*ln(gen.r(i,k))) * cos(2*pi()*gen.r(i,k+1000)) $$;                          -- N(0,1)

-- ---- keys ----------------------------------------------------------------------------
-- What a digit adds to a Luhn sum when it counts twice.
CREATE FUNCTION gen.twice(d int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT 2*d - 9*(d > 4)::int $$;
-- b = the eight first digits
CREATE FUNCTION gen.siren(b int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
 SELECT b*10 + (10 - ( b/10000000 + gen.twice(b/1000000%10) + b/100000%10 + gen.twice(b/10000%10)
   + b/1000%10 + gen.twice(b/100%10) + b/10%10 + gen.twice(b%10) ) % 10) % 10 $$;
-- The site's number has two digits; the SIREN's own digits change places in the sum.
CREATE FUNCTION gen.siret(s int, n int) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
 SELECT s::bigint*100000 + n*10 + (10 - ( gen.twice(s/100000000) + s/10000000%10 + gen.twice(s/1000000%10)
   + s/100000%10 + gen.twice(s/10000%10) + s/1000%10 + gen.twice(s/100%10) + s/10%10 + gen.twice(s%10)
   + gen.twice(n%10) + n/10%10 ) % 10) % 10 $$;

-- ---- words for names -----------------------------------------------------------------
CREATE FUNCTION gen.slots(ids int[], w float8[], n int) RETURNS TABLE(slot int, id int) LANGUAGE sql AS $$
 WITH t AS (SELECT id, w, sum(w) OVER (ORDER BY o) - w AS lo, sum(w) OVER () AS tot
            FROM unnest(ids, w) WITH ORDINALITY AS x(id, w, o))
 SELECT s, t.id FROM t, generate_series(ceil(lo/tot*n)::int, ceil((lo+w)/tot*n)::int - 1) s
 WHERE s < n $$;
CREATE TABLE gen.syl AS SELECT o::int AS k, s FROM unnest(string_to_array('mont bel ville roche saint cler val brun mar cou lan gé ri dou pierre bois né che gny fon tai neu lac ver dor ber tho la cro zè pré mau ran sé lou vi gui nan tré pon sar bre hau ter ga bri dé cha lie plou ker guen ar ba ro to mi che vau or my au bin san che ré pi rou', ' ')) WITH ORDINALITY x(s,o);
CREATE FUNCTION gen.word(h bigint, m int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
 SELECT string_agg(s.s, '' ORDER BY j) FROM generate_series(0,m-1) j JOIN gen.syl s ON s.k = 1 + gen.u(h, 6*j, 6) $$;
CREATE TABLE gen.surname AS   -- 12,000 surnames, the first ones real-looking and frequent
SELECT k AS id, upper(coalesce((string_to_array('Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefèvre Michel Garcia David Bertrand Roux Vincent Fournier Morel Girard André Lefebvre Mercier Dupont Lambert Bonnet François Martinez Legrand Garnier Faure Rousseau Blanc Guérin Muller Henry Roussel Nicolas Perrin Morin Mathieu Clément Gauthier Dumont Lopez Fontaine Chevalier Robin Masson Sanchez Gérard Nguyen Boyer Denis Lemaire Duval Joly Gautier Roger Roche Roy Noël Meyer Lucas Meunier Jean Pérez Marchand Dufour Blanchard Marie Barbier Brun Dumas Brunet Schmitt Leroux Colas Fernandez Pierre Renard Arnaud Rolland Caron Aubert Giraud Leclerc Vidal Bourgeois Renaud Lemoine Picard Gaillard Philippe',' '))[k],
   gen.word(hashint8extended(k,11), 2+k%2))) AS s FROM generate_series(1,12000) k;
CREATE TABLE gen.surname_slot AS SELECT slot, s FROM gen.slots((SELECT array_agg(k) FROM generate_series(1,12000) k),(SELECT array_agg(1/(k^0.75)) FROM generate_series(1,12000) k), 16384) JOIN gen.surname USING (id);
CREATE TABLE gen.first AS SELECT o::int-1 AS id, upper(s) AS s FROM unnest(string_to_array('Jean Marie Pierre Michel André Philippe Nathalie Isabelle Alain Catherine Patrick Sylvie Christophe Françoise Nicolas Martine Christian Céline Éric Julie Stéphane Sandrine Laurent Valérie Frédéric Véronique David Sophie Julien Aurélie Thomas Émilie Sébastien Caroline Olivier Camille Pascal Laura Thierry Stéphanie Bruno Élodie Vincent Hélène Guillaume Delphine Alexandre Mélanie Maxime Claire Antoine Amélie Romain Pauline Kevin Lucie Jérôme Manon Mathieu Léa Benjamin Chloé Hugo Emma', ' ')) WITH ORDINALITY x(s,o);
CREATE TABLE gen.trade AS SELECT o::int-1 AS id, upper(s) AS s FROM unnest(string_to_array('Boulangerie,Menuiserie,Plomberie,Électricité générale,Garage,Transports,Maçonnerie,Peinture,Consulting,Conseil,Services,Holding,Immobilier,Restaurant,Brasserie,Pharmacie,Coiffure,Informatique,Technologies,Distribution,Bâtiment,Rénovation,Couverture,Charpente,Paysages,Nettoyage,Sécurité,Formation,Ambulances,Taxi,Boucherie,Pâtisserie,Fleurs,Optique,Audio,Énergie,Solaire,Digital,Média,Studio,Architecture,Ingénierie,Mécanique,Industrie,Plastiques,Métallerie,Chaudronnerie,Usinage,Outillage,Logistique,Négoce,Import Export,Textile,Mode,Cosmétique,Laboratoire,Santé,Dentaire,Kinésithérapie,Agricole,Vignobles,Domaine,Élevage,Forêt',',')) WITH ORDINALITY x(s,o);
CREATE TABLE gen.noun AS SELECT o::int-1 AS id, upper(s) AS s FROM unnest(string_to_array('du Moulin,des Érables,de la Gare,du Centre,des Alpes,de Bretagne,du Sud,Atlantique,de l''Ouest,du Château,des Tilleuls,du Parc,de la Place,et Fils,Frères,et Associés,France,Europe,International,Développement,Participations,Invest,Groupe,Patrimoine,Solutions,Concept,Plus,Express,Océan,Horizon,Avenir,Prestige,Martin,de la Vallée,du Lac,des Lilas,du Marché,Nord,Méditerranée,Provence,Occitanie,Lyon,Paris,Bordeaux,Armor,Azur,Cévennes,Jura,Vosges,Loire,Garonne,Rhône,Saint Jean,Sainte Anne,de l''Église,du Pont,de la Source,des Chênes,de la Forêt,du Soleil,de l''Étoile,du Cèdre,des Roses,Bellevue',',')) WITH ORDINALITY x(s,o);

-- ---- legal forms: code, how likely enriched, ln(median revenue) ------------------------
CREATE TABLE gen.legal(id int PRIMARY KEY, code smallint, label text, pe float8, mu float8);
INSERT INTO gen.legal VALUES
 (1,6540,'SCI',.012,10.8),(2,5499,'SARL',.23,12.9),(3,5720,'SASU',.20,12.0),(4,5498,'EURL',.21,12.2),
 (5,5710,'SAS',.30,13.5),(6,9220,'ASSO',.008,11.5),(7,5599,'SA',.60,15.8),(8,6533,'GAEC',.04,12.5),
 (9,6598,'EARL',.04,12.2),(10,5202,'SNC',.18,13.2),(11,6220,'GIE',.06,12.0),(12,3120,'ETR',.10,13.0),
 (13,5785,'SELAS',.20,13.2);
-- The form follows the trade: a civil company owns walls, a GAEC cows.
CREATE TABLE gen.legal_slot AS
SELECT kind, s.slot, s.id FROM (VALUES
 ('walls', ARRAY[1,2,3,5,4,12],      ARRAY[88,4,3,3,1.5,.5]),
 ('agency',ARRAY[2,3,5,4,1,7,10],    ARRAY[30,25,18,14,10,1,2]),
 ('farm',  ARRAY[8,9,2,3,5,1,4],     ARRAY[24,38,12,8,6,8,4]),
 ('club',  ARRAY[6,2,5],             ARRAY[97,2,1]),
 ('care',  ARRAY[6,13,2,3,5,4,1],    ARRAY[35,18,14,14,8,7,4]),
 ('other', ARRAY[2,3,5,4,6,7,10,11,12,13], ARRAY[36,29,18,12,2.2,.8,.8,.2,.4,.6])
) v(kind, ids, w), LATERAL gen.slots(v.ids, v.w::float8[], 4096) s;
ALTER TABLE gen.naf ADD kind text;
UPDATE gen.naf SET kind = CASE
 WHEN code = '68.20B' THEN 'walls' WHEN division = 68 THEN 'agency' WHEN division <= 3 THEN 'farm'
 WHEN division = 94 THEN 'club' WHEN division IN (85,86,87,88,90,93) THEN 'care' ELSE 'other' END;

CREATE TABLE gen.band(floor int, code text, ceiling int);
CREATE INDEX ON gen.naf_slot(profile, slot); CREATE INDEX ON gen.place_slot(slot);
CREATE INDEX ON gen.legal_slot(kind, slot); CREATE INDEX ON gen.surname_slot(slot);

-- ---- every company: what the register says, and what the rest is drawn from --------------
-- OFFSET 0 keeps a draw in one place: flattened, it would be computed at each mention.
CREATE FUNCTION gen.units(i0 bigint, i1 bigint) RETURNS TABLE(
  i bigint, siren int, name text, trade_name text, acronym text, legal smallint, naf smallint, naf_code text,
  created date, place int, place_code text, place_name text, postal_code text, headcount int,
  is_active boolean, is_partial boolean, sites int, street text, surname text, first_name text, h2 bigint, h3 bigint,
  pe float8, mu float8) LANGUAGE sql STABLE AS $$
WITH a AS (
 SELECT i, hashint8extended(i,1) h1, hashint8extended(i,2) h2, hashint8extended(i,3) h3, hashint8extended(i,4) h4,
   gen.r(i,5) r1, gen.r(i,9) r2 FROM generate_series(i0, i1) i OFFSET 0),
b AS (
 SELECT a.*, p.id AS place, p.code AS place_code, p.name AS place_name, p.postal_code,
   n.id AS naf, n.code AS naf_code, l.code AS legal, l.label, l.pe, l.mu,
   (date '2026-06-01' - least(20 - ln(r1)*4700, 33000)::int) AS created
 FROM a JOIN gen.place_slot ps ON ps.slot = gen.u(h1,0,20) JOIN gen.place p ON p.id = ps.place
        JOIN gen.naf_slot ns ON ns.profile = p.profile AND ns.slot = gen.u(h1,20,15) JOIN gen.naf n ON n.id = ns.naf
        JOIN gen.legal_slot ls ON ls.kind = n.kind AND ls.slot = gen.u(h1,35,12) JOIN gen.legal l ON l.id = ls.id
 OFFSET 0)
SELECT i, gen.siren((10000000 + i*8 + gen.u(h3,0,3))::int),
  CASE WHEN label='SCI' THEN CASE WHEN gen.u(h2,8,2)=0 THEN 'SCI '||sn.s ELSE 'SCI '||no.s||CASE WHEN gen.u(h2,10,1)=0 THEN ' '||gen.u(h3,30,7) ELSE '' END END
       WHEN label='ASSO' THEN 'ASSOCIATION '||tr.s||' '||place_name
       WHEN label IN ('GAEC','EARL') THEN label||' '||CASE WHEN gen.u(h2,8,1)=0 THEN sn.s ELSE no.s END
       WHEN gen.u(h2,8,3)<3 THEN tr.s||' '||sn.s
       WHEN gen.u(h2,8,3)<6 THEN tr.s||' '||no.s
       WHEN gen.u(h2,8,3)=6 THEN sn.s||' '||no.s
       ELSE upper(gen.word(hashint8extended(gen.u(h3,3,20),13), 2+gen.u(h2,11,1)))||' '||no.s END,
  CASE WHEN gen.u(h4,40,4)=0 THEN tr.s||' '||sn.s ELSE '' END,
  CASE WHEN gen.u(h2,12,4)=0 THEN left(tr.s,1)||left(sn.s,1)||left(no.s,1) ELSE '' END,
  legal, naf, naf_code, created, place, place_code, place_name, postal_code,
  CASE WHEN label<>'SCI' AND gen.u(h2,16,2)=0 THEN (1/power(r2,0.8))::int END,
  gen.u(h2,40,5) > 2, gen.u(h2,31,8)=0,
  least(1 + floor(ln(1 - gen.u(h4,0,20)/1048576.0::float8)/ln(1/3.0::float8))::int, 40),
  1+gen.u(h4,20,7)||CASE gen.u(h4,27,2) WHEN 0 THEN ' AVENUE ' WHEN 1 THEN ' CHEMIN ' ELSE ' RUE ' END||no.s,
  sn.s, f.s, h2, h3, pe, mu
FROM b JOIN gen.surname_slot sn ON sn.slot=gen.u(h3,10,14) JOIN gen.first f ON f.id=gen.u(h3,24,6)
  JOIN gen.trade tr ON tr.id=gen.u(h2,50,6) JOIN gen.noun no ON no.id=gen.u(h2,56,6) $$;
