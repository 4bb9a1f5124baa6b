# Everything there is to do here. `make` alone lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SAM_VENV := .local/sam
# Python 3.13 for what only the Lambda runtime can show: `make build` and the import times of `make bench`.
# The interpreter itself, whatever shim may lead to it.
export PYTHON313 ?= $(shell layers/python313 -c 'import sys; print(sys.executable)' 2>/dev/null)
export SAM_CLI_TELEMETRY := 0
# Without bytecode every worker of the tests and every process of the local stack would compile everything again.
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPATH := layers/foundation:layers/community:layers/personas:layers/worlds:.

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: install
install: $(VENV)/.installed ## Install what everything below needs into .venv

$(VENV)/.installed: local/requirements.txt
	@$(PYTHON) -m local.tools.install $(VENV) $<
	@touch $@

.PHONY: dev
dev: install ## Run the whole game here: Postgres, gateway, functions, events, schedules
	@exec $(BIN)/python -m local.stack

.PHONY: demo
demo: install ## Play a chat evening of 50 viewers against the running game (second terminal; ARGS="--fast --watch", "--personas", "--worlds")
	@exec $(BIN)/python -m local.demo $(ARGS)

.PHONY: play
play: install ## Play Worlds in this terminal, against the running game or ARGS="--url https://..." (ARGS="--user ann")
	@exec $(BIN)/python -m local.tools.play $(ARGS)

.PHONY: seed
seed: install ## Fill the running installation with people, posts and battles worth looking at (ARGS="--personas")
	@exec $(BIN)/python -m local.personas.seed $(ARGS)

.PHONY: screenshots
screenshots: install ## Take the pictures of docs/personas.md from the running installation (needs Chromium)
	@exec $(BIN)/python -m local.personas.screenshots

.PHONY: screenshots-worlds
screenshots-worlds: install ## Take the pictures of docs/worlds.md from the running installation (needs Chromium)
	@exec $(BIN)/python -m local.worlds.screenshots

.PHONY: simulate
simulate: install ## Simulate a month of three communities, to see how fast they unlock nodes (ARGS="--playing 0.3")
	@exec $(BIN)/python -m local.simulate $(ARGS)

.PHONY: replay
replay: install ## Show a range of past events, or play it to a listener again (ARGS="--since ... --to streamerbot")
	@exec $(BIN)/python -m local.tools.replay $(ARGS)

.PHONY: backup
backup: install ## Write the local game, which may be running, into a file under backups/
	@exec $(BIN)/python -m local.tools.backup backup

.PHONY: restore
restore: install ## Put a backup in the place of the local game, which must be stopped (FILE=backups/...)
	@exec $(BIN)/python -m local.tools.backup restore $(FILE) $(ARGS)

.PHONY: letters
letters: install ## List what was given up, look at it, send it again, drop it (ARGS="show ID", "redrive --all", "drop ID")
	@exec $(BIN)/python -m local.tools.letters $(ARGS)

.PHONY: import
import: install ## Import points of another bot into the running game (FILE=points.csv ARGS="--platform twitch --apply")
	@exec $(BIN)/python -m local.tools.moving import $(FILE) $(ARGS)

.PHONY: undo-import
undo-import: install ## Undo an import (BATCH=...)
	@exec $(BIN)/python -m local.tools.moving undo $(BATCH)

.PHONY: export
export: install ## Write the community as lines of JSON (ARGS="--to community.ndjson")
	@exec $(BIN)/python -m local.tools.moving export $(ARGS)

.PHONY: export-player
export-player: install ## Write everything about a player as JSON (NAME=alice ARGS="--platform twitch")
	@exec $(BIN)/python -m local.tools.moving export-player $(NAME) $(ARGS)

.PHONY: keys
keys: install ## All that has to do with keys: list, make, revoke, rotate (ARGS="make overlay viewer"; docs/secrets.md)
	@exec $(BIN)/python -m local.tools.keys $(ARGS)

.PHONY: features
features: install ## Say what is on, and turn it on or off (ARGS="gambles off", "freeze on")
	@exec $(BIN)/python -m local.tools.features $(ARGS)

.PHONY: inspect
inspect: install ## Say what is in the database, which may be running (ARGS="player alice" for one person)
	@exec $(BIN)/python -m local.tools.inspect $(ARGS)

.PHONY: worlds-replay
worlds-replay: install ## Make the tables of Worlds anew from its log, and say what differs (ARGS="--write" mends it)
	@exec $(BIN)/python -m local.tools.worlds_replay $(ARGS)

.PHONY: worlds-history
worlds-history: install ## Let a world of Worlds grow old; print and plot its history (ARGS="--seed 7 --years 1e9")
	@exec $(BIN)/python -m local.tools.worlds_history $(ARGS)

.PHONY: worlds-targets
worlds-targets: install ## Measure what Worlds has targets for, and needs no running stack
	@exec $(BIN)/python -m local.worlds.targets

.PHONY: worlds-market
worlds-market: install ## Let people of Worlds trade for a year; print and plot it (ARGS="--seed 7 --people 100 --days 360")
	@exec $(BIN)/python -m local.tools.worlds_market $(ARGS)

.PHONY: reset
reset: install ## Empty the local game, or begin a new season (ARGS="--yes", "--keep-players")
	@exec $(BIN)/python -m local.tools.reset $(ARGS)

.PHONY: verify
verify: install ## Try a running installation from outside, as after a deployment (ARGS="--url https://... community")
	@exec $(BIN)/python -m local.tools.verify $(ARGS)

.PHONY: admin
admin: install ## Make an account an administrator's, end that, or list them (EMAIL=ann@example.org ARGS="--revoke")
	@exec $(BIN)/python -m local.tools.admin $(EMAIL) $(ARGS)

.PHONY: administer
administer: install ## List, pause and wipe worlds; list, export and delete accounts (ARGS="worlds", "wipe Aether", "export ann@example.org --to ann.json")
	@exec $(BIN)/python -m local.tools.administer $(ARGS)

.PHONY: discord-register
discord-register: install ## Bring Discord's list of commands up to date (ARGS="--guild ID", "--global", "--dry-run")
	@exec $(BIN)/python -m local.tools.discord_register $(ARGS)

# One more than the two processors that CI has: while some tests wait for a time limit, others work.
PYTEST := $(BIN)/python -m pytest -n 3 --dist worksteal
# Most of these wait half of the time; a storm has many processes of its own.
PYTEST_SLOW := $(BIN)/python -m pytest -n 3 --dist worksteal -m "slow or hypothesis" --hypothesis-profile=thorough --durations=20
.PHONY: test
test: install ## Run the fast tests (ARGS="-k gamble" for some of them)
	@$(PYTEST) $(ARGS)

# Of one part: tests/community, tests/personas, tests/worlds, tests/kernel, tests/stack, tests/promises.
TEST_PARTS := test-community test-personas test-worlds test-kernel test-stack test-promises
.PHONY: $(TEST_PARTS)
test-community: ## Run the fast tests of Community
test-personas: ## Run the fast tests of Personas
test-worlds: ## Run the fast tests of Worlds
test-kernel: ## Run the fast tests of the kernel and its doors
test-stack: ## Run the fast tests of the local stack, the template and the tools
test-promises: ## Run the fast tests of what must hold under load and faults
$(TEST_PARTS): test-%: install
	@$(PYTEST) tests/$* $(ARGS)

BROWSER := .local/browser

$(BROWSER)/.installed: local/browser/package-lock.json
	@mkdir -p $(BROWSER)
	@cp local/browser/package.json local/browser/package-lock.json $(BROWSER)
	@npm ci --prefix $(BROWSER) --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: browser
browser: $(BROWSER)/.installed ## Install what looks for barriers on the pages (needs npm); the tests skip it otherwise

COVERED := tests/personas tests/worlds
.PHONY: coverage
coverage: install ## Measure how much of each package of Personas and Worlds the fast tests run: at least 80 % (COVERED=tests)
	@$(PYTEST) $(COVERED) --cov=personas --cov=worlds --cov-report=term:skip-covered --cov-report=json:.local/coverage.json $(ARGS)
	@$(BIN)/python -m local.tools.coverage_floor .local/coverage.json personas worlds

.PHONY: test-slow
test-slow: install ## Run the tests that take minutes: the storm, the crashes, the fuzzing, the laws on many examples
	@$(PYTEST_SLOW) $(ARGS)

.PHONY: storm
storm: install ## Play everything at once against a stack whose processes are killed, and check the ledger (ARGS="--minutes 60")
	@$(BIN)/python -m pytest -m slow tests/promises/test_crash.py --minutes 60 $(ARGS)

.PHONY: lint
lint: install ## Check style and types, and the content files
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/basedpyright
	@$(BIN)/python -m community.contents
	@$(BIN)/python -m worlds.contents

.PHONY: format
format: install ## Bring the code into shape
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

.PHONY: generated
generated: install ## Regenerate what is generated: keys of the tree, OpenAPI, AsyncAPI, schemas, texts, structure, costs, settings
	@$(BIN)/python -m local.tools.progression_keys
	@$(BIN)/python -m local.tools.structure
	@$(BIN)/python -m local.tools.openapi_recording
	@$(BIN)/python -m local.tools.openapi
	@$(BIN)/python -m local.tools.asyncapi
	@$(BIN)/python -m local.tools.asyncapi_worlds
	@$(BIN)/python -m community.contents --write-schemas
	@$(BIN)/python -m personas.contents --write-schemas
	@$(BIN)/python -m worlds.contents --write-schemas
	@$(BIN)/python -m local.tools.texts
	@$(BIN)/python -m local.tools.settings
	@$(BIN)/python -m local.tools.statements

.PHONY: drift
drift: install ## Check that the generated files are up to date
	@$(BIN)/python -m local.tools.progression_keys --check
	@$(BIN)/python -m local.tools.openapi --check
	@$(BIN)/python -m local.tools.asyncapi --check
	@$(BIN)/python -m local.tools.asyncapi_worlds --check
	@$(BIN)/python -m community.contents --check-schemas
	@$(BIN)/python -m personas.contents --check-schemas
	@$(BIN)/python -m worlds.contents --check-schemas
	@$(BIN)/python -m local.tools.structure --check
	@$(BIN)/python -m local.tools.texts --check
	@$(BIN)/python -m local.tools.settings --check

CONTRACT := .local/contract

$(CONTRACT)/.installed: local/contract/requirements.txt local/contract/package-lock.json
	@$(PYTHON) -m local.tools.install $(CONTRACT) $<
	@cp local/contract/package.json local/contract/package-lock.json $(CONTRACT)
	@npm ci --prefix $(CONTRACT) --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: contract
contract: $(CONTRACT)/.installed ## Generate a Python and a TypeScript client from docs/openapi.json, and lint it (needs npm)
	@rm -rf $(CONTRACT)/client $(CONTRACT)/types.ts
	@PATH="$(CURDIR)/$(CONTRACT)/bin:$$PATH" $(CONTRACT)/bin/openapi-python-client generate --fail-on-warning \
		--config local/contract/python_client.yml \
		--path docs/openapi.json --output-path $(CONTRACT)/client
	@$(CONTRACT)/node_modules/.bin/openapi-typescript docs/openapi.json --output $(CONTRACT)/types.ts
	@$(CONTRACT)/node_modules/.bin/tsc --noEmit --strict $(CONTRACT)/types.ts
	@$(CONTRACT)/node_modules/.bin/redocly lint docs/openapi.json --extends=recommended-strict
	@node local/contract/check_asyncapi.mjs docs/asyncapi.json $(CURDIR)/$(CONTRACT)/node_modules
	@node local/contract/check_asyncapi.mjs docs/asyncapi-worlds.json $(CURDIR)/$(CONTRACT)/node_modules

.PHONY: sam
sam: $(SAM_VENV)/.installed ## Install the AWS SAM CLI into an environment of its own

$(SAM_VENV)/.installed: local/sam-cli.txt
	@$(PYTHON) -m local.tools.install $(SAM_VENV) $< --no-deps
	@touch $@

.PHONY: validate
validate: install sam size ## Check template.yaml, and that it stays below CloudFormation's limits
	@$(SAM_VENV)/bin/sam validate --lint
	@$(BIN)/cfn-lint template.yaml

.PHONY: size
size: sam ## Show how much of CloudFormation's limits template.yaml takes
	@$(SAM_VENV)/bin/python -m local.tools.translate template.yaml

SCAN := .local/scan

$(SCAN)/.installed: local/scan.txt
	@$(PYTHON) -m local.tools.install $(SCAN) $< --no-deps
	@touch $@

.PHONY: scan
scan: sam $(SCAN)/.installed ## Look for known mistakes in the template (checkov) and in the code that it deploys (bandit)
	@$(SAM_VENV)/bin/python -m local.tools.translate template.yaml $(SCAN)/template.json
	@$(SCAN)/bin/checkov --config-file local/checkov.yml --file $(SCAN)/template.json
	@$(SCAN)/bin/bandit --quiet --configfile pyproject.toml --recursive functions layers

# Before anything is installed for it.
.PHONY: python313
python313:
	@layers/python313 -c ''

.PHONY: build
build: python313 sam ## Build functions and layers for AWS (needs Python 3.13)
	@$(SAM_VENV)/bin/sam build

.PHONY: deploy
deploy: install python313 sam ## Build, deploy and try the installation that samconfig.toml describes (ARGS="--config-env prod")
	@exec $(BIN)/python -m local.tools.deploy $(ARGS)

.PHONY: check
check: sam test lint drift validate scan build contract ## All that CI runs, but for the slow tests (needs npm)

.PHONY: bench
bench: install ## Measure everything, or a part (ARGS=bill), or compare with a revision (ARGS="--against REV")
	@exec $(BIN)/python -m local.bench $(ARGS)

.PHONY: lock
lock: install ## Resolve the dependencies again and pin them
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --upgrade pyproject.toml $(LOCK) -o layers/dependencies/requirements.txt
	@$(BIN)/uv pip compile --quiet --upgrade --group imaging -c layers/dependencies/requirements.txt \
		$(LOCK) -o layers/imaging/requirements.txt
	@$(BIN)/uv pip compile --quiet --upgrade --group generating -c layers/dependencies/requirements.txt \
		$(LOCK) -o layers/generating/requirements.txt
	@$(BIN)/uv pip compile --quiet --upgrade pyproject.toml \
		--group imaging --group generating --group local --group test --group check \
		-c layers/dependencies/requirements.txt -c layers/imaging/requirements.txt \
		-c layers/generating/requirements.txt $(LOCK) -o local/requirements.txt
	@$(BIN)/uv pip compile --quiet --upgrade local/sam-cli.in $(LOCK) -o local/sam-cli.txt
	@$(BIN)/uv pip compile --quiet --upgrade local/scan.in $(LOCK) -o local/scan.txt
LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header

.PHONY: clean
clean: ## Remove what was installed, built and stored here, the local game's database included
	@$(PYTHON) -m local.stack.running
	@rm -rf $(VENV) .aws-sam .local .pytest_cache .ruff_cache .hypothesis
