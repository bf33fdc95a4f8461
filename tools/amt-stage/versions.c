/* The libraries at work in amt-stage, for --version and bundles. What is loaded late is not loaded
 * for it. */
#include "stage.h"

#include <ares.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <uv.h>
#include <zlib.h>
#include <zstd.h>
#ifdef HAVE_LIBHS
#include <hs.h>
#endif

void stage_libraries(struct amt_buf *out)
{
	amt_buf_printf(out, "%s\n", OpenSSL_version(OPENSSL_VERSION));
	amt_buf_printf(out, "c-ares %s\nlibuv %s\n", ares_version(NULL), uv_version_string());
#ifdef HAVE_LIBHS
	amt_buf_printf(out, "hyperscan %s\n", hs_version());
#endif
	amt_buf_printf(out, "sqlite %s\nzlib %s\nzstd %s\n", sqlite3_libversion(), zlibVersion(),
		       ZSTD_versionString());
}
