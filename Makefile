# make demo    the sample town, without network         make test    lint, types, tests
# make cities  Hanoi, Ho Chi Minh City and Shanghai (EXTRACTS=<folder> uses local <city>.osm.pbf files)
# make refresh newer versions of what was downloaded    make faults  what is done to it, and what was lost: a table
# make env     the environment alone                    make docs    pages generated from the code
# make lock    newer versions of the dependencies       make bench   speed and memory beside others: a table
# make fuzz    the readers given spoilt files by hypothesis, FUZZ=<number> a test (500)
# make test-<stage>  the unit tests of one stage, such as make test-score, or of one folder of the report, such as make test-city
# make test-full     make test with the slowest checks against real extracts on all of them
# make slurm   the workflow on a real Slurm of one node (Debian's packages munge and slurm-wlm; as root)
# make desktop the packed files as Debian's QGIS and LibreOffice open them (python3-qgis, gdal-bin, libreoffice-calc)
# make diff A=<run> B=<run>  what changed from one run to another, and why (empty: the run without a name);
#              or between two cities on one ground: make diff A=hcmc-2018 B=hcmc-2026
# make new-city NAME="Hoi An"  the file of a new city (ARGS="box=... country=..."; config/README.md, New city)
# make site    the docs as a site, into site/          make notebooks  the notebooks of the docs executed anew
# make words   the messages of the code into the files of the other languages

PYTHON ?= python3
BIN := .venv/bin
# what installs the lock; .ci/run names another
INSTALLER ?= $(BIN)/pip install --disable-pip-version-check
CORES ?= $(or $(shell getconf _NPROCESSORS_ONLN),2)
SNAKEMAKE := $(BIN)/snakemake
export EXTRACTS POPULATION IMPORTS GTFS VERBOSE
# the folder of the tests that test-% names, and all there are
UNIT = $(wildcard tests/unit/$*/. tests/unit/report/$*/.)
TESTED = $(filter-out __pycache__,$(notdir $(patsubst %/.,%,$(wildcard tests/unit/*/. tests/unit/report/*/.))))
# compiled modules are kept: else every job and every test process compiles all libraries anew, for seconds
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo cities diff new-city refresh faults fuzz slurm desktop site notebooks test test-full lint env words docs lock bench clean
.DEFAULT_GOAL := demo

env: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "Python 3.11, 3.12 or 3.13 is needed; choose it with make PYTHON=python3.11"; exit 1; }
	@echo "making the environment in .venv (once, a minute or two) ..."
	@$(PYTHON) -m venv .venv
	@$(INSTALLER) --quiet --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: env
	@$(SNAKEMAKE) demo
	@echo "open $(CURDIR)/reports/sample.html"

cities: env
	@$(SNAKEMAKE) all
	@echo "open $(CURDIR)/reports/index.html"

diff: env
	@$(SNAKEMAKE) diff --config before=$(or $(A),unnamed) after=$(or $(B),unnamed)

new-city: env
	@$(SNAKEMAKE) new_city --config name="$(NAME)" $(ARGS)

refresh: env
	@$(SNAKEMAKE) refresh_downloads

faults: env
	@$(BIN)/pytest tests/faults -q -n $(CORES) --dist loadscope --no-loadscope-reorder --faults

fuzz: env
	@FUZZ=$(or $(FUZZ),500) $(BIN)/pytest tests/fuzz -q -n $(CORES)

# by itself it says what is missing; make test runs it where Slurm is
slurm: env
	@SLURM=required $(BIN)/pytest tests/slurm -q

desktop: env
	@QGIS=required OFFICE=required $(BIN)/pytest tests/desktop -q

lint: env
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/snakefmt --check --compact-diff Snakefile workflow
	@$(BIN)/mypy
	@$(BIN)/python -m creative_nodes.tools.reference --check
	@$(BIN)/python -m creative_nodes.tools.catalogue --check
	@$(BIN)/python -m creative_nodes.tools.resources --check
	@$(SNAKEMAKE) --lint

test: lint
	@$(BIN)/pytest -n $(CORES) --dist loadfile --no-loadscope-reorder --durations=10

test-full: lint
	@FULL=1 $(BIN)/pytest -n $(CORES) --dist loadfile --no-loadscope-reorder --durations=10

# one stage, such as make test-score, or one folder of the report, such as make test-city
test-%: env
	@test -n "$(UNIT)" || { echo "no tests of '$*'; make test-<one of $(TESTED)>" >&2; exit 2; }
	@$(BIN)/pytest -q -n $(CORES) --dist worksteal -p no:hypothesispytest $(UNIT)

words: env
	@$(BIN)/python -m creative_nodes.tools.catalogue

# on the results of the sample town
notebooks: env
	@$(SNAKEMAKE) demo
	@$(BIN)/python -m creative_nodes.tools.notebooks

site: env
	@$(BIN)/mkdocs build --strict --quiet
	@echo "open $(CURDIR)/site/index.html"

docs: env
	@$(BIN)/python -m creative_nodes.tools.reference

# SIZE=small: made-up data and the sample town; PEERS=<python> of an environment with the other libraries (extra `bench`)
bench: env
	@$(BIN)/python benchmarks/bench.py --size $(or $(SIZE),full) --extracts $(or $(EXTRACTS),.) \
		--python $(or $(PEERS),$(BIN)/python) $(if $(ONLY),--only $(ONLY))

lock:
	@$(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv
	@.venv-lock/bin/uv pip compile --universal --python-version 3.11 --fork-strategy fewest --extra dev --upgrade \
		--generate-hashes --no-annotate --no-header --quiet pyproject.toml -o requirements.lock
	@rm -r .venv-lock
	@echo "now set the same versions in environment.yml (make test compares them)"

clean:
	@rm -rf data/processed data/raw/*/ reports/*.html logs
