// diff.mjs - opens the page of `cogsim diff` in a real browser: looks at it light, dark and narrow, follows a link, and lets
// axe-core look.

import {readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {check, cogsim, folder, read, run, scenario} from './pages.mjs';

function lookAt(path, name) {
    return read(path, 'diff-' + name, async (page, where) => {
        check(await page.locator('tr.first').count() === 1, where + ': not one first difference');
        const target = await page.locator('.run a').first().getAttribute('href');
        check(await page.locator(target).count() === 1, where + ': ' + target + ' leads nowhere');
        await page.locator('.run a').first().click();
        check(await page.locator(target).evaluate((row) => row.getBoundingClientRect().top < window.innerHeight),
            where + ': the first difference does not come into view');
    });
}

// What a scenario logs is text, whatever it looks like.
async function inject() {
    const text = '</td></table><script>alert(1)</script><img src=x onerror=alert(1)>';
    const [one, other] = ['one', 'other'].map((word) => {
        const path = join(folder, word + '.scn');
        writeFileSync(path, 'scenario "' + text + '"\ncoro main\n    log "' + word + text + '"\n');
        return path;
    });
    cogsim(1, 'diff', one, other, '-o', join(folder, 'injected.html'));
    await lookAt(join(folder, 'injected.html'), 'injected');
}

await run(async () => {
    for (const name of ['account', 'reorder', 'twostage']) {
        cogsim(1, 'explore', '--out', join(folder, name), scenario('sct/' + name));
        const page = readdirSync(join(folder, name)).find((file) => file.endsWith('.diff.html'));
        check(page !== undefined, name + ': exploring writes no page');
        await lookAt(join(folder, name, page), name);
        console.log('ok ' + name);
    }
    cogsim(1, 'diff', scenario('protocols/leader_lease'), scenario('protocols/scatter_gather'), '-o', join(folder, 'others.html'));
    await lookAt(join(folder, 'others.html'), 'others');
    await inject();
    console.log('ok injection');
});
