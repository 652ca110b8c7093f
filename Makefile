# Without compiled files every start would compile some thousand modules anew, for twice the time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test check bench encoders lock sbom

help: ## What can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: ## Set up what is missing and serve everything at http://127.0.0.1:8000
	@tools/setup
	@exec .venv/bin/helpdesk run

test: ## Set up and run every test (ARGS="-k word" to choose, WORKERS=0 for one after another)
	@tools/setup --tests
	@.venv/bin/python -m pytest --numprocesses $(or $(WORKERS),2) --dist loadfile $(ARGS)

check: ## Lint, types, import contracts, documentation
	@tools/setup --tests
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@.venv/bin/python -m tools.documentation --check

bench: ## The long measurements, with their ratios
	@tools/setup --tests
	@.venv/bin/python -m benchmarks

encoders: ## Install sentence-transformers, for HELPDESK_ENCODER and training
	@tools/setup --encoders

lock: ## Renew the lock files
	@tools/lock

sbom: ## Write the bill of materials (CycloneDX) to var/sbom
	@tools/setup --tests
	@tools/sbom
