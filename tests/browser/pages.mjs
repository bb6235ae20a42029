// pages.mjs - what the tests of pages share: the browser, pages that complain of nothing, and axe-core.
//
//   COGSIM=build/cogsim node tests/browser/NAME.mjs [SCREENSHOTS]
//
// CHROMIUM names the browser. A test exits 1 at the first thing that is not right.

import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {chromium} from 'playwright-core';

export const tree = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const folder = mkdtempSync(join(tmpdir(), 'cogsim-browser-'));
const program = resolve(process.env.COGSIM || join(tree, 'build/cogsim'));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const shots = process.argv[2] === undefined ? folder : resolve(process.argv[2]);
mkdirSync(shots, {recursive: true});

const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync'],
});

export function check(holds, what) {
    if (!holds) throw new Error(what);
}

// Runs the program, which must end with that exit code.
export function cogsim(code, ...words) {
    const result = spawnSync(program, words, {encoding: 'utf8'});
    check(result.status === code, words.join(' ') + ': exit code ' + result.status + '\n' + result.stderr);
    return result.stdout;
}

export const scenario = (name) => join(tree, 'scenarios', name + '.scn');

// A page that may neither complain nor fetch anything.
export async function open(path, options = {}) {
    const context = await browser.newContext({viewport: {width: 1400, height: 860}, ...options});
    const page = await context.newPage();
    page.complaints = [];
    page.on('console', (message) => message.type() === 'error' && page.complaints.push(message.text()));
    page.on('pageerror', (error) => page.complaints.push(String(error.stack)));
    page.on('request', (request) => request.url().startsWith('file:') || page.complaints.push(request.url()));
    page.on('dialog', (dialog) => page.complaints.push('a dialog: ' + dialog.message()));
    await page.goto('file://' + path);
    return page;
}

export async function close(page) {
    check(page.complaints.length === 0, 'the page complains: ' + page.complaints.join('\n'));
    await page.context().close();
}

export const shoot = (page, name, options = {}) => page.screenshot({path: join(shots, name + '.png'), ...options});

// The axe-core rules; a page keeps foreign scripts out, so they come through the browser's own door.
export async function inspect(page, where) {
    const session = await page.context().newCDPSession(page);
    await session.send('Page.setBypassCSP', {enabled: true});
    await page.evaluate(axe);
    const result = await page.evaluate(() => window.axe.run());
    const found = result.violations.map((each) => each.id + ': ' + each.help + ' ('
        + each.nodes.map((node) => node.target.join(' ') + ' ' + node.html).join(', ') + ')');
    check(found.length === 0, where + ': ' + found.join('; '));
}

const looks = [
    {name: 'light', colorScheme: 'light', viewport: {width: 1300, height: 860}},
    {name: 'dark', colorScheme: 'dark', viewport: {width: 1300, height: 860}},
    {name: 'narrow', colorScheme: 'light', viewport: {width: 420, height: 860}},
];

// A page that is read, in every look: no script, no foreign markup, nothing beyond its edge; `look` looks at the rest.
export async function read(path, name, look) {
    for (const options of looks) {
        const where = name + ', ' + options.name;
        const page = await open(path, options);
        await shoot(page, name + '-' + options.name, {fullPage: true});
        check(await page.locator('script, img, iframe').count() === 0, where + ': foreign markup');
        await look(page, where);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        check(wide <= 0, where + ': the page is ' + wide + ' pixels too wide');
        await inspect(page, where);
        await close(page);
    }
}

// Does the test, and tells how it went.
export async function run(test) {
    try {
        await test();
    } catch (error) {
        console.error(error.stack);
        process.exitCode = 1;
    } finally {
        await browser.close();
        rmSync(folder, {recursive: true, force: true});
    }
}
