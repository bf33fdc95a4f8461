# The tables of the room as C: rows of initialisers, included by the file that names them.
PKI_TABLES := $(BUILD)/gen/pki_roots.inc $(BUILD)/gen/pki_firmware.inc $(BUILD)/gen/pki_tld.inc \
	$(BUILD)/gen/pki_signatures.inc

$(BUILD)/obj/common/pki/roots.o: $(BUILD)/gen/pki_roots.inc
$(BUILD)/obj/common/pki/firmware.o: $(BUILD)/gen/pki_firmware.inc
$(BUILD)/obj/common/pki/suffix.o: $(BUILD)/gen/pki_tld.inc
$(BUILD)/obj/common/pki/oid.o: $(BUILD)/gen/pki_signatures.inc

$(BUILD)/gen/pki_roots.inc: common/pki/firmware-roots.tsv common/pki/tables.awk
	@mkdir -p $(@D)
	$(call say,GEN,$@)awk -v table=roots -f common/pki/tables.awk $< > $@.tmp && mv $@.tmp $@
$(BUILD)/gen/pki_firmware.inc: common/pki/firmware.tsv common/pki/tables.awk
	@mkdir -p $(@D)
	$(call say,GEN,$@)awk -v table=firmware -f common/pki/tables.awk $< > $@.tmp && mv $@.tmp $@
$(BUILD)/gen/pki_tld.inc: common/pki/tld.tsv common/pki/tables.awk
	@mkdir -p $(@D)
	$(call say,GEN,$@)awk -v table=tld -f common/pki/tables.awk $< > $@.tmp && mv $@.tmp $@
$(BUILD)/gen/pki_signatures.inc: common/pki/signatures.tsv common/pki/tables.awk
	@mkdir -p $(@D)
	$(call say,GEN,$@)awk -v table=signatures -f common/pki/tables.awk $< > $@.tmp && mv $@.tmp $@
