/*
 * A cursor over bytes from outside that cannot read past their end. Reading
 * too far gives zeros, moves to the end and sets short_, which stays set: read a
 * whole structure, then test once.
 */
#ifndef AMTDIAG_CORE_RD_H
#define AMTDIAG_CORE_RD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct amt_rd {
	const uint8_t *p, *end, *start;
	bool short_;
};

static inline struct amt_rd amt_rd_init(const void *p, size_t n)
{
	const uint8_t *b = p;
	return (struct amt_rd){b, b ? b + n : b, b, false};
}

static inline size_t amt_rd_left(const struct amt_rd *r)
{
	return (size_t)(r->end - r->p);
}
static inline size_t amt_rd_at(const struct amt_rd *r)
{
	return (size_t)(r->p - r->start);
}

/* n bytes, or NULL (and short_) when fewer are left. */
static inline const uint8_t *amt_rd_bytes(struct amt_rd *r, size_t n)
{
	if (amt_rd_left(r) < n) {
		r->short_ = true;
		r->p = r->end;
		return NULL;
	}
	const uint8_t *p = r->p;
	if (n)
		r->p += n;
	return p;
}

static inline void amt_rd_skip(struct amt_rd *r, size_t n)
{
	(void)amt_rd_bytes(r, n);
}

/* A cursor over the next n bytes, which are skipped here; empty and short when too few. */
static inline struct amt_rd amt_rd_sub(struct amt_rd *r, size_t n)
{
	const uint8_t *p = amt_rd_bytes(r, n);
	struct amt_rd s = amt_rd_init(p, p ? n : 0);
	s.short_ = p == NULL;
	return s;
}

static inline uint64_t amt_rd_be(struct amt_rd *r, size_t n)
{
	const uint8_t *p = amt_rd_bytes(r, n);
	uint64_t v = 0;
	for (size_t i = 0; p && i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static inline uint64_t amt_rd_le(struct amt_rd *r, size_t n)
{
	const uint8_t *p = amt_rd_bytes(r, n);
	uint64_t v = 0;
	for (size_t i = n; p && i > 0; i--)
		v = v << 8 | p[i - 1];
	return v;
}

static inline uint8_t amt_rd_u8(struct amt_rd *r)
{
	const uint8_t *p = amt_rd_bytes(r, 1);

	return p ? *p : 0;
}
static inline uint16_t amt_rd_be16(struct amt_rd *r)
{
	return (uint16_t)amt_rd_be(r, 2);
}
static inline uint32_t amt_rd_be32(struct amt_rd *r)
{
	return (uint32_t)amt_rd_be(r, 4);
}
static inline uint64_t amt_rd_be64(struct amt_rd *r)
{
	return amt_rd_be(r, 8);
}
static inline uint16_t amt_rd_le16(struct amt_rd *r)
{
	return (uint16_t)amt_rd_le(r, 2);
}
static inline uint32_t amt_rd_le32(struct amt_rd *r)
{
	return (uint32_t)amt_rd_le(r, 4);
}
static inline uint64_t amt_rd_le64(struct amt_rd *r)
{
	return amt_rd_le(r, 8);
}

#endif
