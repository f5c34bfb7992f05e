# The front door: every task is one target. `make` alone lists them.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
READY := $(VENV)/ready-for.txt

# An environment whose Python is gone is set up again; what else lies there is the user's. Other users may not
# be able to reach its Python.
$(shell test -x $(RUN) || ! test -O $(VENV) || rm -f $(READY) $(RUN)*)
# One for another lock is not ready, whichever file is newer, and even if its set-up is interrupted.
$(shell cmp -s requirements.txt $(READY) || rm -f $(READY))

# Warnings are errors in every build. $(1): Sphinx's builder.
sphinx = $(RUN) -m sphinx -q -W -c . -b $(1) -d _build/doctrees/$(1) docs _build/$(1)

# Makes files to take along from the site that was built. Followed by the kinds of files.
offline = cd docs/_ext && ../../$(RUN) -m book.offline ../..

# uv does not read pip's settings, in which users name a mirror.
with_pips_index = index=$${PIP_INDEX_URL:-$$($(RUN) -m pip config list | sed -n "s/^global.index.url='\(.*\)'/\1/p")}; \
	[ -z "$$index" ] || export UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$$index}"

# $(1): the file for the newest versions that pyproject.toml allows.
lock_newest = $(RUN) -m uv pip compile pyproject.toml --group docs --group test --group setup \
	  --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --upgrade \
	  --custom-compile-command "make lock" --quiet --output-file $(1)

# With the first, `cd` may go to a folder of this name elsewhere; with the other, Python finds no module in the
# folder that it runs in.
unexport CDPATH PYTHONSAFEPATH

# Sphinx ends with a traceback if the locale is not installed.
ifneq ($(shell locale 2>&1 >/dev/null),)
export LC_ALL := C.UTF-8
endif

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: docs tests help html epub pdf zip publish test doctest builds mutants kills bench audit accept serve catalogues lock newest oldest linkcheck clean deletable writable
.DELETE_ON_ERROR:
# Targets named together, as in `make -j4 clean html`, are done in their order.
.NOTPARALLEL:

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

# There are folders of these names, for which there is nothing to do.
docs tests:
	@echo "error: there is no target '$@'; do you mean 'make html' or 'make test'?" >&2; exit 2

html: $(READY) ## Build both languages into _build/html; every output is checked
	@cd docs/_ext && ../../$(RUN) -m editions ../..

epub: html ## Write both languages as EPUB into _build/offline
	@$(offline) epub

pdf: html ## Print both languages as PDF into _build/offline (takes minutes, needs chromium)
	@$(offline) pdf

zip: html ## Zip the site, which works from disk, into _build/offline
	@$(offline) zip

publish: export BOOK_OFFLINE := yes
publish: deletable epub pdf zip ## Gather the site with all these files in _build/public, to be uploaded
	@rm -rf _build/public
	@cp -r _build/html _build/public
	@cp -r _build/offline _build/public/offline
	@test -e _build/built-from.txt && ! find _build/offline -type f ! -newer _build/built-from.txt | grep -q . || { \
	  echo "error: the site was built anew while it was gathered: make publish again" >&2; rm -rf _build/public; exit 1; }

test: html ## Build the site, and run every test but those of `make builds`
	@$(RUN) -m pytest

doctest: writable $(READY) ## Check only doctests and the promises of pages; writes JUnit's XML to _build/doctest
	@status=0; \
	$(RUN) -m pytest --numprocesses=0 --junitxml=_build/doctest/package.xml linear_tutorial || status=1; \
	$(call sphinx,dummy) -D nbpromises_junit=_build/doctest/pages.xml || status=1; \
	exit $$status

builds: html ## Test builds of all editions, and run the translated notebooks (takes minutes)
	@$(RUN) -m pytest tests/editions/builds.py tests/campaigns/builds.py tests/campaigns/notebooks.py

mutants: $(READY) ## Mutation testing: break a copy in many ways; each must fail the build (takes minutes)
	@PYTHONPATH=docs/_ext:tests $(RUN) tests/campaigns/mutants.py

kills: $(READY) ## Crash testing: kill builds at random; the next one must be right (takes minutes)
	@PYTHONPATH=docs/_ext:tests $(RUN) tests/campaigns/kills.py

bench: $(READY) ## Benchmark builds against MyST-NB's own execution (takes minutes)
	@PYTHONPATH=docs/_ext:tests $(RUN) tests/campaigns/bench.py

audit: $(READY) ## Check size, speed and accessibility of every page with Lighthouse (takes minutes, needs npm)
	@PYTHONPATH=docs/_ext:tests $(RUN) tests/campaigns/audit.py

accept: writable $(READY) ## Rewrite the promises to what the code printed; review with git diff
	@$(call sphinx,dummy) -D nbpromises_accept=1
	@echo "Review what changed with: git diff docs"

serve: writable $(READY) ## Live preview of the English pages, rebuilt at every edit
	@$(RUN) -m sphinx_autobuild -c . -d _build/doctrees/serve --watch linear_tutorial docs _build/serve

catalogues: writable $(READY) ## Update the translation catalogues from the pages
	@rm -rf _build/gettext
	@$(call sphinx,gettext)
	@cd docs/_ext && ../../$(RUN) -m editions.catalogues ../..

lock: $(READY) ## Upgrade all packages that pyproject.toml allows, and pin them in requirements.txt
	@$(with_pips_index); $(call lock_newest,requirements.txt)

newest: $(READY) ## Build and test the last commit in _build/newest with the newest versions (takes minutes)
	@rm -rf _build/newest
	@git clone --quiet . _build/newest
	@$(with_pips_index); $(call lock_newest,_build/newest/requirements.txt)
	@grep -vxF -f requirements.txt _build/newest/requirements.txt | grep '==' || echo "No package has a newer version"
	@$(MAKE) --no-print-directory -C _build/newest html test

# The oldest versions of the package's direct dependencies, and all others as locked, whose hashes are of other versions.
oldest: $(READY) ## Test the package in _build/oldest with the oldest versions that it allows (takes minutes)
	@rm -rf _build/oldest
	@$(with_pips_index); \
	$(RUN) -m uv venv --quiet --python 3.11 _build/oldest; \
	$(RUN) -m uv pip compile pyproject.toml --resolution lowest-direct --python-version 3.11 \
	  --no-annotate --no-header --quiet --output-file _build/oldest/versions.txt; \
	$(RUN) -m uv pip install --python _build/oldest/bin/python --quiet --no-verify-hashes \
	  --requirements requirements.txt --override _build/oldest/versions.txt
	@grep -E '^(keras|matplotlib|numpy|tensorflow)==' _build/oldest/versions.txt
	@_build/oldest/bin/python -m pytest linear_tutorial tests/package

linkcheck: $(READY) ## Visit every link (needs the network)
	@$(call sphinx,linkcheck)

deletable:
	@! test -e _build/public/.git || { echo "error: _build/public holds a git repository, which would be deleted: move it elsewhere" >&2; exit 1; }

# What root or another user has built.
writable:
	@! test -e _build || test -w _build || { echo "error: _build cannot be written: remove it, or build as its owner" >&2; exit 1; }

clean: ## Remove all that was built; the environment stays
	@rm -rf _build

# The environment, made on first use and again when the lock changes. uv comes first, because it
# installs the rest in a third of pip's time; bytecode is compiled at once, because a container that
# forbids to write it later would make every kernel pay for it. Of two set-ups at once, the second
# waits, where the file system has locks.
$(READY): requirements.txt
	@if cmp -s requirements.txt $@; then \
	  touch -c $@ 2>/dev/null || true; \
	else \
	  "$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || { \
	    echo "error: Python 3.11, 3.12 or 3.13 is needed, but '$(PYTHON)' is $$("$(PYTHON)" --version 2>/dev/null || echo missing); choose one with: make PYTHON=..." >&2; exit 1; }; \
	  mkdir -p $(VENV); exec 9> $(VENV)/lock; \
	  lock='import fcntl; fcntl.flock(9, fcntl.LOCK_EX'; \
	  case $$("$(PYTHON)" -c "$$lock | fcntl.LOCK_NB)" 2>&1 || true) in *BlockingIOError*) \
	    echo "Waiting for another set-up of $(VENV)"; "$(PYTHON)" -c "$$lock)" || true;; esac; \
	  ! cmp -s requirements.txt $@ || exit 0; \
	  echo "Setting up $(VENV) (once; TensorFlow is large)"; \
	  "$(PYTHON)" -m venv $(VENV); \
	  $(with_pips_index); \
	  sed -n '/^uv==/,/[^\\]$$/p' requirements.txt > $(VENV)/uv.txt; \
	  { $(RUN) -m pip install --quiet --require-hashes -r $(VENV)/uv.txt && \
	    $(RUN) -m uv pip sync --python $(RUN) --quiet --require-hashes --compile-bytecode requirements.txt; \
	  } > $(VENV)/setup.log 2>&1 || { \
	    echo "error: the packages could not be installed; $(VENV)/setup.log says why: $$( { grep -i 'failed to fetch' $(VENV)/setup.log || grep -iE 'error|failed' $(VENV)/setup.log | tail -n 1; } | head -n 1)" >&2; exit 1; }; \
	  cp requirements.txt $@; \
	fi
