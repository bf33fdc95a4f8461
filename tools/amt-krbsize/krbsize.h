/* What the files of amt-krbsize share: the options, and the facts of one run. */
#ifndef KRBSIZE_H
#define KRBSIZE_H

#include "amtdiag/cli.h"
#include "amtdiag/directory.h"
#include "amtdiag/kerberos.h"

/* A user's sizes, and what follows from them. */
struct krbsize_result {
	size_t user; /* index into input.users */
	struct krb_sizes sizes;
	struct krb_advice advice[KRB_PATHS];
	size_t room_global[KRB_PATHS], room_local[KRB_PATHS]; /* SIZE_MAX: no limit known */
	bool measured;                                        /* krbsize.measured is this user's */
};

struct krbsize {
	/* options */
	struct amt_strlist users, groups, with, without, as_global, keep;
	const char *ou, *spn, *from, *ccache, *keytab, *principal, *password_file;
	const char *client, *layout, *etype, *session, *compress, *limits_file;
	bool measure, fresh, advise, delegate, no_sidhistory;
	unsigned limit_http, limit_redir, reserve, top;

	const char *server, *domain, *bind_dn, *bind_password_file, *ca_file;
	bool starttls;
	unsigned qps, verify;

	/* facts */
	struct directory_facts directory;
	struct krb_input input;
	struct krb_measured measured;
	struct krb_limits limits;
	const char *where; /* where the inputs came from, for evidence */

	/* computed from them */
	struct krb_terms terms;
	struct krb_indices with_at, without_at, as_global_at, keep_at;
	struct AMT_VEC(struct krbsize_result) results;
	int major; /* firmware that limits and advice are for */
};
extern struct krbsize krbsize;
extern const struct amt_opt krbsize_options[];

bool krbsize_setup(struct amt_cli *cli, struct amt_error *err);
/* Options into terms, once the groups are known; names that are no group become notes. */
void krbsize_terms(struct amt_cli *cli);
/* Directory facts into the inputs of the model. */
void krbsize_join(struct amt_cli *cli);
/* The accounts that were compared with their tokenGroups: what only these show is counted. lacking:
 * why the groups that memberOf led to are not all, for the accounts that were not compared. */
void krbsize_tokens(struct amt_cli *cli, const struct directory_facts *f, struct krb_input *in,
		    const char *lacking);
/* A binary SID as text, or NULL when it is none. */
const char *krbsize_sid(const struct directory_value *v, struct amt_arena *a);
/* Sizes, room and advice of every user. */
void krbsize_compute(struct amt_cli *cli);
json_t *krbsize_user_facts(const struct krbsize_result *r);
/* How a group is reached: "A > B > C" over names, the shortest way. */
void krbsize_path(const struct krb_user *u, size_t group, struct amt_buf *out);
const char *krbsize_group_name(size_t group);
void krbsize_sections(struct amt_cli *cli);
void krbsize_histogram(struct amt_cli *cli);

#endif
