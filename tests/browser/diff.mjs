// diff.mjs - opens the page of `cogsim diff` in a real browser: looks at it light, dark and narrow, follows a link, and lets
// axe-core look.
//
//   COGSIM=build/cogsim node tests/browser/diff.mjs [SCREENSHOTS]
//
// CHROMIUM names the browser. Exits 1 at the first thing that is not right.

import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {chromium} from 'playwright-core';

const tree = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const program = resolve(process.env.COGSIM || join(tree, 'build/cogsim'));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'cogsim-browser-'));
const shots = process.argv[2] === undefined ? folder : resolve(process.argv[2]);
mkdirSync(shots, {recursive: true});

const looks = [
    {name: 'light', colorScheme: 'light', viewport: {width: 1300, height: 860}},
    {name: 'dark', colorScheme: 'dark', viewport: {width: 1300, height: 860}},
    {name: 'narrow', colorScheme: 'light', viewport: {width: 420, height: 860}},
];

function check(holds, what) {
    if (!holds) throw new Error(what);
}

function cogsim(...words) {
    const result = spawnSync(program, words, {encoding: 'utf8'});
    check(result.status === 1, words.join(' ') + ': exit code ' + result.status + '\n' + result.stderr);
}

const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync'],
});

async function lookAt(path, name) {
    for (const look of looks) {
        const context = await browser.newContext(look);
        const page = await context.newPage();
        const complaints = [];
        page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
        page.on('request', (request) => request.url().startsWith('file:') || complaints.push(request.url()));
        page.on('dialog', (dialog) => complaints.push('a dialog: ' + dialog.message()));
        await page.goto('file://' + path);
        await page.screenshot({path: join(shots, 'diff-' + name + '-' + look.name + '.png'), fullPage: true});
        check(await page.locator('tr.first').count() === 1, name + ': not one first difference');
        check(await page.locator('script, img, iframe').count() === 0, name + ': foreign markup');
        const target = await page.locator('.run a').first().getAttribute('href');
        check(await page.locator(target).count() === 1, name + ': ' + target + ' leads nowhere');
        await page.locator('.run a').first().click();
        check(await page.locator(target).evaluate((row) => row.getBoundingClientRect().top < window.innerHeight),
            name + ': the first difference does not come into view');
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        check(wide <= 0, name + ', ' + look.name + ': the page is ' + wide + ' pixels too wide');
        await page.evaluate(axe);
        const result = await page.evaluate(() => window.axe.run());
        check(result.violations.length === 0, name + ', ' + look.name + ': '
            + JSON.stringify(result.violations.map((it) => [it.id, it.nodes.map((node) => node.html)]), null, 1));
        check(complaints.length === 0, name + ': the page complains: ' + complaints.join('\n'));
        await context.close();
    }
}

// What a scenario logs is text, whatever it looks like.
async function inject() {
    const text = '</td></table><script>alert(1)</script><img src=x onerror=alert(1)>';
    const [one, other] = ['one', 'other'].map((word) => {
        const path = join(folder, word + '.scn');
        writeFileSync(path, 'scenario "' + text + '"\ncoro main\n    log "' + word + text + '"\n');
        return path;
    });
    cogsim('diff', one, other, '-o', join(folder, 'injected.html'));
    await lookAt(join(folder, 'injected.html'), 'injected');
}

try {
    for (const name of ['account', 'reorder', 'twostage']) {
        const source = join(tree, 'scenarios/sct', name + '.scn');
        cogsim('explore', '--out', join(folder, name), source);
        const page = readdirSync(join(folder, name)).find((file) => file.endsWith('.diff.html'));
        check(page !== undefined, name + ': exploring writes no page');
        await lookAt(join(folder, name, page), name);
        console.log('ok ' + name);
    }
    const [passing, failing] = ['protocols/leader_lease.scn', 'protocols/scatter_gather.scn']
        .map((name) => join(tree, 'scenarios', name));
    cogsim('diff', passing, failing, '-o', join(folder, 'others.html'));
    await lookAt(join(folder, 'others.html'), 'others');
    await inject();
    console.log('ok injection');
} catch (error) {
    console.error(error.stack);
    process.exitCode = 1;
} finally {
    await browser.close();
    rmSync(folder, {recursive: true, force: true});
}
