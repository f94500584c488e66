# Every target is one line of run.py, which needs only Python; where make is missing: python3 run.py <target>.
PYTHON ?= python3

.DEFAULT_GOAL := run
.PHONY: run dev reset setup setup-dev check test test-fast bench lock browser messages

run:
	@$(PYTHON) run.py run --with-parent

dev:
	@$(PYTHON) run.py dev --with-parent

reset setup setup-dev check test test-fast bench lock browser messages:
	@$(PYTHON) run.py $@
