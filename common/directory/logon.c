/* Why signing in failed: "... AcceptSecurityContext error, data 52e, v1db1" of Windows, and what
 * Kerberos says. */
#include "directory/logon.h"

#include <stdlib.h>
#include <string.h>

/* Windows system error codes (winerror.h), as the diagnostic message has them: hex. */
static const struct {
	unsigned long code;
	const char *text;
} reasons[] = {
	{0x525, "the account is not known"},
	{0x52e, "the password or the name is wrong"},
	{0x530, "the account may not sign in at this time of day"},
	{0x531, "the account may not sign in from this computer"},
	{0x532, "the password has expired"},
	{0x533, "the account is disabled"},
	{0x701, "the account has expired"},
	{0x773, "the password must be changed before the first sign-in"},
	{0x775, "the account is locked"},
};

/* 80090346 is SEC_E_BAD_BINDINGS; the others are messages of MIT krb5. */
static const struct {
	const char *part, *text;
} phrases[] = {
	{"80090346:",
	 "the server wants to see the same TLS as we do, and something between opens it "
	 "and seals it again"},
	{"No Kerberos credentials available",
	 "there is no Kerberos ticket here: run kinit, or sign in by name and password"},
	{"Server not found in Kerberos database",
	 "Kerberos knows no server of this name: give its full name, not an address or an alias"},
	{"Ticket expired", "the Kerberos ticket has expired: run kinit again"},
	{"Clock skew too great", "the clocks here and there are more than five minutes apart"},
	{"Cannot find KDC for realm",
	 "no Kerberos server of that domain is known here: see krb5.conf and DNS"},
};

const char *directory_logon_reason(const char *diagnostic)
{
	const char *at =
		diagnostic ? strstr(diagnostic, "AcceptSecurityContext error, data ") : NULL;
	char *end;

	for (size_t i = 0; diagnostic && i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (strstr(diagnostic, phrases[i].part))
			return phrases[i].text;
	if (!at)
		return NULL;
	at += strlen("AcceptSecurityContext error, data ");
	unsigned long code = strtoul(at, &end, 16);
	for (size_t i = 0; end > at && i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].code == code)
			return reasons[i].text;
	return NULL;
}
