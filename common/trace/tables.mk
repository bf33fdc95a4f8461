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

# The signatures compiled for hyperscan; empty where it is not installed.
TRACE_DB_OBJ := $(BUILD)/obj/common/trace/make/signature_db.o $(BUILD)/obj/common/trace/tables.o \
	$(filter $(BUILD)/obj/common/core/%,$(LIB_OBJ))
$(BUILD)/obj/common/trace/make/signature_db.o: common/trace/signature_db.h
$(BUILD)/gen/trace_signature_db: $(TRACE_DB_OBJ)
	$(call say,LINK,$@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)
$(BUILD)/gen/trace_signature_db.inc: $(BUILD)/gen/trace_signature_db
	$(call say,GEN,$@)$< > $@.bin && od -An -v -tu1 $@.bin | sed 's/  */,/g; s/^,//; s/$$/,/' > $@.tmp && rm $@.bin && mv $@.tmp $@
$(BUILD)/obj/common/trace/signature.o: $(BUILD)/gen/trace_signature_db.inc

# What every line of a log passes through: loops over a few bytes gain from being laid out.
$(patsubst %,$(BUILD)/obj/common/trace/%.o,frame_fast chunk chunk_wide meaning match classify scan session about): CFLAGS += -O3
