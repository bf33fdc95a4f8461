/* Recognising an export by what stands at its beginning. */
#include "exports.h"

#include <string.h>

#define GLANCE 16384

struct glance {
	const char *p;
	size_t n;
	const char *line[40]; /* the first lines that are not blank */
	size_t len[40];
	size_t n_lines;
	const char *heading; /* the first line that can be one of a table */
	size_t heading_len;
};

static bool has(const struct glance *g, const char *needle)
{
	return amt_memcasestr(g->p, g->n, needle) != NULL;
}

static bool begins(const struct glance *g, size_t i, const char *prefix)
{
	return i < g->n_lines && g->len[i] >= strlen(prefix) &&
	       !amt_strncasecmp(g->line[i], prefix, strlen(prefix));
}

static bool headings(const struct glance *g, const char *a, const char *b)
{
	const char *const want[] = {a, b, NULL};

	return g->heading && export_headings_in(g->heading, g->heading_len, want);
}

static bool is_component(const struct glance *g)
{
	for (size_t i = 0; i < g->n_lines; i++)
		if (begins(g, i, "[out of band component]"))
			return true;
	return false;
}

static bool is_registry(const struct glance *g)
{
	return begins(g, 0, "Windows Registry Editor Version") || begins(g, 0, "REGEDIT4") ||
	       (begins(g, 0, "HKEY_") && !has(g, "CertUtil:") && !has(g, "Values:"));
}

static bool is_ca_security(const struct glance *g)
{
	return (begins(g, 0, "HKEY_") || begins(g, 1, "HKEY_")) && has(g, "CertSvc") &&
	       has(g, "Security");
}

/* In every language: host, system, version "5.2.3790 ..." on lines of their own. */
static bool is_systeminfo(const struct glance *g)
{
	for (size_t i = 2; i < 4 && i < g->n_lines; i++) {
		const char *colon = memchr(g->line[i], ':', g->len[i]);
		const char *v = colon ? colon + 1 : NULL, *end = g->line[i] + g->len[i];
		size_t digits = 0, dots = 0;
		while (v && v < end && (*v == ' ' || *v == '\xc2' || *v == '\xa0'))
			v++;
		for (; v && v < end && (*v == '.' || (*v >= '0' && *v <= '9')); v++) {
			dots += *v == '.';
			digits += *v != '.';
		}
		if (dots == 2 && digits >= 6 && v < end && *v == ' ')
			return true;
	}
	return false;
}

static bool is_services(const struct glance *g)
{
	return begins(g, 0, "SERVICE_NAME:") || headings(g, "StartMode", "State") ||
	       headings(g, "ServiceName|ServicesDependedOn", "Status") ||
	       (headings(g, "Name", "StartType") && headings(g, "Status", "DisplayName"));
}

static bool is_features(const struct glance *g)
{
	return headings(g, "FeatureName", "State") ||
	       headings(g, "InstallState|Installed", "FeatureType") ||
	       headings(g, "Name", "InstallState|Installed") ||
	       has(g, "\nInstalled:TelnetClient") || has(g, "Uninstalled:TelnetClient") ||
	       has(g, "[TelnetClient]") || has(g, "[Telnet-Client]") || has(g, "| Enabled") ||
	       has(g, "| Disabled") || has(g, "\nFeature Name : ");
}

static bool is_prerequisites(const struct glance *g)
{
	return has(g, "Prerequisite") && (has(g, "Configuration Manager") ||
					  has(g, "Running Prereq") || has(g, "Site Server"));
}

static bool is_hotfixes(const struct glance *g)
{
	return headings(g, "HotFixID", "HotFixID") || begins(g, 0, "HotFixID=") ||
	       has(g, "\nHotFixID=") || (begins(g, 0, "Caption ") && has(g, " HotFixID "));
}

static bool is_clients(const struct glance *g)
{
	return headings(g, "Name|Name0|NetbiosName", "AMTStatus|AMTStatus0") ||
	       headings(g, "Name|Name0", "ClientVersion|Client_Version0") ||
	       headings(g, "Name|Name0", "SMSAssignedSites");
}

static bool is_certificates(const struct glance *g)
{
	return headings(g, "Thumbprint|CertificateThumbprint|CertThumbprint",
			"FQDN|ClientName|MachineName|SubjectName|Subject|Name") &&
	       !headings(g, "AMTStatus", "AMTStatus");
}

static bool is_sites(const struct glance *g)
{
	return headings(g, "SiteCode", "Version") || headings(g, "SiteCode", "BuildNumber");
}

static bool is_collections(const struct glance *g)
{
	return headings(g, "CollectionID", "AMTAutoProvisionEnabled");
}

/* The headings are translated, so it is known by its fields: 13 or more, one a driver's file. */
static bool is_drivers(const struct glance *g)
{
	size_t fields = 1;

	if (!g->heading)
		return false;
	for (size_t i = 0; i < g->heading_len; i++)
		fields += g->heading[i] == ',' || g->heading[i] == ';';
	return (fields >= 13 && has(g, ".sys\"")) || headings(g, "PathName", "ServiceType") ||
	       (headings(g, "Module Name", "Module Name") && fields >= 4);
}

static bool is_programs(const struct glance *g)
{
	return headings(g, "DisplayName", "DisplayVersion|Publisher") ||
	       headings(g, "IdentifyingNumber", "Name") ||
	       headings(g, "PackageCode|Vendor", "Name");
}

/* No headings; the third field is a UUID. */
static bool is_import(const struct glance *g)
{
	for (size_t i = 0; i < g->n_lines && i < 5; i++) {
		const char *p = g->line[i], *end = p + g->len[i];
		for (size_t skip = 0; skip < 2 && p; skip++) {
			while (p < end && !strchr(",;\t", *p))
				p++;
			p = p < end ? p + 1 : NULL;
		}
		size_t digits = 0, other = 0;
		for (; p && p < end && !strchr(",;\t", *p); p++) {
			digits += strchr("0123456789abcdefABCDEF", *p) != NULL;
			other += strchr("0123456789abcdefABCDEF-{}\" ", *p) == NULL;
		}
		if (digits == 32 && !other)
			return true;
	}
	return false;
}

static void look(struct glance *g, const char *text, size_t len)
{
	*g = (struct glance){.p = text, .n = len < GLANCE ? len : GLANCE};
	for (const char *p = text, *end = text + g->n; p < end && g->n_lines < 40;) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const char *stop = nl ? nl : end;
		while (p < stop && (*p == ' ' || *p == '\t'))
			p++;
		if (p < stop) {
			g->line[g->n_lines] = p;
			g->len[g->n_lines++] = (size_t)(stop - p);
			if (!g->heading && *p != '#' && amt_strncasecmp(p, "sep=", 4)) {
				g->heading = p;
				g->heading_len = (size_t)(stop - p);
			}
		}
		p = stop + 1;
	}
}

enum exports_kind export_recognise(const char *text, size_t len)
{
	struct glance g;

	look(&g, text, len);
	/* In the order of exports_kinds.def. */
	static bool (*const is[EXPORTS_KINDS])(const struct glance *) = {
		[EXPORTS_COMPONENT_FILE] = is_component,
		[EXPORTS_REGISTRY_FILE] = is_registry,
		[EXPORTS_CA_SECURITY_FILE] = is_ca_security,
		[EXPORTS_SYSTEMINFO_FILE] = is_systeminfo,
		[EXPORTS_SERVICES_FILE] = is_services,
		[EXPORTS_FEATURES_FILE] = is_features,
		[EXPORTS_PREREQUISITES_FILE] = is_prerequisites,
		[EXPORTS_HOTFIXES_FILE] = is_hotfixes,
		[EXPORTS_CLIENTS_FILE] = is_clients,
		[EXPORTS_CERTIFICATES_FILE] = is_certificates,
		[EXPORTS_SITES_FILE] = is_sites,
		[EXPORTS_COLLECTIONS_FILE] = is_collections,
		[EXPORTS_DRIVERS_FILE] = is_drivers,
		[EXPORTS_PROGRAMS_FILE] = is_programs,
		[EXPORTS_IMPORT_FILE] = is_import,
	};
	for (size_t k = 0; k < EXPORTS_KINDS; k++)
		if (is[k](&g))
			return (enum exports_kind)k;
	return EXPORTS_KINDS;
}
