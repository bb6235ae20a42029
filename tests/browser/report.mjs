// report.mjs - opens reports in a real browser, as people do: looks, clicks, types, and lets axe-core look.

import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {check, close, cogsim, folder, inspect, run, scenario, shoot} from './pages.mjs';
import {hurry, openTimeline, selected, view} from './timeline.mjs';

const scenarios = [
    'weak/idle_and_overall', 'races/weak_refresh', 'protocols/failover', 'protocols/gossip', 'queues/full_and_empty',
    'sct/bluetooth', 'timeouts/timeout_tie', 'publish/fan_out', 'clocks/corrected', 'calls/chain',
];

function report(name, source) {
    const page = join(folder, name.replace('/', '.') + '.html');
    cogsim(0, 'report', source, '--alone', '-o', page);
    return page;
}

async function usePointer(page) {
    const box = await page.locator('#picture').boundingBox();
    const before = await view(page);
    await page.mouse.move(box.x + 600, box.y + 20);
    await page.mouse.wheel(0, -600);
    await page.waitForTimeout(50);
    check((await view(page)).scale > before.scale, 'the wheel does not zoom');
    const zoomed = await view(page);
    await page.mouse.move(box.x + 700, box.y + 200);
    await page.mouse.down();
    await page.mouse.move(box.x + 500, box.y + 200, {steps: 4});
    await page.mouse.up();
    check((await view(page)).from > zoomed.from, 'dragging does not move');
    await page.click('#fit');
    // A click on the first lane's beginning selects something of that lane.
    const place = await page.evaluate(() => {
        const {picture, model} = window.page;
        const lane = picture.rows.find((row) => row.lane !== undefined).lane;
        return {x: picture.x(picture.axis.place[lane.created]), y: picture.y(lane.index), event: lane.created};
    });
    await page.mouse.click(box.x + place.x, box.y + place.y);
    const lanes = await page.evaluate((event) => [window.page.model.laneOf(window.page.picture.selected),
        window.page.model.laneOf(event)], place.event);
    check(lanes[0] === lanes[1], 'a click selects another lane');
    check((await page.locator('#details h2').textContent()).length > 0, 'no details');
}

async function useKeys(page) {
    await page.keyboard.press('Home');
    check(await selected(page) === 1, 'Home is not the first event');
    await page.keyboard.press('.');
    await page.keyboard.press('.');
    check(await selected(page) === 3, 'the next event is not the next one');
    await page.keyboard.press(',');
    check(await selected(page) === 2, 'the event before is not the one before');
    await page.keyboard.press('>');
    check(await page.evaluate(() => window.page.trace.name(window.page.picture.selected)) === 'resume',
        'the next run is none');
    await page.keyboard.press('s');
    check(await page.locator('#state').isVisible(), 'the state is not shown');
    check((await page.locator('#state h2').textContent()).includes('Behind event'), 'no state');
    await page.keyboard.press('x');
    check(await page.locator('#source').isVisible(), 'the source is not shown');
    check(await page.locator('#source li').count() > 3, 'the source is empty');
    await page.locator('#source button.line').filter({hasText: /^ {4}\S/}).first().focus();
    await page.keyboard.press('d');
    const before = await view(page);
    await page.keyboard.press('+');
    check((await view(page)).scale > before.scale, '+ does not zoom');
    await page.keyboard.press('0');
    await page.keyboard.press('a');
    check((await page.locator('#axis').textContent()) === 'Axis: order', 'the axis stays');
    await page.keyboard.press('a');
    await page.keyboard.press('?');
    check(await page.locator('#keys').isVisible(), 'no help');
    await inspect(page, 'help');
    await page.keyboard.press('Escape');
    await page.keyboard.press('v');
    check(await page.locator('#table').isVisible(), 'no table');
    await page.locator('#table').focus();
    const row = await selected(page);
    await page.keyboard.press('ArrowDown');
    check(await selected(page) > row, 'the table does not go on');
    await inspect(page, 'table');
    await page.keyboard.press('v');
    // Everything that can be focused can be come to.
    const seen = new Set();
    for (let i = 0; i < 60; i++) {
        await page.keyboard.press('Tab');
        seen.add(await page.evaluate(() => document.activeElement.id));
    }
    for (const id of ['search', 'filter', 'axis', 'in', 'picture', 'tab-details', 'slider', 'next']) {
        check(seen.has(id), 'Tab does not come to ' + id);
    }
}

async function search(page) {
    await page.locator('#picture').focus();
    await page.keyboard.press('/');
    await page.keyboard.type('starts');
    check(/^[1-9]\d* found$/.test(await page.locator('#found').textContent()), 'nothing starts');
    await page.keyboard.press('Enter');
    const first = await selected(page);
    check(await page.evaluate(() => eventText(window.page.model, window.page.picture.selected)) === 'starts',
        'what was found is something else');
    await page.keyboard.press('Escape');
    await page.keyboard.press('n');
    check(await selected(page) !== first || (await page.locator('#found').textContent()) === '1 found',
        'there is no next one');
}

async function lookAt(name) {
    const path = report(name, scenario(name));
    const page = await openTimeline(path);
    await shoot(page, name.replace('/', '.'));
    await inspect(page, name);
    await usePointer(page);
    await useKeys(page);
    await search(page);
    // The address leads back to where one was.
    const event = await selected(page);
    const address = page.url();
    await page.goto('about:blank');
    await page.goto(address);
    await page.waitForFunction(() => window.page !== undefined);
    check(await selected(page) === event, 'the address leads elsewhere');
    await page.emulateMedia({media: 'print'});
    check(await page.locator('.tools').isHidden(), 'buttons are printed');
    await close(page);
    const dark = await openTimeline(path, {colorScheme: 'dark'});
    await inspect(dark, name + ', dark');
    await shoot(dark, name.replace('/', '.') + '.dark');
    await close(dark);
}

// What scenarios say stays text.
async function inject() {
    const evil = '</script><script>window.pwned=1</script><img src=x onerror=window.pwned=1><!--';
    const source = join(folder, 'evil.scn');
    writeFileSync(source, 'scenario "' + evil + '"\nvar seen = "' + evil + '"\ncoro one\n    log "' + evil
        + '"\n    set seen = "' + evil + evil + '"\n    check seen == "' + evil + '"\n');
    const page = await openTimeline(report('evil', source));
    for (const key of ['s', 'x', 'v', 'd', 'Home', '.', '.', '.', '.', '.', '.', '.', '.', '.', '.', '.']) {
        await page.keyboard.press(key);
    }
    check(await page.evaluate(() => window.pwned) === undefined, 'a scenario has run a script');
    check(await page.locator('img').count() === 0, 'a scenario has made an element');
    check((await page.title()).includes('</script>'), 'the title is another');
    check((await page.locator('#verdict').textContent()) === 'failed', 'the verdict is another');
    await close(page);
}

// A hundred thousand events: moving about does not stutter.
async function hurryThrough() {
    const source = join(folder, 'many.scn');
    writeFileSync(source, 'scenario "many"\nqueue q\ncoro putter times 4\n    repeat 2500\n        put q 1\n'
        + '        sleep 1ms\ncoro getter times 4\n    repeat 2500\n        get x from q\n        check x == 1\n');
    const page = await openTimeline(report('many', source));
    await hurry(page);
    await shoot(page, 'many');
    await close(page);
}

await run(async () => {
    for (const name of scenarios) {
        await lookAt(name);
        console.log('ok ' + name);
    }
    await inject();
    console.log('ok injection');
    await hurryThrough();
});
