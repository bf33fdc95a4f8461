# The tables of the log room: TSV into rows that tables.c includes.
TRACE_BARE_templates := 3 4 5
TRACE_BARE_signatures := 2 4
TRACE_BARE_codes := 1 2 3
TRACE_BARE_zones := 2 3
TRACE_GEN := $(patsubst %,$(BUILD)/gen/trace_%.inc,templates signatures codes zones)
$(BUILD)/gen/trace_%.inc: common/trace/%.tsv common/trace/tables.awk
	@mkdir -p $(@D)
	$(call say,GEN,$@)awk -v bare='$(TRACE_BARE_$*)' -f common/trace/tables.awk $< > $@.tmp && mv $@.tmp $@
$(BUILD)/obj/common/trace/tables.o: $(TRACE_GEN)
