(function () {
	'use strict';
	var LIMIT = 500, d = document, rank = {fail: 0, unknown: 1, skipped: 2, warn: 3, pending: 4, pass: 5, na: 6};
	var collator = new Intl.Collator('en', {numeric: true, sensitivity: 'base'});
	function all(selector, root) { return Array.prototype.slice.call((root || d).querySelectorAll(selector)); }
	function verdict(e) {
		var v = e && (e.classList.contains('v') ? e : e.querySelector('.v'));
		return v ? v.textContent.trim() : '';
	}
	function count(n) { return String(n).replace(/\B(?=(\d{3})+$)/g, '\u202f'); }
	function later(f) {
		var timer;
		return function () { clearTimeout(timer); timer = setTimeout(f, 80); };
	}

	/* Sorting: a button in each heading; keys are read once a click, rows move once. */
	function key(cell, right) {
		var v = verdict(cell), text = cell ? cell.textContent.trim() : '';
		if (v in rank) return rank[v];
		if (!right) return text;
		var n = parseFloat(text.replace(/[^0-9.eE+-]/g, ''));
		return isNaN(n) ? -Infinity : n;
	}
	function sort(table, th, at) {
		var down = th.getAttribute('aria-sort') === 'ascending', sign = down ? -1 : 1;
		var right = th.classList.contains('r'), body = table.tBodies[0];
		var rows = Array.prototype.map.call(body.rows, function (r, i) { return {r: r, k: key(r.cells[at], right), i: i}; });
		rows.sort(function (a, b) {
			var c = typeof a.k === 'number' && typeof b.k === 'number' ? (a.k < b.k ? -1 : a.k > b.k ? 1 : 0)
				: collator.compare(String(a.k), String(b.k));
			return c ? sign * c : a.i - b.i;
		});
		all('th[aria-sort]', table).forEach(function (h) { h.removeAttribute('aria-sort'); });
		th.setAttribute('aria-sort', down ? 'descending' : 'ascending');
		var all_rows = d.createDocumentFragment();
		rows.forEach(function (x) { all_rows.appendChild(x.r); });
		body.appendChild(all_rows);
		table.dispatchEvent(new Event('sorted'));
	}
	all('table.sort').forEach(function (table) {
		Array.prototype.forEach.call(table.tHead.rows[0].cells, function (th, at) {
			var b = d.createElement('button');
			b.type = 'button';
			b.className = 'by';
			b.title = 'sort by ' + (th.title || th.textContent);
			while (th.firstChild) b.appendChild(th.firstChild);
			th.appendChild(b);
			b.addEventListener('click', function () { sort(table, th, at); });
		});
	});

	/* Filtering. A form names what it filters: rows of a table, or findings. */
	function entries(what) {
		if (what.tagName === 'TABLE')
			return Array.prototype.map.call(what.tBodies[0].rows, function (r) {
				var cells = Array.prototype.slice.call(r.cells);
				return {e: r, text: cells.map(function (c) { return c.textContent; }).join(' ').toLowerCase(), v: cells.map(verdict)};
			});
		return all('details.f', what).filter(function (e) {
			return !e.parentElement.closest('details.f');
		}).map(function (e) {
			var v = {};
			[e].concat(all('details.f', e)).forEach(function (x) { v[x.dataset.v] = true; });
			return {e: e, text: e.textContent.toLowerCase(), v: Object.keys(v)};
		});
	}
	all('form.filter').forEach(function (form) {
		var what = d.getElementById(form.dataset.of), list = null;
		var text = form.querySelector('[type=search]'), stage = form.querySelector('[name=stage]');
		var wanted = form.querySelector('[name=verdict]'), boxes = all('[type=checkbox]', form);
		var told = form.querySelector('[role=status]'), more = form.querySelector('[name=more]'), limit = LIMIT;
		if (!what) return;
		function fits(x, words, v, at, shown) {
			if (!words.every(function (w) { return x.text.indexOf(w) >= 0; })) return false;
			if (shown && !x.v.some(function (y) { return shown[y]; })) return false;
			return !v || (at ? x.v[at] === v : x.v.indexOf(v) >= 0);
		}
		function apply() {
			list = list || entries(what);
			var words = (text ? text.value : '').toLowerCase().split(/\s+/).filter(Boolean);
			var shown = boxes.length ? {} : null, n = 0, drawn = 0;
			boxes.forEach(function (b) { if (b.checked) shown[b.value] = true; });
			list.forEach(function (x) {
				var good = fits(x, words, wanted ? wanted.value : '', stage ? +stage.value : 0, shown);
				var see = good && drawn < limit;
				if (x.e.hidden === see) x.e.hidden = !see;
				n += good;
				drawn += see;
			});
			told.textContent = (n === list.length ? 'all ' + count(n) : count(n) + ' of ' + count(list.length)) +
				(drawn < n ? ' match, the first ' + count(drawn) + ' shown' : ' shown');
			if (more) more.hidden = drawn === n;
		}
		/* A browser takes seconds to lay out a table of thousands of rows. */
		if (what.tagName === 'TABLE') {
			what.addEventListener('sorted', function () {
				list = null;
				if (what.tBodies[0].rows.length > LIMIT) apply();
			});
			if (what.tBodies[0].rows.length > LIMIT) apply();
			addEventListener('beforeprint', function () { limit = Infinity; if (list) apply(); });
			addEventListener('afterprint', function () { limit = LIMIT; if (list) apply(); });
		}
		if (more) more.addEventListener('click', function () { limit = Infinity; apply(); });
		form.hidden = false;
		form.addEventListener('submit', function (e) { e.preventDefault(); apply(); });
		form.addEventListener('input', later(apply));
		form.addEventListener('change', apply);
		form.addEventListener('reset', function () { setTimeout(apply); });
		form.addEventListener('keydown', function (e) {
			if (e.key === 'Escape' && e.target === text && text.value) { text.value = ''; apply(); e.preventDefault(); }
		});
		all('[data-fold]', form).forEach(function (b) {
			b.addEventListener('click', function () {
				all('details', what).forEach(function (x) { x.open = b.dataset.fold === 'open'; });
			});
		});
	});

	/* A link to something folded opens it. */
	function reveal() {
		var e = location.hash.length > 1 && d.getElementById(decodeURIComponent(location.hash.slice(1)));
		for (var x = e; x; x = x.parentElement) if (x.tagName === 'DETAILS') x.open = true;
		if (e && e.tagName === 'DETAILS') { e.scrollIntoView(); e.querySelector('summary').focus({preventScroll: true}); }
	}
	addEventListener('hashchange', reveal);
	reveal();

	/* Paper can't unfold. */
	var closed = [];
	addEventListener('beforeprint', function () {
		closed = all('details:not([open])');
		closed.forEach(function (x) { x.open = true; });
	});
	addEventListener('afterprint', function () { closed.forEach(function (x) { x.open = false; }); });
})();
