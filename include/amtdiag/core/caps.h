/*
 * The memory budget of the program in one page: the cap of every buffer and
 * list that outside bytes can make grow. A room adds its own lines here.
 */
#ifndef AMTDIAG_CORE_CAPS_H
#define AMTDIAG_CORE_CAPS_H

#include <stddef.h>

#define AMT_KIB ((size_t)1024)
#define AMT_MIB (1024 * AMT_KIB)

#define AMT_CAP_REPORT      (512 * AMT_MIB) /* a report before it is written */
#define AMT_CAP_JSON_IN     (256 * AMT_MIB) /* a document given to --replay */
#define AMT_CAP_INI         (1 * AMT_MIB)   /* a site profile or an answers file */
#define AMT_CAP_CSV_FIELD   (64 * AMT_KIB)  /* one field of an inventory */
#define AMT_CAP_LINE        (1 * AMT_MIB)   /* one line of a text input */
#define AMT_CAP_READ        (256 * AMT_KIB) /* the reading buffer of one-pass work */
#define AMT_CAP_HTTP_HEADER (64 * AMT_KIB)  /* all header lines of one HTTP exchange */
#define AMT_CAP_HTTP_BODY   (4 * AMT_MIB) /* one HTTP answer, unless the caller says less or more */

#define AMT_CAP_HELLO_STREAM                                                                       \
	(72 * AMT_KIB) /* one direction of a connection, unread (longest hello: 65,560) */
#define AMT_CAP_HELLO_BUFFERS (32 * AMT_MIB) /* all of those together */
/* Facts: common/hello/budget.c, under --max-memory. */
#define AMT_CAP_HELLO_WEAK   4096u /* connections kept that carried nothing and were given up */
#define AMT_CAP_HELLO_LEASES 4096u /* DHCP clients followed at a time */

#define AMT_CAP_PKI_STRING  (64 * AMT_KIB)  /* one string of a certificate */
#define AMT_CAP_PKI_FILE    (64 * AMT_MIB)  /* one file of certificates, keys or CRLs */
#define AMT_CAP_PKI_CRL     (32 * AMT_MIB)  /* one CRL that is fetched */
#define AMT_CAP_PKI_ANSWER  (1 * AMT_MIB)   /* one issuer certificate or OCSP answer */
#define AMT_CAP_PKI_FETCHES ((size_t)512)   /* places that one run asks */
#define AMT_CAP_PKI_CERTS   ((size_t)20000) /* distinct certificates of one run */

/* device */
#define AMT_CAP_DEVICE_RECORDS ((size_t)1000)    /* of one class of one device */
#define AMT_CAP_DEVICE_NOTES   ((size_t)200)     /* of one device */
#define AMT_CAP_DEVICE_XML     (1 * AMT_MIB)     /* one WS-MAN reply */
#define AMT_CAP_DEVICE_EXPORT  (64 * AMT_MIB)    /* one export of another program */
#define AMT_CAP_EXPORTS_FILE   (128 * AMT_MIB)   /* one export of a Windows server, as UTF-8 */
#define AMT_CAP_EXPORTS_FACTS  ((size_t)2000000) /* facts out of all of them */
#define AMT_CAP_EXPORTS_VALUE  ((size_t)8192)    /* one field of such a fact; longer ones are cut */

/* directory */
#define AMT_CAP_LDAP_MESSAGE                                                                       \
	(64 * AMT_MIB) /* one message of a server; AD sends 1,500 values in it */
#define AMT_CAP_LDAP_FACTS  (512 * AMT_MIB) /* all answers of one run: 250,000 accounts */
#define AMT_CAP_LDAP_SEARCH (64 * AMT_MIB)  /* one search that is not for all users or groups */
#define AMT_CAP_LDAP_SERVERS                                                                       \
	((size_t)64) /* domain controllers or domains asked beside the first                       \
		      */

#endif
