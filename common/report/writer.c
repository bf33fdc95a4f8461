/* The table of formats: a new one is a line here and a file. */
#include "report/writers.h"

static const struct {
	const char *name;
	void (*write)(struct amt_run *r, const struct amt_style *style, struct amt_buf *out);
} formats[AMT_FORMATS] = {
	[AMT_FORMAT_TEXT] = {"text", write_text},
	[AMT_FORMAT_JSON] = {"json", write_json},
	[AMT_FORMAT_NDJSON] = {"ndjson", write_ndjson},
	[AMT_FORMAT_JUNIT] = {"junit", write_junit},
	[AMT_FORMAT_HTML] = {"html", write_html},
	[AMT_FORMAT_CSV] = {"csv", write_csv},
	[AMT_FORMAT_STATUS] = {"status", write_status},
	[AMT_FORMAT_OPENMETRICS] = {"openmetrics", write_openmetrics},
};

bool amt_format_parse(const char *name, enum amt_format *out)
{
	for (int f = 0; f < AMT_FORMATS; f++) {
		if (!amt_strcasecmp(name, formats[f].name)) {
			*out = (enum amt_format)f;
			return true;
		}
	}
	return false;
}

const char *amt_format_name(enum amt_format f)
{
	return formats[f].name;
}

bool amt_report_write(struct amt_run *r, enum amt_format format, const struct amt_style *style,
		      struct amt_buf *out, struct amt_error *err)
{
	formats[format].write(r, style, out);
	return out->over ? amt_fail(err, "the report is longer than %zu bytes", out->max) : true;
}
