/* Loading of libraries at their first use. */
#include "amtdiag/core/late.h"

#include "amtdiag/core/alloc.h"

#include <string.h>

#ifndef AMT_STATIC
#include <dlfcn.h>
#endif

static struct amt_late *all;

void amt_late_add(struct amt_late *l)
{
	l->next = all;
	all = l;
}

#ifdef AMT_STATIC
bool amt_late_load(struct amt_late *l, struct amt_error *err)
{
	return amt_fail(err, "this static build has no %s", l->soname);
}
#else
bool amt_late_load(struct amt_late *l, struct amt_error *err)
{
	if (l->loaded)
		return true;
	/* Never closed: libraries register things with the process. */
	void *lib = dlopen(l->soname, RTLD_NOW | RTLD_LOCAL);
	if (!lib)
		return amt_fail(err, "can't load %s, of the Debian package %s: %s", l->soname,
				l->package, dlerror());
	for (size_t i = 0; l->names[i]; i++) {
		void *p = dlsym(lib, l->names[i]);
		if (!p)
			return amt_fail(err, "%s, of the Debian package %s, has no %s", l->soname,
					l->package, l->names[i]);
		memcpy((char *)l->at + i * sizeof(p), &p, sizeof(p));
	}
	l->loaded = true;
	return true;
}
#endif

void amt_late_must(struct amt_late *l)
{
	struct amt_error err = {0};

	if (amt_late_load(l, &err))
		return;
	amt_dead_end(err.text);
}

void amt_late_all(void)
{
	/* One that is missing is told where it is used. */
	for (struct amt_late *l = all; l; l = l->next)
		amt_late_load(l, NULL);
}
