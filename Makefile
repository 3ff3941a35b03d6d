# Two commands for a newcomer: `make demo` and `make test`. Both install what they need, on Debian
# 12 or 13, as root or as a user with sudo.

PYTHON ?= /usr/bin/python3
VENV   ?= .venv
SUDO   := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
# A desktop's own updates may hold the lock for a while.
APT     = $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300

# libvirt-python is compiled at installation, against the system's libvirt.
BINDING = python3 python3-venv python3-dev gcc pkg-config libvirt-dev
# What builds and boots the student machines of the tests; what their contents need lives in the images.
MACHINE = systemd-container debootstrap debian-archive-keyring util-linux mount iproute2
# What looks at the pages of a class report, as a teacher does.
BROWSER = chromium fonts-dejavu-core

# Machine tests need root; everything else does not mind it.
AS_ROOT = $(SUDO) env PATH="$$PATH" PYTHONDONTWRITEBYTECODE=1 TUTOR_MACHINE_CACHE="$${TUTOR_MACHINE_CACHE:-}"
PYTEST  = $(VENV)/bin/python -m pytest -p no:cacheprovider
# More than two processors' worth: tests wait for terminals, and for machines and guests that boot.
WAITING = -n 3 --dist loadgroup
# In the order of tests/machine/conftest.py: the modules with few tests take longest.
BOOTING = -n 4 --dist loadfile --no-loadscope-reorder

.PHONY: demo test lint types fast images documents corpora machine kernel breadth resets prove bench fuzz reference messages clean
.DEFAULT_GOAL := demo

demo: $(VENV)/installed  ## grade this very host
	@$(VENV)/bin/tutor check || [ $$? -eq 1 ] || [ $$? -eq 3 ]

# The images wait for the network while the fast tests use the processors.
test: lint types $(VENV)/machine-packages  ## the whole suite, machine tests included
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=line fast documents
	@$(MAKE) --no-print-directory corpora machine

lint: $(VENV)/development
	@scripts/part "ruff" $(VENV)/bin/ruff check .
	@scripts/part "ruff format" $(VENV)/bin/ruff format --check .

types: $(VENV)/development
	@scripts/part "mypy" $(VENV)/bin/mypy

fast: $(VENV)/development $(VENV)/browser
	@scripts/part "fast tests" $(AS_ROOT) $(PYTEST) -q $(WAITING) --ignore tests/machine -m "not corpora"

images: $(VENV)/development $(VENV)/machine-packages
	@scripts/part "student machine images" $(AS_ROOT) $(VENV)/bin/python -m tests.machine

documents: images  ## libvirt's own test documents, from its source packages
	@scripts/part "libvirt's test documents" $(AS_ROOT) $(VENV)/bin/python -m tests.validation.corpora

corpora: documents  ## tutor validate on libvirt's own test documents
	@scripts/part "corpora" $(AS_ROOT) $(PYTEST) -q -n 2 -m corpora tests/validation

machine: images
	@scripts/part "machine tests" $(AS_ROOT) $(PYTEST) -q $(BOOTING) --reruns 1 -r aR --durations 12 -m "not long" tests/machine

breadth: images  ## the whole course on every kind of machine (docs/breadth.md), some minutes each
	@scripts/part "Debian 13" $(AS_ROOT) $(PYTEST) -q tests/machine/test_breadth.py
	@scripts/part "breadth" $(AS_ROOT) $(VENV)/bin/python -m tests.machine.breadth $(ARGS)

kernel: images  ## the packet path against this kernel: ARGS="--seed 1 --rulesets 2000", some minutes
	@$(AS_ROOT) $(VENV)/bin/python -m tests.packetpath.kernel $(ARGS)

resets: images  ## every step that creates something, reset and done again: minutes
	@scripts/part "resets" $(AS_ROOT) $(PYTEST) -q tests/machine/test_cleanup.py

# The full matrix; the suite has one part of it, Debian 12 with one machine for each lesson.
PROVE = $(AS_ROOT) $(VENV)/bin/tutor author prove --alone --twice --jobs 3 --output lessons/proven.json
prove: images  ## the course on both releases and both firewall backends, each lesson alone, twice: most of an hour
	@scripts/part "proof: Debian 12" $(PROVE)
	@scripts/part "proof: Debian 13, iptables" $(PROVE) --release trixie --backend iptables
	@scripts/part "proof: Debian 13, nftables" $(PROVE) --release trixie --backend nftables
	@$(VENV)/bin/python -m tests.proven

fuzz: $(VENV)/development  ## the reader of hand-ins, and judging them, for ten minutes; not part of the suite
	@scripts/part "fuzzer" $(VENV)/bin/python -m pip install --quiet --group fuzz
	@scripts/part "fuzzing hand-ins" $(VENV)/bin/python -m tests.handin.fuzz $(ARGS)

bench: images  ## the whole course against goss and the floor, the watch, and a class of hand-ins
	@$(AS_ROOT) $(VENV)/bin/python -m bench $(ARGS)

doctor-faults: images  ## every fault that tutor doctor knows, one by one
	@$(AS_ROOT) $(VENV)/bin/python -m tests.machine.doctor_campaign $(ARGS)

reference: $(VENV)/development  ## docs/checks.md, from the code of the checks
	$(VENV)/bin/python -m tests.reference > docs/checks.md

messages: $(VENV)/development  ## extract the texts, and merge them into the translations
	$(VENV)/bin/python -m tests.messages update

$(VENV)/binding:
	@scripts/part "system packages" $(APT) update
	@scripts/part "system packages" $(APT) install -y --no-install-recommends $(BINDING)
	@scripts/part "environment" $(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --upgrade pip
	@touch $@

$(VENV)/installed: $(VENV)/binding pyproject.toml hatch_build.py $(shell find tutor checks lessons -name '*.py' -o -name '*.md' -o -name '*.toml' -o -name '*.po' -o -name '*.jinja' -o -name '*.css' -o -name '*.js')
	@scripts/part "tutor" $(VENV)/bin/python -m pip install --quiet .
	@touch $@

$(VENV)/development: $(VENV)/binding pyproject.toml hatch_build.py
	@scripts/part "tutor and what its tests use" $(VENV)/bin/python -m pip install --quiet --group dev --editable .
	@touch $@

$(VENV)/machine-packages: $(VENV)/binding
	@scripts/part "packages for the student machines" $(APT) install -y --no-install-recommends $(MACHINE)
	@touch $@

$(VENV)/browser: $(VENV)/binding
	@scripts/part "a browser" $(APT) install -y --no-install-recommends $(BROWSER)
	@touch $@

clean:
	rm -rf $(VENV) dist build
