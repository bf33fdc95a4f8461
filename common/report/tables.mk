# The HTML report's style and script as C, and their digests for its Content-Security-Policy.
page_hash = $$(sha256sum $(1) | cut -c1-64 | tr -d '\n' | sed 's/../\\x&/g' | xargs -0 printf '%b' | base64)
page_bytes = od -An -v -tu1 $(1) | sed 's/  */,/g; s/^,//; s/$$/,/'
$(BUILD)/gen/report_page.inc: common/report/page.css common/report/page.js common/report/tables.mk
	@mkdir -p $(@D)
	$(call say,GEN,$@){ echo "static const char page_style[] = {"; $(call page_bytes,common/report/page.css); echo "0};"; \
	  echo "static const char page_script[] = {"; $(call page_bytes,common/report/page.js); echo "0};"; \
	  echo "#define PAGE_STYLE_HASH \"sha256-$(call page_hash,common/report/page.css)\""; \
	  echo "#define PAGE_SCRIPT_HASH \"sha256-$(call page_hash,common/report/page.js)\""; } > $@.tmp && mv $@.tmp $@
$(BUILD)/obj/common/report/html.o: $(BUILD)/gen/report_page.inc
