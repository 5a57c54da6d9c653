# Tools that aren't part of the machine; LUA_VERSION and LUA_TARBALL are read by
# lua-wasm/build, which also finds the C tools (see its doc.go).
GO          ?= go
STATICCHECK ?= honnef.co/go/tools/cmd/staticcheck@v0.8.2
FUZZTIME    ?= 10s

# The race detector needs a C compiler; clang 19, which builds lua.wasm, will do.
RACE_CC = $(shell command -v gcc || command -v clang || command -v clang-19)

# What git says about the tree, to see whether a check changed it.
TREE = git status --porcelain && git diff | git hash-object --stdin

.PHONY: help wasm build demo test race bench fuzz check format tidy vet lint lint-tool clean

help: ## print this list
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

wasm: ## build lua.wasm if something changed, or take it from the cache
	@$(GO) run ./lua-wasm/build

build: wasm ## build bin/luahive
	$(GO) build -o bin/luahive ./cmd/luahive

demo: build ## run an application of processes: a worker pool, monitors, links, names
	bin/luahive run testdata/tutorial

test: wasm ## run all tests
	$(GO) test ./...

race: wasm ## run all tests under the race detector
	CGO_ENABLED=1 CC=$(RACE_CC) $(GO) test -race ./...

bench: wasm ## run the benchmarks
	cd testdata/bench && $(GO) run .

fuzz: wasm ## run each fuzz test for FUZZTIME (10s)
	@for pkg in $$($(GO) list ./...); do \
		for name in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
			echo "$$pkg $$name"; \
			$(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; \
		done; \
	done

check: ## everything a change must pass: format, tidy, vet, lint, race, clean tree
	@before=$$($(TREE) 2>/dev/null); \
	$(MAKE) --no-print-directory format tidy vet lint race || exit 1; \
	if [ "$$before" != "$$($(TREE) 2>/dev/null)" ]; then echo "check: the tree was changed:"; git status --short; exit 1; fi

format: ## fail if a Go file isn't formatted
	@files=$$(gofmt -l .); if [ -n "$$files" ]; then echo "not formatted (gofmt -w):"; echo "$$files"; exit 1; fi

tidy: ## fail if go.mod isn't tidy
	$(GO) mod tidy -diff

vet: ## go vet
	$(GO) vet ./...

lint: ## staticcheck
	$(GO) run $(STATICCHECK) ./...

lint-tool: # is the linter to be had?
	@$(GO) run $(STATICCHECK) -version

clean: ## remove what was built here (the cache stays)
	rm -rf bin lua-wasm/artefact/lua.wasm lua-wasm/artefact/lua.wasm.key
