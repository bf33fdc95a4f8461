/*
 * Asking an AMT device: what it shows without a password (ports, RMCP, TLS, HTTP,
 * redirection), what it tells over WS-MAN with one, and what exports of others say
 * of it. Read-only, always. Facts, their JSON, and a pure judge.
 *
 * Source of every number: the handbook, chapter device (sections in device.def);
 * classes and values from Intel's MOFs and recorded firmware replies. Facts that no
 * hardware has confirmed never become a failure.
 */
#ifndef AMTDIAG_DEVICE_H
#define AMTDIAG_DEVICE_H

#include "amtdiag/core.h"
#include "amtdiag/guide.h"
#include "amtdiag/net.h"
#include "amtdiag/report.h"

#define AMT_DEV_NONE INT64_MIN /* a number that was not told */

/* How a TLS handshake ended. A closed list. */
enum amt_tls_class {
	AMT_TLSC_NOT_TRIED,
	AMT_TLSC_OK,
	AMT_TLSC_NO_RFC5746,         /* the peer does not know secure renegotiation (real AMT) */
	AMT_TLSC_OLD_VERSION,        /* the peer's newest version is older than ours oldest */
	AMT_TLSC_NO_CIPHER,          /* no suite in common */
	AMT_TLSC_RC4_ONLY,           /* only RC4: no OpenSSL of today can */
	AMT_TLSC_WEAK_DH,            /* Diffie-Hellman group too small */
	AMT_TLSC_WEAK_SIGNATURE,     /* signs with SHA-1 or MD5 */
	AMT_TLSC_WEAK_KEY,           /* certificate key too small */
	AMT_TLSC_BAD_MAC,            /* records that do not decrypt */
	AMT_TLSC_CLIENT_CERTIFICATE, /* refuses who brings no certificate */
	AMT_TLSC_ALERT,              /* another alert of the peer */
	AMT_TLSC_NOT_TLS,            /* something else answers there */
	AMT_TLSC_RESET,              /* closed in the middle */
	AMT_TLSC_TIMEOUT,
	AMT_TLSC_CONNECT, /* no connection at all */
	AMT_TLSC_OTHER,
	AMT_TLS_CLASSES
};
const char *amt_tls_class_name(enum amt_tls_class c); /* "no-rfc5746" */
bool amt_tls_class_parse(const char *name, enum amt_tls_class *out);
const char *amt_tls_class_meaning(enum amt_tls_class c); /* a sentence without its full stop */

/* Lists in facts belong to the device's arena. */
struct amt_dev_ints {
	int64_t *v;
	size_t n;
};
struct amt_dev_strs {
	const char **v;
	size_t n;
};

/* The field kinds of device.def. Unknown: AMT_DEV_NONE, NaN, AMT_MAYBE, NULL, no elements. */
#define AMT_DEV_T_INT   int64_t
#define AMT_DEV_T_REAL  double
#define AMT_DEV_T_TRI   enum amt_tri
#define AMT_DEV_T_STR   const char *
#define AMT_DEV_T_INTS  struct amt_dev_ints
#define AMT_DEV_T_STRS  struct amt_dev_strs
#define AMT_DEV_T_TIME  amt_time
#define AMT_DEV_T_PORT  enum amt_port_state
#define AMT_DEV_T_NET   enum amt_net_class
#define AMT_DEV_T_TLS   enum amt_tls_class
#define AMT_DEV_T_GUID  const char * /* "55e3ae13-bfd2-61bb-17a0-88aedd7037ea", SMBIOS order */
#define AMT_DEV_T_SID   const char * /* "S-1-5-21-..." */
#define AMT_DEV_T_BYTES const char * /* lower-case hex */
#define AMT_DEV_T_MAC   const char * /* "00:be:43:d8:22:a4" */

#define AMT_DEV_CLASS(id, how, ns, name, arg) struct amt_dev_##id {
#define AMT_DEV_FIELD(id, kind, field, prop)  AMT_DEV_T_##kind field;
#define AMT_DEV_END(id)                                                                            \
	}                                                                                          \
	;
#include "amtdiag/device.def"
#undef AMT_DEV_CLASS
#undef AMT_DEV_FIELD
#undef AMT_DEV_END

enum amt_dev_class {
#define AMT_DEV_CLASS(id, how, ns, name, arg) AMT_DEVC_##id,
#define AMT_DEV_FIELD(id, kind, field, prop)
#define AMT_DEV_END(id)
#include "amtdiag/device.def"
#undef AMT_DEV_CLASS
#undef AMT_DEV_FIELD
#undef AMT_DEV_END
	AMT_DEV_CLASS_COUNT
};

/* Whether a class was read, and from where. */
enum amt_dev_state {
	AMT_DEV_NOT_ASKED,
	AMT_DEV_READ,   /* what stands there is what the source said, be it nothing */
	AMT_DEV_ABSENT, /* "not on this firmware": HTTP 400 and a fault for this class alone */
	AMT_DEV_DENIED, /* logged in, but not for this */
	AMT_DEV_FAILED, /* no whole answer */
	AMT_DEV_STATES
};
struct amt_dev_source {
	enum amt_dev_state state;
	const char *where; /* "WS-MAN of pc1 port 16993", "pc1", "amtinfo.json"; NULL: not asked */
	const char *error; /* for DENIED and FAILED */
	amt_time asked, answered; /* our clock around the answer; AMT_TIME_NONE: an export */
};

/* One device. A zeroed one is empty but amt_device_init() sets the unknowns. */
struct amt_device {
	struct amt_arena arena;
	const char *host;    /* as named by the caller */
	const char *address; /* that was asked; NULL: offline */
	amt_time when;
	struct amt_strlist notes; /* trouble on the way, one line each */
	struct amt_dev_source source[AMT_DEV_CLASS_COUNT];
#define AMT_DEV_CLASS(id, how, ns, name, arg)                                                      \
	struct {                                                                                   \
		struct amt_dev_##id *v;                                                            \
		size_t n, cap;                                                                     \
	} id; /* NOLINT(bugprone-macro-parentheses): a member's name */
#define AMT_DEV_FIELD(id, kind, field, prop)
#define AMT_DEV_END(id)
#include "amtdiag/device.def"
#undef AMT_DEV_CLASS
#undef AMT_DEV_FIELD
#undef AMT_DEV_END
};
void amt_device_init(struct amt_device *d, const char *host);
void amt_device_free(struct amt_device *d);
/* A new record of a class, all fields unknown: the struct amt_dev_ID of its list. At most
 * AMT_CAP_DEVICE_RECORDS a class; then NULL, and a note. */
void *amt_device_add(struct amt_device *d, enum amt_dev_class c);
void amt_device_note(struct amt_device *d, const char *fmt, ...) AMT_PRINTF(2, 3);
const char *amt_dev_class_name(enum amt_dev_class c); /* "AMT_GeneralSettings", "" for probes */

/* The first record of a list, or NULL. */
#define amt_dev_first(d, id) ((d)->id.n ? &(d)->id.v[0] : NULL)

/* Whether the cache (NULL: the default one) holds a ticket that Kerberos log-ins can begin with. No
 * packet is sent. */
bool amt_device_ticket(const char *ccache, struct amt_error *err);

/* The firmware version from the best source there is. Unknown parts -1; where (may be NULL) says
 * which source. False: nothing tells it. */
bool amt_device_firmware(const struct amt_device *d, struct amt_fw *out, const char **where);

/* ---- facts as JSON and back ---- */

json_t *amt_device_to_json(const struct amt_device *d);
bool amt_device_from_json(const json_t *o, struct amt_device *d, struct amt_error *err);

/* ---- offline ---- */

/*
 * Reads one export into d: Get-CimInstance root/Intel_ME as JSON, SCS SystemDiscovery XML,
 * rpc-go amtinfo JSON, MeshCommander state JSON, or a stored WS-MAN reply. The kind is
 * recognised by content. name is for messages and sources.
 */
bool amt_device_import(struct amt_device *d, const char *name, const char *text, size_t len,
		       struct amt_error *err);

/*
 * What the ME tells the machine it sits in, through the kernel's driver (path: "/dev/mei0"):
 * version, provisioning state and mode, PKI DNS suffix, UUID, root hashes. Read-only; needs root.
 * timeout_ms is for one answer. False when nothing was told.
 */
bool amt_device_mei(struct amt_device *d, const char *path, unsigned timeout_ms,
		    struct amt_error *err);

/* ---- asking ---- */

enum {
	AMT_ASK_PORTS = 1 << 0,
	AMT_ASK_RMCP = 1 << 1,
	AMT_ASK_TLS = 1 << 2,
	AMT_ASK_HTTP = 1 << 3,
	AMT_ASK_REDIRECTION = 1 << 4,
	AMT_ASK_WSMAN = 1 << 5,    /* needs credentials */
	AMT_ASK_CVE_5689 = 1 << 6, /* never by default: an exploit's first step */
	AMT_ASK_OPEN =
		AMT_ASK_PORTS | AMT_ASK_RMCP | AMT_ASK_TLS | AMT_ASK_HTTP | AMT_ASK_REDIRECTION,
};

struct amt_device_options {
	unsigned ask; /* 0: AMT_ASK_OPEN, and WSMAN when there is a user or kerberos */
	const char *user, *password; /* digest */
	bool kerberos;               /* the default principal of a credential cache */
	const char *ccache;          /* "FILE:/run/..."; NULL: this user's default cache */
	unsigned timeout_ms;         /* a connect; 0: 5000 */
	unsigned reply_ms;           /* a reply; 0: 35000, the firmware's own minimum is 30 s */
	unsigned at_once;            /* devices; 0: 64 */
	unsigned wake_tries;         /* while the ME wakes; 0: 3 */
	/* Only these classes over WS-MAN; 0: all. Bit n is enum amt_dev_class n. */
	uint64_t classes;
	const struct amt_progress *progress;
	/* Target so-and-so is through: all that will be known of it is. Not called for those that
	 * were not through when the run was stopped. May be NULL. */
	void (*each)(void *arg, size_t target);
	void *each_arg;
};
struct amt_device_target {
	const char *host; /* name or address; the name is what certificates and SPNs are held to */
	const char *connect_to;    /* address to use instead; may be NULL */
	struct amt_device *device; /* filled; initialised by the collector */
	unsigned port_offset;      /* added to every port: a simulator without privilege; else 0 */
	size_t user;               /* of who feeds them; amt_device_collect() uses it itself */
};
/*
 * Asks all targets, many at once, each one thing at a time, and runs the loop until all
 * are through. False only when the run was stopped; what was read stays.
 */
bool amt_device_collect(struct amt_loop *loop, const struct amt_device_target *targets, size_t n,
			const struct amt_device_options *o);

/*
 * The same for devices without number: a window of them slides over what next() hands out, so one
 * that hangs holds its own place only, and what is in memory does not depend on how many there are.
 */
struct amt_device_feed {
	/* Fills t, whose device stays until through(); false: there are no more. */
	bool (*next)(void *arg, struct amt_device_target *t);
	/* All that will be known of it is; of one that the stop met, what was read so far. In the
	 * order in which they finish. */
	void (*through)(void *arg, const struct amt_device_target *t);
	void (*done)(void *arg); /* after the last one; may be NULL */
	void *arg;
	size_t window; /* devices in memory at a time; 0: 1024 */
};
struct amt_device_sweep;
/* Starts; at work while the loop runs. Everything in o and feed is copied, strings are not. */
struct amt_device_sweep *amt_device_sweep_start(struct amt_loop *loop,
						const struct amt_device_options *o,
						const struct amt_device_feed *feed);
/* No more of them: those under way end after the step they are in. */
void amt_device_sweep_cancel(struct amt_device_sweep *s);
/* After the loop has run, or was stopped. NULL is allowed. */
void amt_device_sweep_free(struct amt_device_sweep *s);

/* ---- judging ---- */

/* What the site says should be there. All of it may be missing. */
struct amt_device_expect {
	const char *fqdn;               /* DNS, inventory */
	const char *uuid;               /* "55e3ae13-..." from log or inventory */
	const char *suffix;             /* of the provisioning certificate's name */
	struct amt_strlist root_hashes; /* hex, of the provisioning root, by each algorithm */
	const char *realm;              /* Kerberos realm */
	int64_t key_version;            /* msDS-KeyVersionNumber; 0: not known */
	struct amt_strlist sids;        /* the operator and all his groups */
	/* Names of SIDs, for people: "S-1-5-21-...-1105" and "Helpdesk", two by two. */
	struct amt_strlist sid_names;
	bool redirection;   /* SOL and IDER are wanted */
	bool webui;         /* the WebUI is wanted */
	bool unprovisioned; /* the device is expected to be un-provisioned */
};
/* Pure. expect may be NULL. */
void amt_device_judge(const struct amt_device *d, const struct amt_device_expect *expect,
		      const struct amt_context *ctx, struct amt_findings *fs);

/* A power package by its GUID, 32 hex digits in the order of the wire. NULL: not known. */
struct amt_power_package {
	const char *guid, *name;
	enum amt_tri meets; /* MAYBE: meets the guide, but with a reservation */
	const char *reservation;
};
const struct amt_power_package *amt_power_package_find(const char *guid);
const char *amt_realm_name(int64_t realm); /* "Redirection"; "?" */

#endif
