/* The bytes of a log out of gzip and zstd. */
#include "input_state.h"

#include <stdlib.h>
#include <zstd_errors.h>

/* More raw bytes behind those that wait. */
long input_refill(struct trace_input *in, struct amt_error *err)
{
	if (!in->raw)
		in->raw = amt_malloc(in->raw_cap);
	if (in->raw_start) {
		memmove(in->raw, in->raw + in->raw_start, in->raw_end - in->raw_start);
		in->raw_end -= in->raw_start;
		in->raw_start = 0;
	}
	long got = input_pull(in, in->raw + in->raw_end, in->raw_cap - in->raw_end, err);
	if (got > 0)
		in->raw_end += (size_t)got;
	return got;
}

static long gunzip(struct trace_input *in, char *out, size_t n, struct amt_error *err)
{
	in->gz.next_out = (Bytef *)out;
	in->gz.avail_out = (uInt)(n > AMT_CAP_READ ? AMT_CAP_READ : n);
	for (;;) {
		if (in->raw_start == in->raw_end) {
			long got = input_refill(in, err);
			if (got < 0)
				return -1;
			if (!got) {
				if (in->ended || in->waits || (char *)in->gz.next_out > out)
					break;
				amt_fail(err, "%s ends in the middle of its gzip data", in->path);
				in->ended = true;
				return -1;
			}
		}
		in->gz.next_in = (Bytef *)(in->raw + in->raw_start);
		in->gz.avail_in = (uInt)(in->raw_end - in->raw_start);
		in->ended = false;
		int rc = inflate(&in->gz, Z_NO_FLUSH);
		in->raw_start = in->raw_end - in->gz.avail_in;
		if (rc == Z_STREAM_END) {
			/* Another member may follow; anything else is padding. */
			in->ended = true;
			inflateReset(&in->gz);
			while (in->raw_start < in->raw_end && !in->raw[in->raw_start])
				in->raw_start++;
		} else if (rc != Z_OK && rc != Z_BUF_ERROR) {
			if ((char *)in->gz.next_out > out)
				break;
			amt_fail(err, "%s holds damaged gzip data", in->path);
			return -1;
		}
		if (!in->gz.avail_out || (char *)in->gz.next_out > out)
			break;
	}
	return (long)((char *)in->gz.next_out - out);
}

static long unzstd(struct trace_input *in, char *out, size_t n, struct amt_error *err)
{
	ZSTD_outBuffer o = {out, n, 0};

	while (!o.pos) {
		if (in->raw_start == in->raw_end) {
			long got = input_refill(in, err);
			if (got < 0)
				return -1;
			if (!got && (in->ended || in->waits))
				return 0;
			if (!got) {
				amt_fail(err, "%s ends in the middle of its zstd data", in->path);
				in->ended = true;
				return -1;
			}
		}
		ZSTD_inBuffer i = {in->raw + in->raw_start, in->raw_end - in->raw_start, 0};
		size_t rc = ZSTD_decompressStream(in->zs, &o, &i);
		if (ZSTD_isError(rc)) {
			if (ZSTD_getErrorCode(rc) == ZSTD_error_frameParameter_windowTooLarge)
				amt_fail(
					err,
					"%s was packed with a window of more than 8 MiB: unpack it "
					"with zstd -d --long=31",
					in->path);
			else
				amt_fail(err, "%s holds damaged zstd data: %s", in->path,
					 ZSTD_getErrorName(rc));
			return -1;
		}
		in->raw_start += i.pos;
		in->ended = rc == 0;
	}
	return (long)o.pos;
}

long input_unpacked(struct trace_input *in, char *out, size_t n, struct amt_error *err)
{
	if (in->packing == GZIP)
		return gunzip(in, out, n, err);
	if (in->packing == ZSTD)
		return unzstd(in, out, n, err);
	if (in->raw_start < in->raw_end) { /* what was looked at */
		size_t take = in->raw_end - in->raw_start < n ? in->raw_end - in->raw_start : n;
		memcpy(out, in->raw + in->raw_start, take);
		in->raw_start += take;
		if (in->raw_start == in->raw_end) {
			free(in->raw);
			in->raw = NULL;
			in->raw_start = in->raw_end = 0;
		}
		return (long)take;
	}
	return input_pull(in, out, n, err);
}
