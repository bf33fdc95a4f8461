/* The libraries at work in amt-stage, for --version and bundles. What is loaded late is not loaded
 * for it. */
#include "stage.h"

#include <ares.h>
#include <hs.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <uv.h>
#include <zlib.h>
#include <zstd.h>

void stage_libraries(struct amt_buf *out)
{
	amt_buf_printf(out, "%s\n", OpenSSL_version(OPENSSL_VERSION));
	amt_buf_printf(out, "c-ares %s\nlibuv %s\nhyperscan %s\nsqlite %s\nzlib %s\nzstd %s\n",
		       ares_version(NULL), uv_version_string(), hs_version(), sqlite3_libversion(),
		       zlibVersion(), ZSTD_versionString());
}
