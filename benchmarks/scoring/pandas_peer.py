"""The script that a data team would write: read_sql, compute, to_sql.

    DATABASE_URL=… python pandas_peer.py LIMIT

runs in an environment of its own, with pandas and SQLAlchemy. It computes the
attractivité of ruleset 2.0 by whole columns from the last exercise and the two before,
without reasons nor stakes, and prints the seconds of each of its three steps.
"""

# mypy: ignore-errors
import json
import os
import sys
import time

import numpy as np
import pandas as pd
from sqlalchemy import create_engine, text

COMPANIES = """
    SELECT c.siren, c.created_on, c.is_active, c.headcount_band
    FROM company c JOIN target t USING (siren) ORDER BY c.siren LIMIT :most
"""
ACCOUNTS = """
    SELECT siren, closed_on, account_type, revenue, net_income, equity, financial_debt,
        headcount
    FROM annual_accounts
    WHERE revenue IS NOT NULL AND account_type = 'C' AND NOT has_unit_jump
        AND siren <= :last
"""
OFFICERS = """
    SELECT siren, birth_year, since, role FROM officer
    WHERE NOT is_company AND siren <= :last
"""
WEIGHTS = {"size": 0.25, "growth": 0.2, "margin": 0.15, "health": 0.15, "scale": 0.1}
AS_OF = pd.Timestamp("2026-11-23")


def read(engine, most):
    with engine.connect() as db:
        companies = pd.read_sql(text(COMPANIES), db, params={"most": most})
        last = {"last": int(companies["siren"].max())}
        accounts = pd.read_sql(text(ACCOUNTS), db, params=last)
        officers = pd.read_sql(text(OFFICERS), db, params=last)
    return companies, accounts, officers


def compute(companies, accounts, officers):
    accounts = accounts.sort_values(["siren", "closed_on"])
    groups = accounts.groupby("siren")
    last = groups.tail(1).set_index("siren")
    earlier = groups.nth(-3).set_index("siren")["revenue"]
    tenure = officers.sort_values("since").groupby("siren")["since"].first()
    table = companies.set_index("siren").join(last)
    growth = (np.sqrt(table["revenue"] / earlier.reindex(table.index)) - 1) * 100
    margin = table["net_income"] / table["revenue"] * 100
    debt = table["financial_debt"] / (table["financial_debt"] + table["equity"])
    years = (AS_OF - pd.to_datetime(table["created_on"])).dt.days / 365.25
    held = (AS_OF - pd.to_datetime(tenure.reindex(table.index))).dt.days / 365.25
    parts = pd.DataFrame(
        {
            "size": curve(table["revenue"], [0, 3e6, 1e7, 2e7], [0, 40, 70, 100]),
            "growth": curve(growth, [-12.5, 0, 3, 8, 15], [0, 25, 50, 75, 100]),
            "margin": curve(margin, [-10, 0, 3, 8, 15], [0, 10, 50, 75, 100]),
            "health": 0.7 * curve(debt, [0.3, 0.5, 0.8, 1], [100, 70, 20, 0])
            + 0.3 * curve(years, [1, 3, 10], [20, 60, 100]),
            "scale": curve(table["headcount"], [0, 30, 50, 100], [0, 40, 70, 100]),
        },
        index=table.index,
    )
    parts["tenure"] = np.select([held >= 5, held >= 2], [90.0, 70.0], 50.0)
    weights = pd.Series(WEIGHTS | {"tenure": 0.04})
    known = parts.notna().mul(weights).sum(axis=1)
    score = parts.mul(weights).sum(axis=1) / known
    score[table["equity"] <= 0] = score.clip(upper=45)
    return pd.DataFrame({"score": score.round(2), "parts": parts.count(axis=1)})


def curve(values, xs, ys):
    known = np.interp(values.to_numpy(float, na_value=np.nan), xs, ys)
    return np.where(values.isna(), np.nan, known)


def main():
    engine = create_engine(os.environ["DATABASE_URL"])
    laps = [time.perf_counter()]
    found = read(engine, int(sys.argv[1]))
    laps.append(time.perf_counter())
    scored = compute(*found)
    laps.append(time.perf_counter())
    scored.to_sql("bench_pandas_score", engine, if_exists="replace", chunksize=10_000)
    laps.append(time.perf_counter())
    read_s, compute_s, write_s = np.diff(laps).tolist()
    told = {"read": read_s, "compute": compute_s, "write": write_s}
    sys.stdout.write(json.dumps(told | {"rows": len(scored)}))


if __name__ == "__main__":
    main()
