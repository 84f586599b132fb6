SHELL := /usr/bin/env bash
.DEFAULT_GOAL := help
.PHONY: help run cluster clusters doctor build test lint bench simulate mutations faults clusterfaults soak attacks screenshots upgrade package clean browser
export DOTNET_NOLOGO := 1
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_GENERATE_ASPNET_CERTIFICATE := false
MAKEFLAGS += --no-print-directory -j2

ORCHESTRATOR := artifacts/orchestrator/steelyard
WORKER := artifacts/worker/steel-browser
DASHBOARD := artifacts/dashboard/steelyard-dashboard
SHARED := artifacts/shared.stamp

# What a project is built from: its folder, the folders of the projects that its file refers to, and the settings of all builds.
references = $(shell sed -n 's|.*<ProjectReference Include="../\([a-z]*\)/.*|\1|p' $(1)/*.csproj)
folders = $(1) $(foreach project,$(call references,$(1)),$(call folders,$(project)))
sources = $(wildcard global.json Directory.*.props .editorconfig BannedSymbols.txt) \
  $(shell find $(sort $(call folders,$(1))) -type f -not -path '*/obj/*' -not -path '*/bin/*' -not -path '*/node_modules/*')

# Built by "shared" already: two builds at a time must not write the same files.
WITHOUT_SHARED := -p:BuildProjectReferences=false

# Both programs are compiled ahead of time. NativeAOT makes the worker small and quick to start, and needs a C compiler to link. Without one
# it runs on the JIT.
CC_FOUND := $(firstword $(foreach cc,clang gcc,$(shell command -v $(cc) 2>/dev/null)))
WORKER_BUILD := $(if $(CC_FOUND),-p:CppCompilerAndLinker=$(notdir $(CC_FOUND)),-p:UseAppHost=true)

# Without them a build would end with an error that does not say how to get them.
SDK_MISSING := The .NET SDK 10 is missing. Install it: apt-get install dotnet-sdk-10.0 (Ubuntu; on Debian with the feed of \
https://learn.microsoft.com/dotnet/core/install/linux-debian), or without root: \
curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0 && export PATH=\$$HOME/.dotnet:\$$PATH
NODE_MISSING := Node 20 or later, with npm, is missing. Install it: apt-get install nodejs npm
define needs_tools
@dotnet --list-sdks 2>/dev/null | grep -q '^10\.' || { echo "$(SDK_MISSING)" >&2; exit 1; }
@command -v node >/dev/null && command -v npm >/dev/null || { echo "$(NODE_MISSING)" >&2; exit 1; }
endef

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' Makefile

run: build browser ## Run the orchestrator on http://127.0.0.1:8080 (options: ARGS="--port 9000")
	@exec $(ORCHESTRATOR) $(ARGS)

cluster: build browser ## Run three nodes and their Redis on this machine (options of the nodes: ARGS="--worker simulated")
	@deploy/try-cluster $(ARGS)

doctor: build ## Look whether this machine can run a node, and say how to mend what is wrong (options: ARGS="--port 9000")
	@$(ORCHESTRATOR) doctor $(ARGS)

build: $(ORCHESTRATOR) $(WORKER) $(DASHBOARD) ## Build the orchestrator, the bundled worker and the dashboard

test: build browser ## Run every test: units, real processes, and the tester end to end
	@tests/run

lint: ## Check style and line length, types in TypeScript, the API's description. Each build checks the rest of C#: its warnings are errors
	$(needs_tools)
	@! git ls-files '*.cs' '*.ts' '*.mjs' '*.js' | LC_ALL=C.UTF-8 xargs grep -nE '^.{141,}' || (echo "A line has 140 columns at most."; false)
	@dotnet format whitespace Steelyard.slnx --verify-no-changes
	@cd tester/api && npm ci --silent && npm run --silent lint && npm run --silent types
	@cd tester && npm ci --silent && npm run --silent typecheck
	@deploy/check

simulate: ## Simulate faults, thousands of seeds at a time (SEEDS=10000 FROM=1), or one with its history (SEED=7); of many nodes: OF=Cluster
	@dotnet build tests -c Release -v quiet --nologo
	@SEED=$(SEED) SEEDS=$(SEEDS) FROM=$(FROM) tests/bin/Release/net10.0/Steelyard.Tests --filter-method "*.$(OF)SimulationTests.They_hold_in_every_run" --progress off

faults: build browser ## Kill, stop and starve real processes, many times each, and print the figures (FAULT_RUNS=20)
	@dotnet build tests -c Release -v quiet --nologo
	@FAULT_RUNS=$(or $(FAULT_RUNS),20) tests/bin/Release/net10.0/Steelyard.Tests --filter-namespace "Steelyard.Tests.Faults" --progress off

clusterfaults: build browser ## Kill, stop, cut off and starve three nodes with a real table, and print the times (TABLE=redis ONLY="killed hung" GRACE=20s FROM=/an/older/steelyard)
	@tests/install-tables.sh
	@cd tester && npm ci --silent
	@node tests/cluster/faults.mjs --table $(or $(TABLE),both) --grace $(or $(GRACE),20s) $(addprefix --only ,$(ONLY)) $(addprefix --from ,$(FROM))

soak: build browser ## Run mixed real sessions for a long time, and show that memory, descriptors and disk stay flat (MINUTES=120)
	@cd tester && npm ci --silent
	@node tests/soak.mjs $(or $(MINUTES),120)

screenshots: build browser ## Take screenshots of the dashboard at three sizes in both colours, and test it (SHOTS=/path/to/a/folder)
	@cd dashboard/test && npm ci --silent && SHOTS=$(or $(SHOTS),$(CURDIR)/artifacts/screenshots) npm test --silent
	@cp $(or $(SHOTS),artifacts/screenshots)/session-live.png docs/dashboard.png

attacks: build browser ## Try the attacks of pages in all their variants: "make test" tries some of each
	@dotnet build tests -c Release -v quiet --nologo
	@ATTACKS=all tests/bin/Release/net10.0/Steelyard.Tests --filter-class "*.HostilePageTests" --filter-class "*.HostileScrapeTests" --progress off

upgrade: build ## Take over the sessions of another build, and let it take them back (BASE=/path/to/its/steelyard)
	@node tests/upgrade.mjs "$(BASE)" $(ORCHESTRATOR)

package: $(SHARED) ## Make a tarball and a Debian package for x64 and arm64, in artifacts/packages (one kind: ARCHES=x64)
	@ARCHES="$(ARCHES)" deploy/package

clusters: build ## Try faults of several nodes on both kinds of table: "make test" tries some of each
	@tests/install-tables.sh
	@dotnet build tests -c Release -v quiet --nologo
	@CLUSTERS=all tests/bin/Release/net10.0/Steelyard.Tests --filter-namespace "Steelyard.Tests.Functional.Cluster" --progress off

mutations: ## Break the product in many ways and see that the simulation notices each
	@node tests/Simulation/mutations.mjs

bench: build browser ## Measure against goals and peers (some rows: ROWS="get create"; a smoke run: SHORT=1; another build too: BASE=/path/to/its/steelyard)
	@BASE="$(BASE)" bench/run $(if $(SHORT),--window 1s --rounds 1) $(ROWS)

clean: ## Delete everything that was built
	@rm -rf artifacts tester/node_modules tester/api/node_modules tester/src/suites/api/described.d.ts tester/clients/node_modules dashboard/test/node_modules worker/Pages/Scripts/node_modules; find . -type d \( -name bin -o -name obj \) -not -path '*/node_modules/*' -prune -exec rm -rf {} +

browser:
	@worker/install-browser.sh

$(SHARED): Shared.slnx $(foreach project,cli client contract fabric files processes,$(call sources,$(project)))
	$(needs_tools)
	@dotnet build Shared.slnx -c Release -v quiet --nologo -consoleLoggerParameters:NoSummary
	@mkdir -p $(@D) && touch $@

$(ORCHESTRATOR): $(SHARED) $(call sources,orchestrator)
	$(needs_tools)
	@echo "Building the orchestrator ..."
	@AHEAD_OF_TIME=Orchestrator dotnet publish orchestrator -c Release -o $(@D) -v quiet --nologo $(WITHOUT_SHARED)
	@touch $@

$(DASHBOARD): $(SHARED) $(call sources,dashboard)
	$(needs_tools)
	@echo "Building the dashboard ..."
	@AHEAD_OF_TIME=Dashboard dotnet publish dashboard -c Release -o $(@D) -v quiet --nologo $(WITHOUT_SHARED)
	@touch $@

$(WORKER): $(SHARED) $(call sources,worker)
	$(needs_tools)
	@echo "Building the worker ..."
	@$(if $(CC_FOUND),AHEAD_OF_TIME=Worker) dotnet publish worker -c Release -o $(@D) -v quiet --nologo $(WORKER_BUILD) $(WITHOUT_SHARED)
	@touch $@
