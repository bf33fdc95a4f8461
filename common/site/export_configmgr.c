/* Lists out of the ConfigMgr provider and its console. */
#include "amtdiag/core/num.h"
#include "exports.h"

#include <stdio.h>
#include <string.h>

static const char *yes_no(const char *s)
{
	if (!strcmp(s, "1") || !amt_strcasecmp(s, "true") || !amt_strcasecmp(s, "yes"))
		return "yes";
	return !strcmp(s, "0") || !amt_strcasecmp(s, "false") || !amt_strcasecmp(s, "no") ? "no"
											  : "";
}

/* {"ISW","EMEA"} of wmic and PowerShell's name for an array that was not joined. */
static void plain_list(char *p)
{
	char *out = p;

	if (amt_str_begins(p, "System.String[]")) {
		*p = '\0';
		return;
	}
	for (; *p; p++)
		if (!strchr("{}\" ", *p))
			*out++ = *p;
	*out = '\0';
}

void export_read_clients(struct export_source *s)
{
	struct export_table t;

	if (!export_table_open(&t, s))
		return;
	bool has_status = export_has_heading(&t, "AMTStatus|AMTStatus0");
	while (export_table_next(&t)) {
		const char *name = export_cell(&t, "Name|Name0|NetbiosName|Netbios_Name0");
		char sites[256];
		char agent[4], status[8] = "";
		if (!*name)
			continue;
		amt_str_copy(sites, sizeof(sites),
			     export_cell(&t,
					 "SMSAssignedSites|AssignedSites|SMS_Assigned_Sites0|Site "
					 "Code"));
		plain_list(sites);
		amt_str_copy(agent, sizeof(agent), yes_no(export_cell(&t, "Client|Client0")));
		/* "-" tells a list without the column from a computer without a status. */
		amt_str_copy(status, sizeof(status),
			     has_status ? export_cell(&t, "AMTStatus|AMTStatus0") : "-");
		if (status[0] &&
		    (status[1] || (status[0] != '-' && (status[0] < '0' || status[0] > '4')))) {
			amt_note_add(s->notes, s->path, "line %llu: AMTStatus '%s' is not 0 to 4",
				     (unsigned long long)s->line, status);
			amt_str_copy(status, sizeof(status), "-");
		}
		export_add(s, EXPORTS_CLIENT, "", name,
			   export_cell(&t, "ResourceID|ResourceId|MachineResourceID"),
			   export_cell(&t, "SMBIOSGUID|SMBIOS_GUID0|SMBIOS GUID"), agent,
			   export_cell(&t, "ClientVersion|Client_Version0"), sites, status,
			   export_cell(&t, "AMTFullVersion|AMTFullVersion0|AMT"), EXPORTS_END);
	}
}

/* WMI's 20100114134312.000000+060, RFC 3339, or nothing. */
static const char *wmi_time(const char *s, char out[AMT_TIME_TEXT])
{
	struct amt_civil c = {0};
	amt_time t;
	const char *p = s;

	out[0] = '\0';
	if (amt_num_take(&p, 4, &c.year) && amt_num_take(&p, 2, &c.month) &&
	    amt_num_take(&p, 2, &c.day) && amt_num_take(&p, 2, &c.hour) &&
	    amt_num_take(&p, 2, &c.minute) && amt_num_take(&p, 2, &c.second) && p == s + 14) {
		const char *sign = strpbrk(p, "+-"), *minutes = sign ? sign + 1 : "";
		int offset = 0;
		if (sign && amt_num_take(&minutes, 3, &offset))
			c.offset = *sign == '-' ? -offset : offset, c.offset_known = true;
		t = amt_time_from_civil(&c);
	} else if (!amt_time_parse(s, &t, NULL)) {
		t = AMT_TIME_NONE;
	}
	return t == AMT_TIME_NONE ? "" : amt_time_format(t, out);
}

void export_read_certificates(struct export_source *s)
{
	struct export_table t;
	char ends[AMT_TIME_TEXT];

	if (!export_table_open(&t, s))
		return;
	while (export_table_next(&t)) {
		const char *name =
			export_cell(&t, "FQDN|ClientName|MachineName|SubjectName|Subject|Name");
		if (amt_str_begins(name, "CN="))
			name += 3;
		if (*name)
			export_add(
				s, EXPORTS_CERTIFICATE, "", name,
				export_cell(&t, "Thumbprint|CertificateThumbprint|CertThumbprint"),
				wmi_time(export_cell(&t, "ValidTo|NotAfter|ExpirationDate|"
							 "ValidUntil|EndDate"),
					 ends),
				export_cell(&t, "Status|CertificateStatus|Revoked"),
				export_cell(&t, "Type|CertificateType|Template|TemplateName"),
				export_cell(&t, "CAName|Issuer|IssuedBy|CA"), EXPORTS_END);
	}
}

void export_read_sites(struct export_source *s)
{
	struct export_table t;

	if (!export_table_open(&t, s))
		return;
	while (export_table_next(&t)) {
		const char *code = export_cell(&t, "SiteCode");
		const char *version = export_cell(&t, "Version");
		char built[32];
		/* Version is "4.00.6487.2000"; BuildNumber its third part. */
		if (!*version && *export_cell(&t, "BuildNumber")) {
			snprintf(built, sizeof(built), "4.00.%.12s",
				 export_cell(&t, "BuildNumber"));
			version = built;
		}
		if (*code && *version)
			export_add(s, EXPORTS_SITE, NULL, code, version,
				   export_cell(&t, "ServerName|Server"),
				   export_cell(&t, "ReportingSiteCode|ParentSiteCode"),
				   EXPORTS_END);
	}
}

void export_read_collections(struct export_source *s)
{
	struct export_table t;

	if (!export_table_open(&t, s))
		return;
	while (export_table_next(&t)) {
		const char *id = export_cell(&t, "Name");
		const char *automatic = yes_no(export_cell(&t, "AMTAutoProvisionEnabled"));
		if (!*id)
			id = export_cell(&t, "CollectionID");
		if (*id && *automatic)
			export_add(s, EXPORTS_COLLECTION, NULL, id, automatic, EXPORTS_END);
	}
}

/* Name, FQDN, UUID, MAC, MEBx password, admin password. The passwords are wiped unread. */
void export_read_import(struct export_source *s)
{
	struct site_csv csv;
	char *v[EXPORT_COLUMNS];
	size_t n;

	site_csv_init(&csv, s->text, s->len);
	while ((n = site_csv_next(&csv, v, EXPORT_COLUMNS))) {
		unsigned char mac[6];
		s->line = csv.line;
		for (size_t i = 4; i < n && i < EXPORT_COLUMNS; i++)
			amt_wipe(v[i], strlen(v[i]));
		if (n < 3) {
			amt_note_add(s->notes, s->path,
				     "line %llu: fewer than three fields; the row is left out",
				     (unsigned long long)s->line);
			continue;
		}
		/* What is no MAC address may be a password in the wrong column. */
		const char *m = n > 3 ? amt_str_trim(v[3]) : "";
		if (amt_hex_decode(m, mac, sizeof(mac)) != 6)
			m = "";
		export_add(s, EXPORTS_IMPORTED, "", amt_str_trim(v[0]), amt_str_trim(v[1]),
			   amt_str_trim(v[2]), m, EXPORTS_END);
	}
}
