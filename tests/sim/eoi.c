/* The SOAP 1.1 services of firmware before WS-MAN (1.5): the calls that only read. */
#include "sim.h"

#include <stdio.h>

/* Service, method, and its output elements; {fact} as in classes.def. */
static const struct {
	const char *service, *method, *out;
} calls[] = {
	{"SecurityAdministration", "GetCoreVersion", "<Version>{@core_version}</Version>"},
	{"NetworkAdministration", "GetHostName", "<HostName>{hostname}</HostName>"},
	{"NetworkAdministration", "GetDomainName", "<DomainName>{domain}</DomainName>"},
	{"NetworkAdministration", "EnumerateInterfaces",
	 "<InterfaceHandles><Item>0</Item>"
	 "</InterfaceHandles>"},
	{"NetworkAdministration", "GetInterfaceSettings",
	 "<InterfaceDescriptor><InterfaceMode>SHARED_MAC_ADDRESS</InterfaceMode>"
	 "<LinkPolicy>{link_policy}</LinkPolicy><HardwareAddress>{@mac}</HardwareAddress>"
	 "<IPv4Parameters><LocalAddress>{@ip_number}</LocalAddress>"
	 "<SubnetMask>4278190080</SubnetMask><DefaultGatewayAddress>2130706433"
	 "</DefaultGatewayAddress><PrimaryDnsAddress>2130706433</PrimaryDnsAddress>"
	 "<SecondaryDnsAddress>0</SecondaryDnsAddress></IPv4Parameters></InterfaceDescriptor>"},
	{"RemoteControl", "GetSystemPowerState", "<SystemPowerState>{@s_state}</SystemPowerState>"},
	{"RemoteControl", "GetRemoteControlCapabilities",
	 "<IanaOemNumber>343</IanaOemNumber><OemDefinedCapabilities>3</OemDefinedCapabilities>"
	 "<SpecialCommandsSupported>4864</SpecialCommandsSupported>"
	 "<SystemCapabilitiesSupported>15</SystemCapabilitiesSupported>"
	 "<SystemFirmwareCapabilities>0</SystemFirmwareCapabilities>"},
	{"GeneralInfo", "GetProvisioningState", "<State>{state}</State>"},
	{"GeneralInfo", "GetProvisioningMode", "<Mode>{mode}</Mode>"},
	{"NetworkTime", "GetLowAccuracyTimeSynch", "<Ta0>{@now}</Ta0>"},
};
#define N_CALLS (sizeof(calls) / sizeof(calls[0]))

/* "/NetworkAdministrationService" without the slash and the last word. */
static bool service_of(const char *uri, char out[64])
{
	static const char tail[] = "Service";
	size_t n = strlen(uri);

	if (*uri != '/' || n < sizeof(tail) + 1 || n > 60 || !amt_str_ends(uri, tail))
		return false;
	amt_str_copy(out, n - sizeof(tail) + 1, uri + 1);
	return true;
}

bool sim_eoi_uri(const struct sim_device *d, const char *uri)
{
	char service[64];

	if (!sim_fact_on(d, "eoi") || sim_fact_on(d, "wsman_only") || !service_of(uri, service))
		return false;
	for (size_t i = 0; i < N_CALLS; i++)
		if (!strcmp(calls[i].service, service))
			return true;
	return false;
}

static void put_body(struct sim_device *d, const char *service, const char *method,
		     const char *out_, struct amt_buf *out)
{
	amt_buf_printf(out,
		       "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soap:Envelope "
		       "xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>"
		       "<%sResponse xmlns=\"http://schemas.intel.com/platform/client/%s/2004/01\">"
		       "<Status>0</Status>",
		       method, service);
	sim_expand(d, NULL, out_, out);
	amt_buf_printf(out, "</%sResponse></soap:Body></soap:Envelope>", method);
}

int sim_eoi(struct sim_device *d, const char *uri, const char *p, size_t n, struct amt_buf *out,
	    char what[160])
{
	struct sim_soap s;
	char service[64];

	if (!service_of(uri, service) || !sim_soap_parse(p, n, &s, NULL)) {
		snprintf(what, 160, "unreadable");
		return 400;
	}
	snprintf(what, 160, "%s.%s", service, s.body);
	for (size_t i = 0; i < N_CALLS; i++) {
		if (strcmp(calls[i].service, service) || strcmp(calls[i].method, s.body))
			continue;
		put_body(d, service, s.body, calls[i].out, out);
		return 200;
	}
	amt_buf_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soap:Envelope "
			 "xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>"
			 "<soap:Fault><faultcode>soap:Client</faultcode><faultstring>method not "
			 "implemented</faultstring></soap:Fault></soap:Body></soap:Envelope>");
	return 500;
}
