/* How far it is: one line on the terminal, of all that is under way at the same time. */
#include "cli/private.h"

#include <inttypes.h>
#include <string.h>

#define TRACKS       4
#define REPORT_EVERY (AMT_SECOND / 5)

/* What one collector says of itself. Its rate counts from its first word: what an earlier run had
 * finished took this one no time. */
struct track {
	const char *what; /* a literal */
	uint64_t first, done, total;
	amt_time started;
};
static struct track tracks[TRACKS];
static size_t n_tracks;
static amt_time last;
static bool shown;

static struct track *track_of(const char *what, uint64_t done, amt_time now)
{
	struct track *t = tracks, *free_one = NULL;

	for (; t < tracks + n_tracks; t++) {
		if (!strcmp(t->what, what))
			return t;
		if (t->total && t->done >= t->total)
			free_one = t;
	}
	if (n_tracks < TRACKS)
		t = &tracks[n_tracks++];
	else
		t = free_one ? free_one : &tracks[TRACKS - 1];
	*t = (struct track){.what = what, .first = done, .started = now};
	return t;
}

static bool under_way(const struct track *t)
{
	return !t->total || t->done < t->total;
}

/* Seconds; negative: nobody knows yet. */
static double left(const struct track *t, amt_time now)
{
	double spent = (double)(now - t->started) / (double)AMT_SECOND;

	if (t->done <= t->first || t->done > t->total || spent <= 1)
		return -1;
	return spent * (double)(t->total - t->done) / (double)(t->done - t->first);
}

static void show(const struct track *latest, amt_time now)
{
	double most = -1;
	const char *between = "";

	fputs("\r\033[K", stderr);
	for (const struct track *t = tracks; t < tracks + n_tracks; t++) {
		if (t != latest && !under_way(t))
			continue;
		fprintf(stderr, "%s%s: %" PRIu64, between, t->what, t->done);
		if (t->total)
			fprintf(stderr, " of %" PRIu64, t->total);
		between = ", ";
		if (left(t, now) > most)
			most = left(t, now);
	}
	if (most >= 0)
		fprintf(stderr, ", about %.0f s left", most);
	fflush(stderr);
	shown = true;
}

void cli_progress(void *arg, const char *what, uint64_t done, uint64_t total)
{
	amt_time now = amt_time_steady();
	struct track *t = track_of(what, done, now);

	(void)arg;
	if (done < t->done) /* from the start again */
		*t = (struct track){.what = what, .first = done, .started = now};
	t->done = done;
	t->total = total;
	if (last && now - last < REPORT_EVERY)
		return;
	last = now;
	show(t, now);
}

void cli_progress_clear(void)
{
	if (shown)
		fputs("\r\033[K", stderr);
	shown = false;
}
