/* The tables of the room as data; the rows are made from the TSV files by tables.awk. */
#include "zone.h"

#define SEVERITY_info    TRACE_INFO
#define SEVERITY_warning TRACE_WARNING
#define SEVERITY_error   TRACE_ERROR
#define SEVERITY_status  TRACE_NO_SEVERITY
#define TAG_S            'S'
#define TAG_E            'E'
#define TAG_U            'U'

const struct trace_template trace_templates[] = {
#define TRACE_ROW(id, phase, severity, tag, event, pattern, source)                                \
	{id, phase, SEVERITY_##severity, TAG_##tag, TRACE_EV_##event, pattern, source},
#include "trace_templates.inc"
#undef TRACE_ROW
};
const size_t trace_templates_count = sizeof(trace_templates) / sizeof(trace_templates[0]);

#define CLASS_error     TRACE_CLASS_ERROR
#define CLASS_soft      TRACE_CLASS_SOFT
#define CLASS_summary   TRACE_CLASS_SUMMARY
#define CLASS_warn      TRACE_CLASS_WARN
#define CLASS_info      TRACE_CLASS_INFO
#define CLASS_noise     TRACE_CLASS_NOISE
#define CLASS_condition TRACE_CLASS_CONDITION

const struct trace_signature trace_signatures[] = {
#define TRACE_ROW(id, class, stage, tag, pattern, meaning, causes, action, source)                 \
	{id, CLASS_##class, stage, TAG_##tag, pattern, meaning, causes, action, source},
#include "trace_signatures.inc"
#undef TRACE_ROW
};
const size_t trace_signatures_count = sizeof(trace_signatures) / sizeof(trace_signatures[0]);

#define FIRMWARE_PT      true
#define FIRMWARE_HRESULT false

const struct trace_code trace_codes[] = {
#define TRACE_ROW(code, class, tag, symbol, meaning, source)                                       \
	{code, FIRMWARE_##class, TAG_##tag, symbol, meaning, source},
#include "trace_codes.inc"
#undef TRACE_ROW
};
const size_t trace_codes_count = sizeof(trace_codes) / sizeof(trace_codes[0]);

const struct trace_zone trace_zones[] = {
#define TRACE_ROW(name, bias, rule, charset) {name, bias, TRACE_RULE_##rule, charset},
#include "trace_zones.inc"
#undef TRACE_ROW
};
const size_t trace_zones_count = sizeof(trace_zones) / sizeof(trace_zones[0]);

const struct trace_signature *trace_signature_find(const char *id)
{
	for (size_t i = 0; i < trace_signatures_count; i++)
		if (!amt_strcasecmp(trace_signatures[i].id, id))
			return &trace_signatures[i];
	return NULL;
}
