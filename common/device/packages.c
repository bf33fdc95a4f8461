/*
 * Power packages by GUID, in the byte order of the wire, and realm names (handbook
 * device 1.2 and 1.3; the table is Intel's, two GUIDs are confirmed by recordings).
 * Descriptions sent by the device are free text: decided by GUID.
 */
#include "amtdiag/device.h"

static const struct amt_power_package packages[] = {
	{"763997110b56504388709812f391b560", "Mobile: ON in S0", AMT_NO, NULL},
	{"26d31c768708c74bbb5f38744315a5ff", "Mobile: ON in S0, S3/AC", AMT_NO, NULL},
	{"530e08db6c0fd948b2d28958d3f1156e", "Mobile: ON in S0, S3/AC, S4-5/AC", AMT_YES,
	 "on mains power only"},
	{"055dd5b64ca4874da5a8b47c14deda5f", "Mobile: ON in S0, ME Wake in S3/AC", AMT_NO, NULL},
	{"30800dee09c07843af287868a2dbbe3a", "Mobile: ON in S0, ME Wake in S3/AC, S4-5/AC", AMT_YES,
	 "on mains power only, and the first packet only wakes it"},
	{"944f8312fb104fdc968e1e232b0c9065", "Desktop: ON in S0", AMT_NO, NULL},
	{"a18600ab9a7f4c42a6e6bb243a295d9e", "Desktop: ON in S0, S3", AMT_NO, NULL},
	{"7286abac96b448e29b9e9b7df91c7fd4", "Desktop: ON in S0, S3, S4-5", AMT_YES, NULL},
	{"7b32cd4d6bbe4389a62a4d7bd8dbd026", "Desktop: ON in S0, ME Wake in S3", AMT_NO, NULL},
	{"7322734623dc432fa98a13d37982d855", "Desktop: ON in S0, ME Wake in S3, S4-5", AMT_YES,
	 "the first packet only wakes it"},
	{"c519a4ba6e6f8d4db227517f7e4595db", "Desktop: ON in S0, S3, S4-5, OFF After Power Loss",
	 AMT_MAYBE, "dead after a power cut until the machine is switched on by hand"},
	{"d60be3ed04c52c46b772d18018ee2fc4",
	 "Desktop: ON in S0, ME Wake in S3, S4-5, OFF After Power Loss", AMT_MAYBE,
	 "dead after a power cut until the machine is switched on by hand"},
};

const struct amt_power_package *amt_power_package_find(const char *guid)
{
	for (size_t i = 0; guid && i < sizeof(packages) / sizeof(packages[0]); i++)
		if (amt_strcasecmp(guid, packages[i].guid) == 0)
			return &packages[i];
	return NULL;
}

const char *amt_realm_name(int64_t realm)
{
	static const char *const names[] = {
		[0] = "Invalid",
		[2] = "Redirection",
		[3] = "PT Administration",
		[4] = "Hardware Asset",
		[5] = "Remote Control",
		[6] = "Storage",
		[7] = "Event Manager",
		[8] = "Storage Admin",
		[9] = "Agent Presence Local",
		[10] = "Agent Presence Remote",
		[11] = "Circuit Breaker",
		[12] = "Network Time",
		[13] = "General Info",
		[14] = "Firmware Update",
		[15] = "EIT",
		[16] = "Local User Notification",
		[17] = "Endpoint Access Control",
		[18] = "Endpoint Access Control Admin",
		[19] = "Event Log Reader",
		[20] = "Audit Log",
		[21] = "User Access Control",
		[24] = "Local System",
	};

	if (realm < 0 || realm >= (int64_t)(sizeof(names) / sizeof(names[0])) || !names[realm])
		return "?";
	return names[realm];
}
