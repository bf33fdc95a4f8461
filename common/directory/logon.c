/* Why Windows refused a simple bind: "... AcceptSecurityContext error, data 52e, v1db1". */
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

const char *directory_logon_reason(const char *diagnostic)
{
	const char *at =
		diagnostic ? strstr(diagnostic, "AcceptSecurityContext error, data ") : NULL;
	char *end;

	if (!at)
		return NULL;
	at += strlen("AcceptSecurityContext error, data ");
	unsigned long code = strtoul(at, &end, 16);
	for (size_t i = 0; end > at && i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].code == code)
			return reasons[i].text;
	return NULL;
}
