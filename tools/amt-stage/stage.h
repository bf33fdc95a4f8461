/* What the files of amt-stage share: the evidence of a site, room by room. */
#ifndef STAGE_H
#define STAGE_H

#include "amtdiag/cli.h"
#include "amtdiag/site.h"
#include "amtdiag/walk.h"

struct stage;

/*
 * A room as amt-stage uses it: one file room_NAME.c and one line in rooms.c. Each
 * function may find nothing to do. state is the room's own, made by collect or read.
 */
struct stage_room {
	const char *name; /* key in facts.evidence */
	bool (*wanted)(const struct stage *st);
	void (*collect)(struct stage *st, void *state);
	/* Names of computers that the evidence speaks of. */
	void (*devices)(const void *state, struct walk_fleet *fleet);
	void (*judge)(const struct stage *st, const void *state, struct amt_findings *fs);
	json_t *(*to_json)(const void *state);
	bool (*from_json)(const json_t *j, void *state, struct amt_error *err);
	void (*free)(void *state);
	size_t size;      /* of the state */
	bool own_journal; /* keeps what it collects in the run folder by itself */
	/*
	 * Rooms that ask over the network are at work side by side on st->loop. collect either
	 * waits with amt_loop_until(), or starts something and returns, and end is called when the
	 * loop has run dry or was stopped. Which of several goes on first is in none of their
	 * facts.
	 */
	bool side_by_side;
	void (*end)(struct stage *st, void *state);
	/* to_json, member by member: for a room whose facts grow with the fleet. */
	void (*write)(const void *state, struct amt_json_out *o);
};
/* A room's facts as member key of what is open. */
void stage_write_room(const struct stage_room *room, const void *state, const char *key,
		      struct amt_json_out *o);
extern const struct stage_room *const stage_rooms[]; /* NULL at the end */
#define STAGE_ROOMS_MAX 16

struct stage_options {
	struct amt_strlist stages, clients;
	const char *inventory, *answers, *run, *resume, *baseline, *waive, *bundle, *open,
		*redact_map, *shard, *to_sqlite;
	bool what_to_collect, init, interactive, redact, probe_5689;
};

struct stage {
	struct amt_cli *cli;
	struct stage_options opt;
	struct site_profile profile;
	struct site_inventory inventory;
	struct site_answers answers;
	const char *answers_path, *run_dir;
	int run_lock;          /* the folder's, 0: none */
	FILE *redacted;        /* the same, redacted, for a bundle */
	FILE *scratch;         /* what devices tell, without a run folder */
	json_t *changes;       /* since the baseline, or NULL */
	struct amt_loop *loop; /* while rooms collect side by side */
	struct site_waivers waivers;
	bool has_profile, merge;
	bool as_judged;               /* a redacted document: not judged again */
	bool no_directory;            /* its credentials were refused: not tried again */
	void *state[STAGE_ROOMS_MAX]; /* NULL: no evidence for this room */
	unsigned stages;              /* bits to walk */
	uint64_t shard, shards;       /* from 1; 0 of 0: no shard */
	struct amt_findings seen;     /* folded */
	struct amt_folder folder;     /* what is seen goes through it */
	struct walk_fleet fleet;
	uint32_t
		*amt_status; /* of each client: the fact of the exports that has it, + 1; 0: none */
	struct walk walk;
	struct amt_arena arena;
};

extern struct stage stage; /* the one run of this process */

/* options.c */
extern const struct amt_opt stage_options[];
bool stage_parse_stages(struct stage *st, struct amt_error *err);
/* check.c: what is wrong with the profile itself, as notes, before anything is collected */
void stage_check_profile(struct stage *st);
/* evidence.c */
bool stage_load(struct stage *st, struct amt_error *err);
void stage_load_lists(struct stage *st);
void stage_collect(struct stage *st);
/* confine.c: from here on only what the profile and the options name is to be had. */
bool stage_confine(struct stage *st, struct amt_error *err);
/* What a room has collected, or NULL: for rooms whose evidence meets another's. */
const void *stage_state(const struct stage *st, const struct stage_room *room);
void stage_free(struct stage *st);
/* A room that goes on after its collect() has all its facts: they are kept at once. */
void stage_room_done(struct stage *st, const struct stage_room *room);
/* journal.c */
bool stage_journal_open(struct stage *st, struct amt_error *err);
bool stage_journal_read(struct stage *st, const struct stage_room *room, void *state);
void stage_journal_write(struct stage *st, const struct stage_room *room, const void *state);
void stage_journal_close(struct stage *st);
/* Before confinement, which allows no new temporary file. */
void stage_journal_scratch(struct stage *st);
/* shard.c */
bool stage_parse_shard(struct stage *st, const char *text, struct amt_error *err);
/* Whether this client is to be asked and reported: --client and --shard. */
bool stage_mine(const struct stage *st, const struct site_client *c);
bool stage_mine_walked(const struct stage *st, const struct walk_client *c);
/*
 * judge.c: gathers the clients, lets every room judge, and walks. A room that judges
 * many clients hands over what it has now and then with stage_judged(), which empties fs.
 */
void stage_walk(struct stage *st);
void stage_judged(struct amt_findings *fs);
/* sqlite.c: from the facts and findings of the run */
bool stage_to_sqlite(struct stage *st, struct amt_error *err);
/* baseline.c */
void stage_baseline(struct stage *st);
/* The report of --baseline, or NULL and a note. The caller's. */
json_t *stage_baseline_document(struct stage *st);
/* bundle.c */
bool stage_bundle(struct stage *st, struct amt_error *err);
bool stage_open(struct stage *st, struct amt_error *err);
void stage_libraries(struct amt_buf *out);
bool stage_redact(struct stage *st, struct amt_error *err);
/* restore.c: a redacted document as it was judged. findings: the document's. */
bool stage_restore(struct stage *st, const json_t *facts, const json_t *findings,
		   struct amt_error *err);
/* interactive.c: after the rooms have judged, before the walk */
bool stage_ask(struct stage *st, struct amt_error *err);
/* own.c: rows that the engine itself answers */
void stage_judge_own(const struct stage *st, struct amt_findings *fs);
/* S1.V17 out of the ports' own rows, which stand in st->seen */
void stage_judge_ports(const struct stage *st, struct amt_findings *fs);
/* PV.22 out of S7.V02 and S7.V03, which stand there too */
void stage_judge_removals(const struct stage *st, struct amt_findings *fs);
/* cross.c: st->amt_status, once the clients are known */
void stage_index_statuses(struct stage *st);
/* Rows that need the evidence of two rooms */
void stage_judge_cross(const struct stage *st, struct amt_findings *fs);
/* facts.c */
void stage_write_facts(void *st, struct amt_json_out *o);
json_t *stage_client_to_json(const struct walk_client *c);
json_t *stage_site_to_json(const struct stage *st); /* whose run it is: site and shard */
bool stage_from_json(struct stage *st, const json_t *facts, struct amt_error *err);
/* collect.c: the answer to --what-to-collect */
bool stage_what_to_collect(struct stage *st, struct amt_buf *out);
/* sections.c */
void stage_sections(struct stage *st);
/* The corrective actions in both orders of the guide. */
void stage_orders_sections(struct stage *st);
json_t *stage_orders_to_json(const struct stage *st);

#endif
