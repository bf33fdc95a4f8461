/* What clients send to the simulator: an HTTP request, its digest line, its SOAP body. */
#include "../sim/digest.c"
#include "../sim/request.c"
#include "../sim/soap.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sim_http r;
	struct sim_auth a;
	struct sim_soap s;
	char *text = amt_malloc(size + 1), out[33];
	long used;

	if (size)
		memcpy(text, data, size);
	text[size] = 0;
	used = sim_http_parse(text, size, &r);
	if (used > 0) {
		if ((size_t)used > size || r.body + r.body_len != text + used)
			abort();
		if (r.authorization && sim_digest_parse(r.authorization, &a))
			sim_digest_response(&a, "x", r.method, r.body, r.body_len, out);
		sim_soap_parse(r.body, r.body_len, &s, NULL);
	}
	sim_soap_parse((const char *)data, size, &s, NULL);
	free(text);
	return 0;
}
