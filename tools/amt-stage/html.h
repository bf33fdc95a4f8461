/* What the HTML report shows that the text cannot; the timelines of clients. */
#ifndef STAGE_HTML_H
#define STAGE_HTML_H

#include "stage.h"

void stage_html_sections(struct stage *st);

/* Where an event was seen: a lane of the picture. */
enum timeline_lane {
	TIMELINE_CAPTURE,
	TIMELINE_LOG,
	TIMELINE_DNS,
	TIMELINE_AD,
	TIMELINE_DEVICE,
	TIMELINE_LANES
};

struct timeline_event {
	enum timeline_lane lane;
	amt_time at;
	bool local;                      /* a log's own time, whose offset is not known */
	const char *verdict;             /* "fail", "warn", "pass", or "" for a fact */
	const char *what, *where, *when; /* when: as people read it */
	size_t nth;                      /* as it was told */
};
struct timeline {
	size_t client;   /* in the fleet */
	size_t told;     /* events there are; list has the first and last of them */
	size_t left_out; /* of them by a run that was merged, at least */
	struct AMT_VEC(struct timeline_event) list;
};

/*
 * Of each client the events that have a time, from whatever room. Of a site of few
 * clients all that have events get a timeline, of a fleet those that are broken, up to
 * TIMELINES_MAX; the report says so.
 */
#define TIMELINES_MAX   100
#define TIMELINE_EVENTS 120 /* of one client; of more the first and the last are shown */
struct timelines {
	struct amt_arena arena;
	struct amt_map by_name; /* every name of a client -> its place */
	size_t *told, *slot;    /* by client: events it has; its timeline + 1 */
	size_t eligible;        /* clients that could have one */
	bool counting;
	struct AMT_VEC(struct timeline) list;
};
void timelines_make(const struct stage *st, struct timelines *t);
size_t timelines_of(const struct timelines *t, size_t client); /* from 1; 0: none */
void timelines_section(struct stage *st, struct timelines *t, struct amt_run *r);
void timelines_free(struct timelines *t);

/* timeline_events.c: each room's facts as events, told one by one. */
#define TIMELINE_NOBODY SIZE_MAX
size_t timelines_client(const struct timelines *t, const char *name);
/* where is copied. */
void timelines_tell(struct timelines *t, size_t client, const struct timeline_event *e,
		    const char *fmt, ...) AMT_PRINTF(4, 5);
void timeline_events(const struct stage *st, struct timelines *t);
/* n more happened than a merged run wrote down. */
void timelines_left_out(struct timelines *t, size_t client, size_t n);
/* timeline_json.c: timelines as facts, and those of the runs of a merged document. */
void timelines_write(const struct stage *st, struct amt_json_out *o);
void timelines_of_runs(struct timelines *t);
/* timeline_svg.c */
void timeline_svg(const struct timeline *t, const char *name, size_t nth, struct amt_buf *b);
extern const char *const timeline_lane_names[TIMELINE_LANES];

#endif
