# amtdiag: GNU make and pkg-config, nothing else.
#
#   make demo    install what is needed, build, walk the sample deployment
#   make check   install what is needed, build, run every test
#   make help    the rest
#
# Variables: CC=clang  V=1  BUILD=dir  SANITIZE=address,undefined  WERROR=1
#            DESTDIR= PREFIX=/usr/local  T=seconds (fuzz)  JOBS=n (tests)

BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
V       ?= 0
WERROR  ?= 0
SANITIZE ?=
JOBS    ?= $(shell nproc)
T       ?= 30
CFLAGS  ?= -O2 -g
AR      ?= ar

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' $(1) $(2);)

PKGS := libpcap libssl libcrypto libcares ldap libsasl2 krb5 krb5-gssapi libxml-2.0 libcurl libuv \
	jansson inih libpcre2-8 libarchive ncursesw libseccomp libcap-ng sqlite3 libzstd zlib libhs
OPTIONAL_PKGS := libhs libcap-ng libseccomp

WARN := -Wall -Wextra -Wno-missing-field-initializers -Wpedantic -Wconversion -Wshadow -Wvla -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings -Wformat=2
ifeq ($(WERROR),1)
WARN += -Werror
endif
HARDEN := -fPIE -fstack-protector-strong -fstack-clash-protection -fcf-protection
ifeq ($(SANITIZE),)
HARDEN += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
else
SAN := -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
LDHARDEN := -pie -Wl,-z,relro,-z,now -Wl,--as-needed -Wl,--gc-sections

ALL_CFLAGS = -std=c17 -D_GNU_SOURCE $(CFLAGS) -ffunction-sections -fdata-sections $(WARN) $(HARDEN) $(SAN) \
	-Iinclude -Icommon -I$(BUILD)/gen $(PKG_CFLAGS) -MMD -MP
ALL_LDFLAGS = $(LDHARDEN) $(SAN) $(LDFLAGS)

# Goals that must work before a compiler or pkg-config is there.
BARE := deps demo check help clean dist deb deb-check uninstall
ifneq ($(filter-out $(BARE),$(or $(MAKECMDGOALS),all)),)
-include $(BUILD)/flags.mk
endif

LIB_SRC   := $(sort $(wildcard common/*/*.c))
LIB_OBJ   := $(LIB_SRC:%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/gen/catalogue.o
# Libraries that are loaded at their first use (common/core/late.awk).
LATE      := $(sort $(wildcard common/*/*.late tools/*/*.late))
LATE_LIBS := $(patsubst %.late,-l%,$(notdir $(LATE))) -llber
LATE_H    := $(patsubst %.late,$(BUILD)/gen/late_%.h,$(notdir $(LATE)))
LIB_OBJ   += $(LATE_H:$(BUILD)/gen/%.h=$(BUILD)/obj/gen/%.o)
LIB       := $(BUILD)/libamtdiag.a
TOOLS     := $(notdir $(patsubst %/,%,$(sort $(wildcard tools/amt-*/))))
# For machines where nothing may be installed.
STATIC_TOOLS := amt-logview amt-certcheck
BINS      := $(TOOLS:%=$(BUILD)/bin/%)
STATIC_BINS := $(STATIC_TOOLS:%=$(BUILD)/static/%)
UNIT_SRC  := $(sort $(wildcard tests/unit/test_*.c))
UNITS     := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/tests/%)
SIM_SRC   := $(sort $(wildcard tests/sim/*.c))
SIM       := $(if $(SIM_SRC),$(BUILD)/tests/amtsim)
HELP_SRC  := $(sort $(wildcard tests/helpers/*.c))
HELPERS   := $(HELP_SRC:tests/helpers/%.c=$(BUILD)/tests/%)
FUZZ_SRC  := $(sort $(wildcard tests/fuzz/fuzz_*.c))
REPLAYS   := $(FUZZ_SRC:tests/fuzz/%.c=$(BUILD)/replay/%)
FUZZERS   := $(FUZZ_SRC:tests/fuzz/%.c=$(BUILD)/fuzz/%)
GUIDE_SRC := $(sort $(wildcard common/guide/catalogue/*.items))

.PHONY: all deps demo demo-run check check-run tests golden lint bench bench-doc fuzz docs install uninstall clean help tags \
	check-fast check-strict fuzzers faults
all: $(BINS) $(LIB)

help:
	@sed -n '2,/^$$/s/^# \{0,1\}//p' Makefile
	@echo 'Targets: all tests check-run golden lint bench bench-doc fuzz coverage docs static install uninstall dist deb deb-check clean deps'

deps:
	@.ci/install-packages

demo: deps
	+$(Q)$(MAKE) --no-print-directory -j$(JOBS) demo-run
check: deps
	+$(Q)$(MAKE) --no-print-directory -j$(JOBS) check-run

demo-run: all $(SIM)
	$(Q)BUILD=$(BUILD) tests/demo
tests: all $(UNITS) $(SIM) $(HELPERS) $(REPLAYS) $(BUILD)/tests/fault.so $(BUILD)/tests/clock.so
check-run: tests
	$(Q)BUILD=$(BUILD) JOBS=$(JOBS) tests/run
# The tests of whole runs again, with nothing allowed but the listed system calls. Left out are those
# of the simulator, which start no tool, those of other programs and of the build, and those that
# try a hundred variants (rules, faults, signals) of runs that the rest has in it.
STRICT_NOT := $(addprefix tests/e2e/,$(addsuffix .sh,bench_table certcheck_hostile certcheck_rules \
	coverage_table dist faults hellocap_lua hellocap_wireshark house_picture html install manual \
	missing_library stage-robust static terminal valgrind)) $(wildcard tests/lab/sim_*)
STRICT := $(patsubst tests/%,%,$(filter-out $(STRICT_NOT),$(wildcard tests/e2e/*.sh tests/lab/*.sh)))
check-strict: tests
	$(Q)AMTDIAG_SANDBOX=strict BUILD=$(BUILD) JOBS=$(JOBS) tests/run golden $(STRICT)
golden: tests
	$(Q)BUILD=$(BUILD) tests/golden/run --update

$(BUILD)/flags.mk: Makefile
	@mkdir -p $(@D)
	@pkgs=; for p in $(PKGS); do \
	  if pkg-config --exists $$p; then pkgs="$$pkgs $$p"; \
	  else case " $(OPTIONAL_PKGS) " in *" $$p "*) ;; \
	  *) echo "make: $$p is not installed; 'make deps' installs what amtdiag needs" >&2; exit 1;; esac; fi; done; \
	defs=; for p in $(OPTIONAL_PKGS); do pkg-config --exists $$p && \
	  defs="$$defs -DHAVE_$$(echo $$p | tr a-z- A-Z_)=1"; done; \
	{ echo "PKG_CFLAGS := $$(pkg-config --cflags $$pkgs | sed 's/-I\([^ ]*\)/-isystem \1/g')$$defs"; \
	  echo "PKG_LIBS := $$(pkg-config --libs $$pkgs) -lm -lpthread -lresolv"; } > $@.tmp && mv $@.tmp $@

$(BUILD)/obj/%.o: %.c $(BUILD)/flags.mk | $(LATE_H)
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(ALL_CFLAGS) -c -o $@ $<
$(BUILD)/obj/gen/%.o: $(BUILD)/gen/%.c $(BUILD)/flags.mk
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/gen/catalogue.c: common/guide/generate.awk $(GUIDE_SRC)
	@mkdir -p $(@D)
	$(call say,GEN,$@)awk -f common/guide/generate.awk $(GUIDE_SRC) > $@.tmp && mv $@.tmp $@

define late_rule
$(BUILD)/gen/late_$(basename $(notdir $(1))).h: $(1) common/core/late.awk
	@mkdir -p $$(@D)
	$$(call say,GEN,$$@)awk -v part=h -f common/core/late.awk $(1) > $$@.tmp && mv $$@.tmp $$@
$(BUILD)/gen/late_$(basename $(notdir $(1))).c: $(1) common/core/late.awk $(BUILD)/gen/late_$(basename $(notdir $(1))).h
	$$(call say,GEN,$$@)awk -v part=c -f common/core/late.awk \
	  -v soname="$$$$(readelf -d "$$$$($(CC) -print-file-name=lib$(basename $(notdir $(1))).so)" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')" \
	  $(1) > $$@.tmp && grep -q '"lib.*\.so' $$@.tmp && mv $$@.tmp $$@
endef
$(foreach l,$(LATE),$(eval $(call late_rule,$(l))))

# Tables that rooms turn from TSV into C: common/ROOM/tables.mk adds rules for $(BUILD)/gen/*.inc
-include $(wildcard common/*/tables.mk)

$(LIB): $(LIB_OBJ)
	$(call say,AR,$@)rm -f $@ && $(AR) rcs $@ $^

define tool_rule
$(BUILD)/bin/$(1): $(patsubst %.c,$(BUILD)/obj/%.o,$(sort $(wildcard tools/$(1)/*.c))) $(LIB)
	@mkdir -p $$(@D)
	$$(call say,LINK,$$@)$(CC) $$(ALL_LDFLAGS) -o $$@ $$^ $$(PKG_LIBS)
endef
$(foreach t,$(TOOLS),$(eval $(call tool_rule,$(t))))

# The same objects, but nothing is loaded late. Debian has no archives of Kerberos, and libuv's
# has another name; hyperscan is C++.
STATIC_LIBS = $(filter-out -lkrb5 -lk5crypto -lcom_err -lgssapi_krb5 -luv $(LATE_LIBS),$(PKG_LIBS)) -luv_a -lstdc++
.PHONY: static
static: $(STATIC_BINS)
$(BUILD)/obj/static/%.o: common/core/%.c $(BUILD)/flags.mk
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(ALL_CFLAGS) -DAMT_STATIC -c -o $@ $<
define static_rule
$(BUILD)/static/$(1): $(patsubst %.c,$(BUILD)/obj/%.o,$(sort $(wildcard tools/$(1)/*.c))) $(BUILD)/obj/static/late.o $(LIB)
	@mkdir -p $$(@D)
	$$(call say,LINK,$$@)$(CC) $$(subst -pie,-static-pie,$$(ALL_LDFLAGS)) -o $$@ $$^ $$(STATIC_LIBS)
endef
$(foreach t,$(STATIC_TOOLS),$(eval $(call static_rule,$(t))))

$(BUILD)/tests/test_%: $(BUILD)/obj/tests/unit/test_%.o $(LIB)
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) -lcmocka
$(BUILD)/tests/amtsim: $(SIM_SRC:%.c=$(BUILD)/obj/%.o) $(LIB)
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)
$(HELPERS): $(BUILD)/tests/%: $(BUILD)/obj/tests/helpers/%.o $(LIB)
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/tests/fault.so $(BUILD)/tests/clock.so: $(BUILD)/tests/%.so: tests/fault/%.c
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) -O2 -g -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -shared -fPIC -o $@ $<
# Every allocation and every system call of the small cases, far beyond what the tests sample.
faults: tests
	$(Q)BUILD=$(BUILD) JOBS=$(JOBS) python3 tests/fault/run.py alloc --points $(or $(POINTS),3000)
	$(Q)BUILD=$(BUILD) JOBS=$(JOBS) python3 tests/fault/run.py calls --all

# Which lines the tests run, a room at a time: an instrumented build in a tree of its own, every test in it (docs/testing.md).
# COVER=pattern runs only some tests and keeps what earlier ones counted.
COV_BUILD := $(BUILD)/cov
.PHONY: coverage coverage-run
coverage:
	+$(Q)$(MAKE) --no-print-directory BUILD=$(COV_BUILD) CC=gcc HARDEN=-fPIE LDFLAGS=--coverage coverage-run \
	  CFLAGS='-O0 -g --coverage -fprofile-update=atomic -DAMT_COVERAGE=\"$(abspath $(COV_BUILD))\"'
coverage-run: tests
	+$(Q)BUILD=$(BUILD) JOBS=$(JOBS) tests/coverage/run $(COVER)

# Corpus replay without libFuzzer: every harness also links with a plain main().
$(BUILD)/replay/%: $(BUILD)/obj/tests/fuzz/%.o $(BUILD)/obj/tests/fuzz/replay.o $(LIB)
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

# The real thing: clang, libFuzzer, ASan and UBSan, in a build tree of its own.
FUZZ_BUILD := $(BUILD)/fuzzing
fuzzers:
	+$(Q)$(MAKE) --no-print-directory BUILD=$(FUZZ_BUILD) CC=clang CFLAGS='-O1 -g -fsanitize=fuzzer-no-link' \
	  SANITIZE=address,undefined fuzz-link
.PHONY: fuzz-link
fuzz-link: $(FUZZERS)
$(BUILD)/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(BUILD)/obj/tests/fuzz/rate.o $(LIB)
	@mkdir -p $(@D)
	$(call say,LINK,$@)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(PKG_LIBS)
fuzz: fuzzers
	$(Q)BUILD=$(FUZZ_BUILD) T=$(T) JOBS=$(JOBS) tests/fuzz/run

lint:
	+$(Q)BUILD=$(BUILD) JOBS=$(JOBS) tests/lint
bench: all $(HELPERS) $(SIM)
	$(Q)BUILD=$(BUILD) tests/bench/run
# The last table of docs/performance.md, measured anew: on a quiet machine.
bench-doc: bench
	$(Q)BUILD=$(BUILD) tests/bench/document
docs: all
	$(Q)BUILD=$(BUILD) docs/generate

# What goes where stands in docs/packaging/install; a package's builder overrides these.
BINDIR       ?= $(PREFIX)/bin
LIBDIR       ?= $(PREFIX)/lib
INCLUDEDIR   ?= $(PREFIX)/include
DATADIR      ?= $(PREFIX)/share
MANDIR       ?= $(DATADIR)/man
DOCDIR       ?= $(DATADIR)/doc/amtdiag
SYSCONFDIR   ?= $(if $(filter /usr,$(PREFIX)),/etc,$(PREFIX)/etc)
BASHDIR      ?= $(DATADIR)/bash-completion/completions
ZSHDIR       ?= $(DATADIR)/zsh/site-functions
FISHDIR      ?= $(DATADIR)/fish/vendor_completions.d
WIRESHARKDIR ?= $(LIBDIR)/wireshark/plugins
LNAVDIR      ?= $(SYSCONFDIR)/lnav/formats
PLACES := BINDIR LIBDIR INCLUDEDIR DATADIR MANDIR DOCDIR SYSCONFDIR BASHDIR ZSHDIR FISHDIR WIRESHARKDIR LNAVDIR
PLACE_VARS = BUILD='$(BUILD)' DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' TOOLS='$(TOOLS)' \
	$(foreach p,$(PLACES),$(p)='$($(p))')

# The library is an archive: whoever links it links its libraries too.
.PHONY: pc
pc:
	@mkdir -p $(BUILD)/docs
	$(Q)printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$(LIBDIR)' 'includedir=$(INCLUDEDIR)' '' 'Name: libamtdiag' \
	  'Description: diagnostics of Intel AMT provisioning' \
	  "Version: $$(sed -n 's/.*AMT_VERSION "\(.*\)"/\1/p' include/amtdiag/version.h)" \
	  "Requires: $$(for p in $(PKGS); do pkg-config --exists $$p && printf '%s ' $$p; done)" \
	  'Libs: -L$${libdir} -lamtdiag -lm -lpthread -lresolv' 'Cflags: -I$${includedir}' > $(BUILD)/docs/libamtdiag.pc

install: all docs pc
	$(Q)$(PLACE_VARS) docs/packaging/install install
uninstall:
	$(Q)$(PLACE_VARS) docs/packaging/install uninstall
# A tarball, and Debian packages of it; deb-check installs and purges them in a fresh Debian.
.PHONY: dist deb deb-check
dist:
	$(Q)BUILD=$(BUILD) docs/packaging/dist
deb:
	$(Q)BUILD=$(BUILD) JOBS=$(JOBS) docs/packaging/deb
deb-check: deb
	$(Q)BUILD=$(BUILD) docs/packaging/deb-check
clean:
	rm -rf $(BUILD)

.SECONDARY:
-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
