"""The shipped rulesets and the sector table, as data files. See README.md."""
