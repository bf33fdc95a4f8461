/* Helpers that both halves of the facts' JSON use. */
#ifndef AMTDIAG_NAMES_JSON_H
#define AMTDIAG_NAMES_JSON_H

#include "amtdiag/names.h"

/* Milliseconds to the thousandth, as JSON keeps them: measured times are cut to it at once, so that
 * words say the same when they are read back. */
double names_ms(double ms);
/* Present only when not NULL. */
void names_json_opt(json_t *o, const char *key, const char *s);
json_t *names_json_list(const struct amt_strlist *l);
void names_json_read_list(struct amt_names_facts *f, const json_t *o, const char *key,
			  struct amt_strlist *l);
json_t *names_dhcp_to_json(const struct amt_dhcp_reply *r);
void names_dhcp_from_json(const json_t *o, struct amt_arena *a, struct amt_dhcp_reply *r);
json_t *names_probe_to_json(const struct amt_dhcp_probe *p);
void names_probe_from_json(const json_t *o, struct amt_arena *a, struct amt_dhcp_probe *p);

#endif
