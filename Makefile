# Every target is one or two lines; anything longer is Rust, in tests/stand.
#
# All builds here name the whole workspace: with `-p` Cargo would choose other features for the
# shared dependencies and compile them a second time.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
STAND := cargo run --quiet --bin stand --
NEXTEST := $(shell cargo nextest --version >/dev/null 2>&1 && echo yes)
DENY := $(shell cargo deny --version >/dev/null 2>&1 && echo yes)
RUN_TESTS := $(if $(NEXTEST),cargo nextest run --workspace,cargo test --workspace --exclude cluster --lib --bins --tests --no-fail-fast)
RUN_E2E := $(if $(NEXTEST),cargo nextest run --workspace --filterset 'package(e2e)',cargo test --package e2e)
RUN_CLUSTER := $(if $(NEXTEST),cargo nextest run --workspace --profile cluster,cargo test --package cluster -- --test-threads 1)
RUN_BROWSER := $(if $(NEXTEST),cargo nextest run --workspace --filterset 'package(browser)',cargo test --package browser)

##@ Start here

.PHONY: help
help: ## Show this list
	@awk 'BEGIN { FS = ":.*## " } /^##@ / { printf "\n%s\n", substr($$0, 5) } /^[a-z0-9\/-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: build/bins ## See an account opened, and withdrawals travel the whole way: paid, failed, replayed
	@$(STAND) demo --no-build

.PHONY: up
up: build/bins ## Start the whole system for a browser and print its addresses
	@$(STAND) up --no-build

.PHONY: down
down: ## Stop everything that was started here
	@$(STAND) down

.PHONY: purge
purge: ## Stop everything that was started here and remove its data
	@$(STAND) down --remove

.PHONY: setup
setup: build/bins ## Install what is missing and start PostgreSQL and RabbitMQ, private to this checkout
	@$(STAND) setup --browser

.PHONY: build/bins
build/bins: ## Build every binary
	@test -e target || echo "The first build takes some minutes."
	@cargo build --workspace --bins

##@ Before a change is handed in

.PHONY: check
check: check/format check/clippy check/tidy check/doc check/deny ## Everything but the tests

.PHONY: check/format
check/format: ## Formatting
	cargo fmt --all --check

.PHONY: check/clippy
check/clippy: ## Lints, warnings denied
	cargo clippy --quiet --workspace --all-targets -- -D warnings

.PHONY: check/tidy
check/tidy: ## What a reviewer would otherwise say twice
	cargo test --quiet --workspace --test tidy

.PHONY: check/doc
check/doc: ## Documentation builds, warnings denied
	RUSTDOCFLAGS="-D warnings" cargo doc --quiet --workspace --no-deps --document-private-items

.PHONY: check/deny
check/deny: ## Licences, duplicate and forbidden crates, known vulnerabilities
	@$(if $(DENY),cargo deny --log-level error check licenses bans sources,echo "skipped: licences, bans and sources, because cargo-deny is not installed")
	@$(if $(DENY),if cargo deny fetch db; then cargo deny --log-level error check advisories; else echo "skipped: advisories (their database cannot be reached)"; fi,echo "skipped: advisories, because cargo-deny is not installed")

.PHONY: documents
documents: ## Write openapi.json and asyncapi.json anew, after a change of what they describe
	RENEW_DOCUMENTS=1 cargo test --quiet --workspace --lib --test it the_document_is_checked_in

##@ Tests

.PHONY: test
test: setup build ## Every test but those of test/cluster, on real engines
	cargo test --quiet --workspace --doc
	$(RUN_TESTS)

.PHONY: test/unit
test/unit: ## The tests that need no engine
	cargo test --quiet --workspace --lib

.PHONY: test/e2e
test/e2e: setup build ## The bad days, on real engines and processes
	$(RUN_E2E)

.PHONY: test/cluster
test/cluster: setup build ## Several of each: killed and replaced under load, releases, 100,000 letters
	@$(STAND) previous
	$(RUN_CLUSTER)

.PHONY: test/browser
test/browser: setup build ## The hosted page in a real browser; pictures in target/screenshots/
	$(RUN_BROWSER)

.PHONY: build
build: ## Build every binary and test
	@test -e target || echo "The first build takes some minutes."
	cargo build --workspace --all-targets

##@ Numbers

.PHONY: bench
bench: ## Load with an exact ledger beside a bare pipeline; writes target/bench/report.json
	@cargo build --release --workspace --bins
	@cargo run --quiet --release --bin stand -- setup
	@cargo run --quiet --release --bin load

.PHONY: bench/figures
bench/figures: ## What was promised about notices and dead letters, figure by figure
	@cargo build --release --workspace --bins && cargo run --quiet --release --bin stand -- setup
	@for one in statements letters memory isolation; do target/release/load $$one --report target/bench/$$one.json || exit 1; done

##@ Places

BINARIES := intake huifu-dispatcher callback-receiver partner-notifier opsctl huifu-sandbox partner-sandbox sms-sandbox

.PHONY: image
image: $(BINARIES:%=image/%) ## Build every image, with Docker; image/intake builds one

.PHONY: $(BINARIES:%=image/%)
$(BINARIES:%=image/%): image/%:
	docker build --file deploy/Dockerfile --build-arg BIN=$* --tag tixian/$* .

.PHONY: deploy/staging
deploy/staging: rollout/staging ## Migrate and roll out, with kubectl's present context

.PHONY: deploy/production
deploy/production: rollout/production ## The same for production

rollout/%:
	kubectl delete job/migration --namespace tixian --ignore-not-found && kubectl apply -k deploy/k8s/overlays/$*/migration && kubectl wait job/migration --namespace tixian --for=condition=complete --timeout=15m
	kubectl apply -k deploy/k8s/overlays/$* && for name in intake huifu-dispatcher callback-receiver partner-notifier console; do kubectl rollout status deployment/$$name --namespace tixian --timeout=10m || exit 1; done
