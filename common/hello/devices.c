/* Devices as JSON: derived from the other facts, so they are written and never read. */
#include "hello/relate.h"
#include "hello/tables.h"

static json_t *timeline(const struct hello_device *d)
{
	json_t *a = json_array();

	for (size_t i = 0; i < d->timeline.n; i++) {
		const struct hello_event *e = &d->timeline.v[i];
		json_t *o = json_pack("{s:o, s:I, s:s, s:o}", "time", amt_json_time(e->at.time),
				      "frame", (json_int_t)e->at.frame, "event", e->event, "detail",
				      amt_json_str(e->detail));

		if (e->at.capture)
			json_object_set_new(o, "capture", json_integer(e->at.capture));
		if (e->failing)
			json_object_set_new(o, "failing", json_true());
		json_array_append_new(a, o);
	}
	return a;
}

static json_t *symptoms(const struct hello_device *d)
{
	json_t *a = json_array();

	for (size_t i = 0; i < d->symptoms.n; i++)
		json_array_append_new(a, json_pack("{s:i, s:o}", "row", (int)d->symptoms.v[i].row,
						   "text", amt_json_str(d->symptoms.v[i].text)));
	return a;
}

json_t *hello_device_json(const struct hello_device *d)
{
	json_t *ips = json_array(), *servers = json_array(), *macs = json_array();
	char uuid[37], mac[18];

	for (size_t i = 0; i < d->addresses.n; i++)
		json_array_append_new(ips, hello_json_ip(&d->addresses.v[i]));
	for (size_t i = 0; i < d->servers.n; i++)
		json_array_append_new(servers, hello_json_ip(&d->servers.v[i]));
	for (size_t i = 0; i < d->macs.n; i++)
		json_array_append_new(macs, json_string(hello_mac_text(&d->macs.v[i], mac)));
	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:I, s:s, s:o, s:o, s:b, s:o, s:o, s:I, s:I, s:o, s:o, "
		"s:o, s:o, s:o}",
		"id", amt_json_str(d->id), "uuid",
		d->has_uuid ? json_string(hello_uuid_text(d->uuid, false, uuid)) : json_null(),
		"addresses", ips, "servers", servers, "macs", macs, "hellos",
		(json_int_t)d->hellos.n, "phase", hello_phase_name(d->phase), "next_expected",
		amt_json_time(d->next_expected), "sequence_began", amt_json_time(d->begun),
		"sequence_began_certain", (int)d->begun_certain, "window_24h_ends",
		amt_json_time(d->window_first), "window_6h_ends", amt_json_time(d->window_later),
		"restarts", (json_int_t)d->restarts, "lost", (json_int_t)d->lost, "firmware",
		amt_json_str(d->firmware), "timeline", timeline(d), "symptoms", symptoms(d),
		"conclusion", amt_json_str(d->conclusion), "next_step", amt_json_str(d->next_step));
}
