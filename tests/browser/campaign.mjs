// campaign.mjs - opens the report of campaigns: one in which much fails and much does not, one in which everything holds, and
// one whose scenarios look like markup.

import {writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {check, cogsim, folder, read, run, scenario} from './pages.mjs';

// Explores, twice, and reports.
function campaign(name, fails, ...paths) {
    const page = join(folder, name + '.html');
    const store = join(folder, name + '.db');
    for (const seed of ['1', '2']) {
        cogsim(fails ? 1 : 0, 'explore', ...paths, '--budget', '2000', '--seed', seed, '--store', store, '--out', join(folder, name));
    }
    cogsim(0, 'report', store, '-o', page);
    return page;
}

function lookAt(name, fails, ...paths) {
    return read(campaign(name, fails, ...paths), 'campaign-' + name, async (page, where) => {
        const lines = page.locator('#scenarios + div tbody tr');
        check(await lines.count() > 0, where + ': there is no scenario');
        check(await page.locator('.failure').count() > 0 === fails, where + ': failures are not told as they should');
        for (const link of await page.locator('a').all()) {
            const target = await link.getAttribute('href');
            check(await page.locator(target).count() === 1, where + ': ' + target + ' leads nowhere');
        }
        await lines.last().locator('a').click();
        const target = page.locator(await lines.last().locator('a').getAttribute('href'));
        check(await target.evaluate((section) => section.getBoundingClientRect().top < window.innerHeight),
            where + ': a scenario does not come into view');
        for (const details of await page.locator('details').all()) {
            await details.evaluate((element) => element.setAttribute('open', ''));
        }
    });
}

await run(async () => {
    await lookAt('some', true, dirname(scenario('sct/account')), scenario('litmus/lost_update'), scenario('starvation/readers_first'));
    console.log('ok one with failures');
    await lookAt('fine', false, scenario('litmus/peterson'));
    console.log('ok one without');
    const evil = join(folder, 'evil.scn');
    writeFileSync(evil, 'scenario "</h3><script>alert(1)</script>"\nvar seen = "<img src=x onerror=alert(1)>"\n'
        + 'coro main\n    check seen == "</pre>"\n');
    await lookAt('evil', true, evil);
    console.log('ok injection');
});
