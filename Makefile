# make         run every check: lint, format, types, tests, again, audit
# make app     serve the app on http://127.0.0.1:8501 (PORT=9000 for another)
# make test    run all tests, WORKERS at a time; TEST=tests/test_docs.py for some of them
# make again   make the calibration and the shown checks again: are they those in data?
# make audit   ask what is known against the versions that the lock files pin
# make docs    build the documentation as a site, into build/site
# make bench   run the benchmarks, a quarter of an hour; QUICK=1 for two minutes
# make bench-compare  run them: what became slower than the noise since the stored run?
# make bench-keep  run them, and store the run with its picture and table in docs/
# make fuzz    read mutants of files and random answers, for minutes; SEED=2 for others
# make load    let fifty people use one server at once
# make crash   kill programs that save, fill the disk, and look for what was lost
# make notebooks  run the notebooks and keep their outputs
# make pictures  take the pictures of the pages in docs/pictures again
# make format  put the code in shape
# make lock    pin the dependencies again; UPGRADE=1 for their newest releases
#
# Each sets up what it needs in .venv, once. PYTHON=python3.12 chooses the Python.

PORT ?= 8501
# Whatever the environment says, compiled modules are kept: hundreds of short programs,
# the tests' among them, start in half the time.
unexport PYTHONDONTWRITEBYTECODE
# Much of the time a test waits for a browser: more of them than a small machine has cores.
WORKERS ?= 3
# By files, which share what they set up, and in the order of tests/conftest.py.
dist = --dist loadfile --no-loadscope-reorder
python = .venv/bin/python
compile = $(python) -m uv pip compile pyproject.toml --quiet --group build \
	--universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	$(if $(UPGRADE),--upgrade)

figures = build/figures.json
stored = benchmarks/baseline$(if $(QUICK),-quick).json

.PHONY: check app test again audit docs bench bench-compare bench-keep fuzz load crash notebooks pictures format lock set-up-app set-up-dev set-up-lock

check: set-up-dev
	$(python) -m ruff check
	$(python) -m ruff format --check
	$(python) -m mypy
	@$(MAKE) --no-print-directory test
	@$(MAKE) --no-print-directory again
	@$(MAKE) --no-print-directory audit

app: set-up-app
	$(python) -m streamlit run app.py --server.port $(PORT)

test: set-up-dev .venv/browser-tried .venv/postgres-tried .venv/nginx-tried
	$(python) -m pytest $(if $(TEST),,-n $(WORKERS) $(dist)) $(TEST)

again: set-up-dev
	$(python) -m pytest -m regeneration tests/calibration

audit: set-up-dev
	$(python) -m scripts.audit

docs: set-up-dev
	$(python) -m sphinx -q -W --keep-going -c docs . build/site
	@echo 'Open build/site/index.html'

bench: set-up-dev .venv/browser-tried
	$(python) -m benchmarks $(if $(QUICK),--quick) --json $(figures)

bench-compare: bench
	$(python) -m benchmarks.compare $(figures) $(stored)

bench-keep: bench
	cp $(figures) $(stored)
	$(python) -m benchmarks.picture
	CRAMPRISK_SNAPSHOT=write $(python) -m pytest -q tests/test_docs.py -k speed

fuzz: set-up-dev
	$(python) -m proofs.fuzz $(if $(SEED),--seed $(SEED))

load: set-up-dev
	$(python) -m proofs.load

crash: set-up-dev .venv/postgres-tried
	$(python) -m proofs.crash

notebooks: set-up-dev
	$(python) -m pytest -q --overwrite notebooks

pictures: set-up-dev .venv/browser-tried
	$(python) -m scripts.pictures
	$(python) -m benchmarks.picture

format: set-up-dev
	$(python) -m ruff check --fix
	$(python) -m ruff format

lock: set-up-lock
	$(compile) --extra app --output-file requirements.lock
	$(compile) --all-extras --group dev --constraint requirements.lock \
		--output-file requirements-dev.lock

set-up-app set-up-dev set-up-lock: set-up-%:
	@PYTHON='$(PYTHON)' scripts/set_up.sh $*

.venv/browser-tried: | set-up-dev
	@$(python) -m tests.browser
	@touch $@

.venv/postgres-tried: | set-up-dev
	@$(python) -m tests.postgres
	@touch $@

.venv/nginx-tried: | set-up-dev
	@$(python) -m tests.nginx
	@touch $@
