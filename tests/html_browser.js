/*
 * html_browser.js FOLDER KIND FILE...: reports in a headless Chromium; prints TAP-like lines "ok what"
 * or "not ok what". FOLDER holds playwright-core and axe-core; KIND is "stage", "fleet" or "any".
 * With SHOTS=folder it leaves screenshots there, for people.
 */
'use strict';
const path = require('path');
const [folder, kind, ...files] = process.argv.slice(2);
const {chromium} = require(path.join(folder, 'playwright/package'));
const axe = path.join(folder, 'axe/package/axe.min.js');
const shots = process.env.SHOTS;
const desktop = {width: 1280, height: 900};
let browser;

function report(good, what, more) {
	console.log(`${good ? 'ok' : 'not ok'} ${what}`);
	if (!good && more !== undefined) console.log('# ' + JSON.stringify(more).slice(0, 1500));
}

/* A page, and all that it should not do. */
async function open(file, options) {
	const context = await browser.newContext({viewport: desktop, ...options});
	const page = await context.newPage(), trouble = [];
	page.on('console', m => { if (m.type() === 'error' || m.type() === 'warning') trouble.push(m.text()); });
	page.on('pageerror', e => trouble.push(e.message));
	page.on('dialog', d => { trouble.push('dialog ' + d.message()); d.dismiss(); });
	page.on('request', r => { if (r.url() !== 'file://' + file) trouble.push('request ' + r.url()); });
	await page.goto('file://' + file);
	return {context, page, trouble};
}

async function widths(name, file) {
	for (const width of [320, 360, 768]) {
		const {context, page} = await open(file, {viewport: {width, height: 740}});
		const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
		report(over <= 0, `${name}: ${width} px wide, the page does not scroll sideways`, over);
		if (shots && width === 360) await page.screenshot({path: `${shots}/${name}-phone.png`, fullPage: true, clip: {x: 0, y: 0, width, height: 2400}});
		await context.close();
	}
}

async function colours(name, file) {
	const seen = {};
	for (const colorScheme of ['light', 'dark']) {
		const {context, page} = await open(file, {colorScheme});
		if (shots) await page.screenshot({path: `${shots}/${name}-${colorScheme}.png`, fullPage: true, clip: {x: 0, y: 0, width: 1280, height: 4000}});
		await page.evaluate(() => document.querySelectorAll('details').forEach(d => { d.open = true; }));
		seen[colorScheme] = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
		await page.evaluate(require('fs').readFileSync(axe, 'utf8'));
		const found = await page.evaluate(() => axe.run(document, {resultTypes: ['violations'],
			runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}));
		const bad = found.violations.map(v => [v.id, v.nodes.length, v.nodes[0].html.slice(0, 160), v.nodes[0].failureSummary]);
		report(bad.length === 0, `${name}, ${colorScheme}: axe finds nothing, contrast included`, bad);
		await context.close();
	}
	report(seen.light !== seen.dark, `${name}: dark is another page than light`, seen);
}

async function without_script(name, file) {
	const {context, page} = await open(file, {javaScriptEnabled: false});
	const buttons = await page.locator('form:visible, th button').count();
	report(buttons === 0, `${name}: without script no control that does nothing`, buttons);
	const rows = await page.locator('tbody tr').count();
	const hidden = await page.locator('tbody tr[hidden]').count();
	report(hidden === 0, `${name}: without script every row is shown`, [rows, hidden]);
	const fold = page.locator('details:not([open]) > summary').first();
	if (await fold.count()) {
		const summary = await fold.elementHandle();
		await summary.focus();
		await page.keyboard.press('Enter');
		report(await summary.evaluate(s => s.parentElement.open), `${name}: without script folds open by keyboard`);
	}
	await context.close();
}

/* The sequence a table's column is in, as a person would call it sorted. */
const column = (table, at) => table.evaluate((t, i) => [...t.tBodies[0].rows].map(r => r.cells[i].textContent.trim()), at);
const rank = {fail: 0, unknown: 1, skipped: 2, warn: 3, pending: 4, pass: 5, na: 6};
function sorted(list, right) {
	const number = s => { const n = parseFloat(s.replace(/[^0-9.eE+-]/g, '')); return isNaN(n) ? -Infinity : n; };
	const c = new Intl.Collator('en', {numeric: true, sensitivity: 'base'});
	return list.every((b, i) => {
		if (!i) return true;
		const a = list[i - 1];
		if (a in rank && b in rank) return rank[a] <= rank[b];
		return right ? number(a) <= number(b) : c.compare(a, b) <= 0;
	});
}

async function sorting(name, file) {
	const {context, page, trouble} = await open(file);
	const tables = page.locator('table.sort');
	let columns = 0;
	const bad = [];
	for (let t = 0; t < Math.min(await tables.count(), 12); t++) {
		const table = tables.nth(t), heads = table.locator('thead th');
		await table.evaluate(e => { for (let x = e; x; x = x.parentElement) if (x.tagName === 'DETAILS') x.open = true; });
		for (let at = 0; at < await heads.count(); at++) {
			const head = heads.nth(at), right = await head.evaluate(e => e.classList.contains('r'));
			const before = (await column(table, at)).length;
			await head.locator('button').click();
			const up = await column(table, at), dir = await head.getAttribute('aria-sort');
			await head.locator('button').click();
			const down = await column(table, at), back = await head.getAttribute('aria-sort');
			columns++;
			if (!sorted(up, right) || !sorted(down.slice().reverse(), right) || up.length !== before || dir !== 'ascending' ||
				back !== 'descending' || await table.locator('th[aria-sort]').count() !== 1)
				bad.push([t, at, dir, back, up.slice(0, 5)]);
		}
	}
	report(columns > 0 && !bad.length, `${name}: each of ${columns} columns sorts up and down, and says so`, bad);
	report(!trouble.length, `${name}: nothing is fetched, no error in the console`, trouble);
	await context.close();
}

async function injection(name, file) {
	const {context, page} = await open(file);
	const odd = await page.evaluate(() => ({
		scripts: document.scripts.length,
		foreign: document.querySelectorAll('img, iframe, object, embed, link, base, audio, video, style ~ style, math').length,
		handlers: [...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a => /^on|^style$/.test(a.name))).length,
		links: [...document.querySelectorAll('[href], [src]')].filter(e => !(e.getAttribute('href') || '').startsWith('#')).length,
	}));
	report(odd.scripts === 1 && !odd.foreign && !odd.handlers && !odd.links, `${name}: nothing from outside became markup`, odd);
	await context.close();
}

async function print(name, file) {
	const {context, page} = await open(file, {colorScheme: 'dark'});
	await page.emulateMedia({media: 'print', colorScheme: 'dark'});
	const paper = await page.evaluate(() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('nav')).display]);
	report(paper[0] === 'rgb(255, 255, 255)' && paper[1] === 'none', `${name}: paper is white, without navigation, even when dark`, paper);
	const closed = await page.locator('details:not([open])').count();
	const pdf = await page.pdf({format: 'A4', path: shots ? `${shots}/${name}.pdf` : undefined});
	report(pdf.length > 10000, `${name}: it prints`, pdf.length);
	report(await page.locator('details:not([open])').count() === closed, `${name}: after printing, what was folded is folded`);
	await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
	report(await page.locator('details:not([open])').count() === 0, `${name}: for printing everything is unfolded`);
	await context.close();
}

/* The keyboard alone, on the walk of a site. */
async function keyboard(name, file) {
	const {context, page} = await open(file);
	const focus = () => page.evaluate(() => { const e = document.activeElement; return (e.textContent || e.name || e.type || '').trim().slice(0, 40); });
	await page.keyboard.press('Tab');
	report((await focus()).startsWith('Skip to'), `${name}: the first stop skips to the findings`, await focus());
	const status = page.locator('form[data-of=matrix] [role=status]');
	let stops = 0;
	while (stops++ < 60 && !await page.evaluate(() => document.activeElement.closest('form[data-of=matrix]') !== null))
		await page.keyboard.press('Tab');
	await page.keyboard.type('pc04');
	await status.filter({hasText: '1 of'}).waitFor({timeout: 5000}).catch(() => {});
	report(await page.locator('#matrix tbody tr:visible').count() === 1, `${name}: typing a name leaves its row`, await status.textContent());
	const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
	report(ring !== 'none', `${name}: the focus is to be seen`, ring);
	await page.keyboard.press('Escape');
	const all = await page.locator('#matrix tbody tr').count();
	report(await page.locator('#matrix tbody tr:visible').count() === all, `${name}: Escape brings all rows back`);
	await page.keyboard.press('Tab');
	await page.keyboard.press('Tab'); // the verdict
	await page.keyboard.type('fail');
	await page.waitForTimeout(150);
	const failing = await page.locator('#matrix tbody tr').evaluateAll(rows => rows.filter(r => [...r.cells].some(c => c.textContent === 'fail')).length);
	report(await page.locator('#matrix tbody tr:visible').count() === failing && failing > 0 && failing < all,
		`${name}: a verdict chosen by keyboard leaves the clients that have it`, [failing, all]);
	report(new RegExp(`^${failing} of ${all} `).test(await status.textContent()), `${name}: and the live region tells how many`, await status.textContent());
	await page.locator('form[data-of=matrix] [name=stage]').selectOption('2');
	const second = await page.locator('#matrix tbody tr').evaluateAll(rows => rows.filter(r => r.cells[2].textContent === 'fail').length);
	report(await page.locator('#matrix tbody tr:visible').count() === second && second !== failing, `${name}: a stage and a verdict together`, second);
	await page.locator('form[data-of=matrix] button[type=reset]').press('Enter');
	await page.waitForTimeout(50);
	await page.locator('#matrix th button').first().focus();
	await page.keyboard.press('Space');
	report(await page.locator('#matrix th').first().getAttribute('aria-sort') === 'ascending', `${name}: a heading sorts by keyboard`);
	const link = page.locator('#matrix tbody a').last();
	const to = (await link.getAttribute('href')).slice(1);
	await link.focus();
	await page.keyboard.press('Enter');
	await page.waitForTimeout(50);
	report(await page.evaluate(id => document.getElementById(id).open && document.activeElement.tagName === 'SUMMARY', to), `${name}: a name leads to its timeline and unfolds it`);
	await context.close();
}

async function findings(name, file) {
	const {context, page} = await open(file);
	const form = page.locator('form[data-of=folds]'), folds = page.locator('#folds > details');
	const all = await folds.count();
	for (const box of await form.locator('[type=checkbox]').all())
		if (await box.getAttribute('value') !== 'fail') await box.uncheck();
	const wrong = await page.locator('#folds > details:visible').evaluateAll(l => l.filter(d => !d.matches('[data-v=fail]') && !d.querySelector('[data-v=fail]')).length);
	const left = await page.locator('#folds > details:visible').count();
	report(wrong === 0 && left > 0 && left < all, `${name}: findings by verdict`, [wrong, left, all]);
	await form.locator('button[type=reset]').click();
	await form.locator('[type=search]').fill('S3.C08');
	await page.waitForTimeout(200);
	const hits = await page.locator('#folds > details:visible').allTextContents();
	report(hits.length > 0 && hits.length < all && hits.every(t => t.includes('S3.C08')), `${name}: findings by words`, hits.length);
	await form.locator('button[type=reset]').click();
	await form.locator('[data-fold=close]').click();
	report(await page.locator('#folds details[open]').count() === 0, `${name}: all folds closed`);
	await form.locator('[data-fold=open]').click();
	report(await page.locator('#folds details:not([open])').count() === 0, `${name}: and opened`);
	await context.close();
}

async function timelines(name, file) {
	const {context, page} = await open(file);
	const odd = await page.evaluate(() => [...document.querySelectorAll('details.tl')].map(d => {
		d.querySelectorAll('details').forEach(x => { x.open = true; });
		const svg = d.querySelector('svg'), marks = svg.querySelectorAll('.m').length, rows = d.querySelectorAll('tbody tr').length;
		const named = svg.getAttribute('aria-labelledby').split(' ').every(id => svg.querySelector('#' + id).textContent);
		const box = svg.viewBox.baseVal, inside = [...svg.querySelectorAll('.m')].every(m => { const b = m.getBBox(); return b.x >= 0 && b.x + b.width <= box.width && b.y >= 0 && b.y + b.height <= box.height; });
		return {marks, rows, named, inside, lanes: [...svg.querySelectorAll('.lane')].length};
	}));
	report(odd.length > 0 && odd.every(t => t.marks > 0 && t.marks === t.rows && t.named && t.inside), `${name}: each timeline has a title, a description, and a table of the same events`, odd);
	report(odd.some(t => t.lanes === 5), `${name}: capture, log, DNS, AD and device stand under each other`, odd.map(t => t.lanes));
	await context.close();
}

async function fleet(name, file) {
	const {context, page, trouble} = await open(file);
	const status = page.locator('form[data-of=matrix] [role=status]'), rows = page.locator('#matrix tbody tr:visible');
	report(await rows.count() === 500 && /first 500/.test(await status.textContent()), `${name}: 500 rows are drawn, and it says so`, await status.textContent());
	await page.locator('#matrix th button').first().click();
	const up = await column(page.locator('#matrix'), 0);
	report(up.length > 10000 && sorted(up, false) && await rows.count() === 500, `${name}: ten thousand rows sort`, up.length);
	await page.locator('form[data-of=matrix] [type=search]').fill('x0999');
	await status.filter({hasText: ' of '}).waitFor({timeout: 20000}).catch(() => {});
	report(await rows.count() === 10, `${name}: and filter`, await status.textContent());
	report(await page.locator('details.tl').count() <= 100, `${name}: not more than 100 timelines`);
	report(!trouble.length, `${name}: nothing is fetched, no error in the console`, trouble);
	await context.close();
}

(async () => {
	browser = await chromium.launch({executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage']});
	for (const file of files) {
		const name = path.basename(file, '.html');
		if (kind === 'fleet') {
			await fleet(name, file);
			continue;
		}
		for (const check of [widths, colours, without_script, sorting, injection, print])
			await check(name, file);
		if (kind === 'stage')
			for (const check of [keyboard, findings, timelines])
				await check(name, file);
	}
	await browser.close();
})().catch(e => { console.log('not ok the browser: ' + String(e).split('\n')[0]); process.exit(1); });
