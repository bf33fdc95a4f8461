/*
 * Who may do what on a CA: its security descriptor (MS-DTYP 2.4.6) out of a registry export
 * or of certutil. Rights of a CA: 0x1 manage the CA, 0x2 issue and manage certificates,
 * 0x100 read, 0x200 enroll (shared/domain/configmgr.md section 5, [K]).
 */
#include "exports.h"

#include "amtdiag/core/rd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SD_MAX 65536

static void rights_text(uint32_t mask, char out[80])
{
	snprintf(out, 80, "%s%s%s%s", mask & 1 ? "manage-ca," : "",
		 mask & 2 ? "manage-certificates," : "", mask & 0x100 ? "read," : "",
		 mask & 0x200 ? "enroll," : "");
	size_t n = strlen(out);
	if (n)
		out[n - 1] = '\0';
}

/* Names of the well-known ones: MS-DTYP 2.4.2.4. */
static const char *well_known(const char *sid)
{
	static const struct {
		const char *sid, *name;
	} names[] = {
		{"S-1-5-32-544", "BUILTIN\\Administrators"},
		{"S-1-5-11", "NT AUTHORITY\\Authenticated Users"},
		{"S-1-1-0", "Everyone"},
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(sid, names[i].sid))
			return names[i].name;
	if (amt_str_begins(sid, "S-1-5-21-") && amt_str_ends(sid, "-512"))
		return "Domain Admins";
	return amt_str_begins(sid, "S-1-5-21-") && amt_str_ends(sid, "-519") ? "Enterprise Admins"
									     : sid;
}

static bool read_sid(struct amt_rd *r, char out[200])
{
	uint8_t revision = amt_rd_u8(r), count = amt_rd_u8(r);
	uint64_t authority = amt_rd_be(r, 6);
	size_t n = (size_t)snprintf(out, 200, "S-%u-%llu", revision, (unsigned long long)authority);

	if (count > 15)
		return false;
	for (uint8_t i = 0; i < count && n < 190; i++)
		n += (size_t)snprintf(out + n, 200 - n, "-%u", (unsigned)amt_rd_le32(r));
	return !r->short_;
}

static void read_acl(struct export_source *s, struct amt_rd *acl)
{
	char sid[200], rights[80];

	amt_rd_skip(acl, 4); /* revision, padding, size */
	uint16_t aces = amt_rd_le16(acl);
	amt_rd_skip(acl, 2);
	for (uint16_t i = 0; i < aces && !acl->short_; i++) {
		uint8_t type = amt_rd_u8(acl), flags = amt_rd_u8(acl);
		uint16_t size = amt_rd_le16(acl);
		struct amt_rd ace = amt_rd_sub(acl, size < 4 ? 0 : size - 4u);
		uint32_t mask = amt_rd_le32(&ace);
		/* Only plain "allow" that counts for the CA itself (not inherit-only). */
		if (type != 0 || (flags & 8) || size < 16 || !read_sid(&ace, sid))
			continue;
		rights_text(mask, rights);
		export_add(s, EXPORTS_RIGHT, NULL, well_known(sid), rights, EXPORTS_END);
	}
	if (acl->short_)
		amt_note_add(s->notes, s->path, "line %llu: the list of permissions is cut off",
			     (unsigned long long)s->line);
}

void export_read_descriptor(struct export_source *s, const char *hex)
{
	unsigned char *bytes = amt_malloc(SD_MAX);
	long n = amt_hex_decode(hex, bytes, SD_MAX);
	struct amt_rd r = amt_rd_init(bytes, n < 0 ? 0 : (size_t)n);

	amt_rd_skip(&r, 2);
	uint16_t control = amt_rd_le16(&r);
	amt_rd_skip(&r, 12);
	uint32_t dacl = amt_rd_le32(&r);
	if (r.short_ || !(control & 4) || !dacl || dacl >= (size_t)n) {
		amt_note_add(s->notes, s->path,
			     "line %llu: not a security descriptor with a list of permissions",
			     (unsigned long long)s->line);
	} else {
		struct amt_rd acl = amt_rd_init(bytes + dacl, (size_t)n - dacl);
		read_acl(s, &acl);
	}
	free(bytes);
}

/* "Allow  CA Administrator  Certificate Manager   BUILTIN\Administrators": the account comes last;
 * it has a backslash or is a SID. */
static void named_right(struct export_source *s, char *line)
{
	char rights[80], *account = strchr(line, '\\');
	uint32_t mask = 0;
	size_t len = strlen(line);

	if (account)
		while (account > line && account[-1] != '\t' &&
		       !(account[-1] == ' ' && account - line > 1 && account[-2] == ' '))
			account--;
	else
		account = strstr(line, "S-1-");
	if (!account)
		return;
	mask |= amt_memcasestr(line, len, "CA Administrator") ? 1 : 0;
	mask |= amt_memcasestr(line, len, "Certificate Manager") ||
				amt_memcasestr(line, len, "Manage Certificates") ||
				amt_memcasestr(line, len, "Officer")
			? 2
			: 0;
	mask |= amt_memcasestr(line, len, "Read") ? 0x100 : 0;
	mask |= amt_memcasestr(line, len, "Enroll") ? 0x200 : 0;
	rights_text(mask, rights);
	export_add(s, EXPORTS_RIGHT, NULL, amt_str_trim(account), rights, EXPORTS_END);
}

/* "    0000  01 00 14 80 ...   ................": the digits of one line of a dump. */
static bool dump_line(const char *p, struct amt_buf *hex)
{
	p += strspn(p, " \t");
	if (strspn(p, "0123456789abcdef") < 4)
		return false;
	p += strspn(p, "0123456789abcdef");
	size_t before = hex->len;
	for (size_t i = 0; i < 16; i++) {
		p += strspn(p, " \t");
		if (strspn(p, "0123456789abcdefABCDEF") < 2 || (p[2] && !strchr(" \t", p[2])))
			break;
		amt_buf_add(hex, p, 2);
		p += 2;
	}
	return hex->len > before;
}

void export_read_ca_security(struct export_source *s)
{
	char *at = s->text, *line;
	size_t before = s->facts->facts.n;
	struct amt_buf hex;

	amt_buf_init(&hex, SD_MAX * 2);
	while ((line = export_line(s, &at))) {
		char *p = amt_str_trim(line);
		if (amt_str_begins(p, "Allow"))
			named_right(s, p);
		else
			dump_line(line, &hex);
	}
	if (s->facts->facts.n == before && hex.len)
		export_read_descriptor(s, amt_buf_cstr(&hex));
	amt_buf_free(&hex);
}
