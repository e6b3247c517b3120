"""Labelled sets as `make bench-scoring` reads them, whatever they look like."""

import gzip
from datetime import date

import numpy as np
import polars as pl
import pytest

from benchmarks.scoring import labelled, quality
from benchmarks.scoring.labelled import BadSet, Reader, Spec
from scoring.learning import leaks

SPEC = Spec(id="id", label="status", positive=("sold",))


def read(columns, spec=SPEC, **more):
    count = len(next(iter(columns.values())))
    raw = pl.DataFrame(
        {
            "id": [f"r{n}" for n in range(count)],
            "status": ["sold", "kept"] * (count // 2) + ["kept"] * (count % 2),
            **columns,
            **more,
        }
    )
    return Reader.learn(raw, spec).read(raw)


def numbers(values, **more):
    return read({"x": values}, **more).table.numeric["x"].tolist()


class TestFigures:
    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            (["1,234,567", "12", "999"], [1234567, 12, 999]),
            ([" 1 234 567 ", "1 000", "3"], [1234567, 1000, 3]),
            (["$1,000.50", "$2", "$0.5"], [1000.5, 2, 0.5]),
            (["12,5", "7,25", "1 000,5"], [12.5, 7.25, 1000.5]),
            (["(1,200)", "300", "-4"], [-1200, 300, -4]),
            (["12 %", "3.5%", "0"], [12, 3.5, 0]),
            (["1e3", "-2.5E-1", "+4"], [1000, -0.25, 4]),
        ],
    )
    def test_however_they_are_written(self, written, meant):
        assert numbers(written) == meant

    def test_missing_is_missing(self):
        spec = Spec("id", "status", ("sold",), na=("?", "-99"))
        found = numbers(["1", "?", "", "-99", "NA", "nan", "inf", None], spec=spec)
        assert found[0] == 1
        assert np.isnan(found[1:]).all()

    def test_what_a_spreadsheet_has_spoilt_is_missing(self):
        found = numbers([*map(str, range(39)), "5/18/27"])
        assert np.isnan(found[-1])
        assert found[:39] == list(range(39))

    def test_codes_that_begin_with_a_zero_are_texts(self):
        table = read({"x": ["01000", "75008", "13001"]}).table
        assert table.categorical["x"].tolist() == ["01000", "75008", "13001"]


class TestDates:
    @pytest.mark.parametrize(
        "written",
        [
            ["2013-02-01", "2012-02-01"],
            ["2013-02", "2012-02"],
            ["2013-02-01T10:00:00Z", "2012-02-01T00:00:00.123+01:00"],
            ["02/01/2013", "2/1/2012", "10/31/2005"],
            ["01/02/2013", "1/2/2012", "31/10/2005"],
            ["02-01-2013", "2/1/2012", "10/31/2005"],
        ],
    )
    def test_become_years_before_the_newest(self, written):
        years = numbers(written)
        assert years[0] == 0
        assert years[1] == pytest.approx(1, abs=0.01)

    def test_quarters(self):
        assert numbers(["2013-Q3", "2012-Q4"])[1] == pytest.approx(0.75, abs=0.01)

    def test_become_years_before_the_observation(self):
        spec = Spec("id", "status", ("sold",), date="seen")
        part = read(
            {"founded": ["2010-01-01", "2012-01-01"]},
            spec,
            seen=["2020-01-01", "2011-01-01"],
        )
        assert part.table.dated == {"founded"}
        assert part.table.numeric["founded"] == pytest.approx([10, -1], abs=0.01)
        assert part.moments.tolist() == [date(2020, 1, 1), date(2011, 1, 1)]

    def test_a_year_is_its_last_day(self):
        spec = Spec("id", "status", ("sold",), date="year")
        part = read({"x": ["1", "2"]}, spec, year=["2015", "2016"])
        assert part.moments.tolist() == [date(2015, 12, 31), date(2016, 12, 31)]

    def test_gaps_between_dates_as_known_at_the_observation(self):
        spec = Spec("id", "status", ("sold",), date="seen")
        part = read(
            {"a": ["2010-01-01"] * 2, "b": ["2012-01-01", "2022-01-01"]},
            spec,
            seen=["2020-01-01"] * 2,
        )
        gap = part.table.numeric["a → b"]
        assert gap[0] == pytest.approx(2, abs=0.01)
        assert np.isnan(gap[1])


class TestRows:
    def test_outcomes_are_those_that_the_description_names(self):
        spec = Spec("id", "status", ("1",), exclude=("9",))
        part = read({"x": list("abcdef")}, spec, status=["1", "1.0", "0", "9", "", "?"])
        assert part.labels.tolist() == [True, True, False, False]
        assert part.dropped == 2

    def test_other_rows_are_read_as_the_first_were(self):
        raw = pl.DataFrame({"status": ["sold", "kept"], "x": ["1", "2"]})
        spec = Spec(None, "status", ("sold",))
        found = Reader.learn(raw, spec).read(
            pl.DataFrame({"status": ["kept"], "x": ["none of this"]})
        )
        assert np.isnan(found.table.numeric["x"][0])

    def test_a_column_that_the_others_lack(self):
        raw = pl.DataFrame({"status": ["sold", "kept"], "x": ["1", "2"]})
        reader = Reader.learn(raw, Spec(None, "status", ("sold",)))
        with pytest.raises(BadSet, match="no column x"):
            reader.read(raw.drop("x"))

    def test_a_label_that_is_not_there(self):
        with pytest.raises(BadSet, match="no column outcome"):
            Reader.learn(pl.DataFrame({"x": ["1"]}), Spec(None, "outcome", ("1",)))


class TestDescriptions:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("- a", "mapping"),
            ("label: y", "positive"),
            ("{label: y, positive: [1], other: 2}", "unknown keys other"),
        ],
    )
    def test_that_cannot_be_used(self, tmp_path, text, message):
        (tmp_path / "x.yaml").write_text(text)
        with pytest.raises(BadSet, match=message):
            Spec.read(tmp_path / "x.yaml")

    def test_beside_the_file_wins_over_the_shipped_one(self, tmp_path):
        name = "taiwan_bankruptcy"
        assert labelled.spec_of(name, tmp_path).label == "Bankrupt?"
        (tmp_path / f"{name}.yaml").write_text("{label: y, positive: [1]}")
        assert labelled.spec_of(name, tmp_path).label == "y"
        assert labelled.spec_of("unheard_of", tmp_path) is None

    def test_shipped_ones_can_be_read(self):
        names = [path.stem for path in labelled.SHIPPED.glob("*.yaml")]
        assert len(names) == 6
        for name in names:
            assert labelled.spec_of(name, labelled.SHIPPED).positive


@pytest.mark.shared
class TestKnownLeaks:
    def test_are_found_by_what_they_do(self, shared_data):
        name = "startup_acquired_closed"
        raw = labelled.load(shared_data / "ml" / f"{name}.csv.gz")
        spec = labelled.spec_of(name, shared_data / "ml")
        part = Reader.learn(raw, spec).read(raw)
        found = leaks.find(part.table, part.labels, groups=part.kin())
        reasons = {each.column: each.reason for each in found if each.is_leak}
        assert reasons["labels"] == leaks.SEPARATES
        assert reasons["closed_at"] == leaks.MISSINGNESS
        # What is derived from a leak leaks, and nothing else does.
        assert all("closed_at" in name for name in set(reasons) - {"labels"})


class TestJobs:
    def make(self, folder, names):
        folder.mkdir()
        for name in names:
            with gzip.open(folder / f"{name}.csv.gz", "wt") as file:
                file.write("id,y,x\n1,1,2\n")
        return folder

    def test_what_is_left_out_is_said(self, tmp_path):
        train = self.make(tmp_path / "train", ["known", "undescribed", "alone"])
        test = self.make(tmp_path / "test", ["known", "undescribed", "new"])
        for name in ("known", "alone"):
            (train / f"{name}.yaml").write_text("{label: y, positive: [1]}")
        jobs, left_out = quality._jobs(train, test)
        assert [job.name for job in jobs] == ["known"]
        assert jobs[0].test == test / "known.csv.gz"
        assert dict(left_out) == {
            "alone": "left out: not in TEST",
            "new": "left out: not in TRAIN",
            "undescribed": "left out: no description beside it",
        }

    def test_a_set_with_one_outcome_is_reported(self, tmp_path):
        train = self.make(tmp_path / "train", ["one"])
        (train / "one.yaml").write_text("{label: y, positive: [1], id: id}")
        found = quality.run(quality._jobs(train, None)[0][0])
        assert found.verdicts == {}
        assert "left out: " in found.rows[0][1]
