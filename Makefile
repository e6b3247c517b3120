# Shortcuts for developers; bin/run and bin/test need only sh and Python.
.DELETE_ON_ERROR:
.PHONY: run test lint fix migrate worker lock audit bench faults fuzz hostile load \
	register drill soak

PYTHON := .venv/bin/python
# With the servers of bin/run when it runs, or with the same ones started for the time
# of the command.
LOCAL := $(PYTHON) -m deploy.local.servers --local-env --
LOCK := .venv/bin/uv pip compile -q --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --custom-compile-command "make lock"

run:
	@bin/run

test:
	@bin/test

lint:
	@bin/lint

fix:
	@bin/setup dev
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

migrate:
	@bin/setup
	@$(LOCAL) $(PYTHON) manage.py migrate

worker:
	@bin/setup
	@$(LOCAL) $(PYTHON) manage.py work enrichment scoring exports default

# UPGRADE=1 takes the newest versions that the .in files allow.
lock:
	@bin/setup dev
	@for name in requirements requirements-embedded requirements-dev; do \
		$(LOCK) $(if $(UPGRADE),--upgrade) $$name.in -o $$name.txt || exit 1; \
	done

# Every locked package against the known flaws; says so where no database answers.
audit:
	@bin/setup dev
	@$(PYTHON) -m deploy.supply.audit

bench:
	@bin/setup dev
	@$(PYTHON) -m benchmarks

bench-%:
	@bin/setup dev
	@$(PYTHON) -m benchmarks $*

# Each fault in a batch of 2,000 items, then those that readers of pages meet: twenty
# minutes, alone on the machine. bin/test plays each once in a small one.
faults:
	@bin/setup dev
	@$(PYTHON) -m benchmarks faults page-faults

# L6: the desk at half its rate; two hours, or SECONDS.
SECONDS ?= 7200
soak:
	@bin/setup dev
	@SECONDS=$(SECONDS) $(PYTHON) -m benchmarks.load soak

# Back up, lose the machine, restore to an empty one, come back in: F16 on more data.
DRILL_COMPANIES ?= 200000
drill:
	@bin/setup dev
	@TEST_JOBS=0 DRILL_COMPANIES=$(DRILL_COMPANIES) bin/test --no-cov -s \
		tests/test_restore_drill.py

# Thousands of random searches and addresses: minutes. bin/test tries a few of them.
FUZZ_EXAMPLES ?= 3000
fuzz:
	@bin/setup dev
	@FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) bin/test --no-cov \
		companies/tests/test_bad_search_input.py \
		companies/tests/test_search_index.py scoring/tests/test_lookalikes.py \
		-k "Fuzz or AgainstPostgreSQL or Nearest or Figures"

# Whatever a stranger may try: half an hour. bin/test tries a little of each.
HOSTILE_COUNT ?= 10000
hostile:
	@bin/setup dev
	@HOSTILE_COUNT=$(HOSTILE_COUNT) HOSTILE_RAW=1000 HOSTILE_FILES=2000 \
		HOSTILE_SIGN_INS=200 HOSTILE_SEARCH_MS=300 bin/test --no-cov -rs \
		tests/hostile tests/test_urls.py api accounts/tests

# A thousand connections and more; an update storm.
load:
	@bin/setup dev
	@$(PYTHON) -m benchmarks connections autovacuum

# make register FILES="StockUniteLegale_utf8.zip …"
register:
	@bin/setup
	@$(LOCAL) $(PYTHON) manage.py load_registry $(FILES)
