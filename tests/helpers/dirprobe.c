/* dirprobe SERVER CONTAINER SITE-SERVER [TEMPLATE]: what directory_judge() says, one line a
 * finding. */
#include "amtdiag/directory.h"

#include <stdio.h>

int main(int argc, char **argv)
{
	struct directory_facts f = {0};
	struct amt_findings fs = {0};
	struct amt_notes notes = {0};
	struct amt_error err = {0};
	struct amt_context ctx = {0};

	if (argc < 4)
		return 64;
	struct directory_options o = {.server = argv[1], .container = argv[2], .timeout = 5};
	amt_vec_push(&o.site_servers, argv[3]);
	if (argc > 4)
		amt_vec_push(&o.templates, argv[4]);
	if (!directory_collect(&o, &f, &notes, &err))
		printf("failed: %s\n", err.text);
	directory_judge(&f, &o, &ctx, &fs);
	for (size_t i = 0; i < fs.list.n; i++)
		printf("%s %s %s: %s\n", fs.list.v[i]->item->id,
		       amt_verdict_name(fs.list.v[i]->verdict), fs.list.v[i]->subject,
		       fs.list.v[i]->summary);
	amt_vec_free(&o.site_servers);
	amt_vec_free(&o.templates);
	amt_findings_free(&fs);
	amt_notes_free(&notes);
	directory_facts_free(&f);
	return 0;
}
