// beside.mjs - opens pages with two runs above each other in a real browser: they open where the runs part, share zoom and
// axis, follow each other, and can be used with the pointer, with keys alone, and as a table.

import {appendFileSync, copyFileSync, readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {check, close, cogsim, folder, inspect, run, scenario, shoot} from './pages.mjs';
import {hurry, openTimeline, selected, view} from './timeline.mjs';

// Explores a scenario that fails; the page that this writes.
function explore(name, ...words) {
    const source = join(folder, name.replace('/', '.') + '.scn');
    copyFileSync(scenario(name), source);
    const out = join(folder, name.replace('/', '.'));
    const told = cogsim(1, 'explore', '--out', out, source, ...words);
    const line = told.split('\n').find((each) => each.includes('both timelines: '));
    check(line !== undefined, name + ': exploring writes no page');
    return line.slice(line.indexOf(': ') + 2);
}

const active = (page) => page.evaluate(() => window.page.active.index);

// Where both have their first difference, in pixels of their pictures.
const placesOfFirst = (page) => page.evaluate(() => window.page.sides.map(({picture}) => ({
    x: picture.x(window.page.beside.difference.placeOfFirst(window.page.beside.axesNow())), from: GUTTER, to: picture.width,
})));

async function opensWhereTheyPart(page, name) {
    const places = await placesOfFirst(page);
    check(places.length === 2, name + ': not two runs');
    check(places.every(({x, from, to}) => x >= from && x <= to), name + ': the first difference is not in view');
    check(places[0].x === places[1].x, name + ': the first difference is in two places');
    const failure = await page.evaluate(() => window.page.sides[0].failure());
    check(await selected(page) === failure || await selected(page) > 0, name + ': nothing is selected');
    check((await page.locator('#difference').textContent()).includes('differs first'), name + ': not told what differs');
    check(await page.evaluate(() => window.page.sides.map((side) => side.model.verdict).join()) === 'failed,ok',
        name + ': not a run that fails above one that passes');
    check(await page.evaluate(() => window.page.beside.difference.marks.length) >= 1, name + ': nothing is marked');
}

// What is the same in both stands in the same place, by order and, if it is at the same time, by time.
async function standsInPlace(page, name) {
    const wrong = await page.evaluate(() => ['order', 'time'].map((axis) => {
        window.page.setAxis(axis);
        const {pairs, traces} = window.page.beside.difference;
        const places = window.page.sides.map((side) => side.picture.axis.place);
        let count = 0;
        for (let i = 0; i < pairs.length; i += 2) {
            const isThen = traces[0].time[pairs[i]] === traces[1].time[pairs[i + 1]];
            if ((axis === 'order' || isThen) && places[0][pairs[i]] !== places[1][pairs[i + 1]]) count++;
        }
        const rises = places.every((each, side) => each.subarray(2, traces[side].count + 1)
            .every((place, i) => place > each[i + 1]));
        const timesStand = axis === 'order' || window.page.sides.every((side, i) => {
            const other = window.page.sides[1 - i];
            for (let event = 2; event <= side.trace.count; event++) {
                const at = other.picture.axis.eventOfTime(side.trace.time[event]);
                if (side.trace.time[event] === side.trace.time[event - 1] || at > other.trace.count) continue;
                if (other.picture.axis.place[at] < side.picture.axis.place[event] - side.trace.count) return false;
            }
            return true;
        });
        return count > 0 || !rises || !timesStand ? axis + ': ' + count + ' pairs apart, rises: ' + rises : '';
    }).join(''));
    check(wrong === '', name + ': ' + wrong);
    await page.evaluate(() => window.page.setAxis('order'));
}

async function useKeys(page, name) {
    await page.locator('#picture').focus();
    await page.keyboard.press('g');
    const first = await page.evaluate(() => window.page.beside.difference.runs.map((each) => each.first));
    check(await selected(page) === first[await active(page)], name + ': g is not the first difference');
    const before = await active(page);
    await page.keyboard.press('o');
    check(await active(page) !== before, name + ': o is not the other run');
    await page.keyboard.press('o');
    check(await active(page) === before, name + ': o does not lead back');
    await page.keyboard.press('Home');
    await page.keyboard.press(']');
    const event = await selected(page), side = await active(page);
    check(await page.evaluate(([each, at]) => window.page.beside.difference.differs[each][at] > OTHER_TIME, [side, event]),
        name + ': ] leads to what does not differ');
    await page.keyboard.press('d');
    check(/In run [AB]/.test(await page.locator('#details').textContent()), name + ': no word of the other run');
    await page.keyboard.press('b');
    check(await page.locator('#difference').isVisible(), name + ': b does not show what differs');
    await page.keyboard.press('?');
    check((await page.locator('#keys').textContent()).includes('first difference'), name + ': no help on two runs');
    await inspect(page, name + ', help');
    await page.keyboard.press('Escape');
    const seen = new Set();
    for (let i = 0; i < 80; i++) {
        await page.keyboard.press('Tab');
        seen.add(await page.evaluate(() => document.activeElement.id));
    }
    for (const id of ['first', 'other', 'picture', 'picture-b', 'tab-difference']) {
        check(seen.has(id), name + ': Tab does not come to ' + id);
    }
}

async function usePointer(page, name) {
    await page.click('#fit');
    const box = await page.locator('#picture-b').boundingBox();
    const before = await view(page);
    await page.mouse.move(box.x + 600, box.y + 20);
    await page.mouse.wheel(0, -600);
    await page.waitForTimeout(50);
    check((await view(page)).scale > before.scale, name + ': the wheel on one does not zoom both');
    await page.click('#fit');
    const place = await page.evaluate(() => {
        const {picture} = window.page.sides[1];
        const event = window.page.sides[1].model.lanes[0].created;
        return {x: picture.x(picture.axis.place[event]), y: picture.y(0)};
    });
    await page.mouse.click(box.x + place.x, box.y + place.y);
    check(await active(page) === 1, name + ': a click below does not select below');
    check(await page.evaluate(() => {
        const [a, b] = window.page.sides;
        return a.picture.selected !== 0 && whoText(a.model, a.picture.selected) === whoText(b.model, b.picture.selected);
    }), name + ': the other run does not follow');
}

async function useTable(page, name) {
    await page.locator('#picture').focus();
    await page.keyboard.press('g');
    await page.keyboard.press('v');
    check(await page.locator('#table').isVisible(), name + ': no table');
    await shoot(page, name + '.table');
    const marks = new Set(await page.evaluate(() => window.page.table.rows.map((row) => window.page.table.markOf(row))));
    check(marks.has('=') && (marks.has('<') || marks.has('>') || marks.has('|')), name + ': rows are ' + [...marks].join(' '));
    const told = await page.evaluate(() => [0, 1].map((side) => window.page.table.rows.filter((row) => row[side] !== 0).length));
    const events = await page.evaluate(() => window.page.sides.map((side) => window.page.table.eventsOf(side).length));
    check(String(told) === String(events), name + ': the table has ' + told + ' of ' + events + ' events');
    await page.locator('#table').focus();
    const row = await page.evaluate(() => window.page.table.positionOf(window.page.picture.selected));
    await page.keyboard.press('ArrowDown');
    check(await page.evaluate(() => window.page.table.positionOf(window.page.picture.selected)) === row + 1,
        name + ': the table does not go on by a row');
    await inspect(page, name + ', table');
    await page.keyboard.press('v');
}

async function search(page, name) {
    await page.locator('#picture').focus();
    await page.keyboard.press('/');
    await page.keyboard.type('starts');
    check(/^[1-9]\d* \+ [1-9]\d* found$/.test(await page.locator('#found').textContent()), name + ': not found in both');
    await page.keyboard.press('Escape');
}

async function leadsBack(page, name) {
    await page.evaluate(() => window.page.select(3, true, window.page.sides[1]));
    const address = page.url();
    await page.goto('about:blank');
    await page.goto(address);
    await page.waitForFunction(() => window.page !== undefined);
    check(await active(page) === 1 && await selected(page) === 3, name + ': the address leads elsewhere');
}

async function lookAt(path, name) {
    const page = await openTimeline(path);
    await opensWhereTheyPart(page, name);
    await shoot(page, name);
    await inspect(page, name);
    await standsInPlace(page, name);
    await page.keyboard.press('a');
    await shoot(page, name + '.time');
    await page.keyboard.press('a');
    await useKeys(page, name);
    await usePointer(page, name);
    await useTable(page, name);
    await search(page, name);
    await leadsBack(page, name);
    await page.emulateMedia({media: 'print'});
    check(await page.locator('.tools').isHidden(), name + ': buttons are printed');
    check(await page.locator('#picture-b').isVisible(), name + ': one run is not printed');
    await close(page);
    for (const look of [{name: 'dark', colorScheme: 'dark'}, {name: 'narrow', viewport: {width: 520, height: 900}}]) {
        const other = await openTimeline(path, look);
        await inspect(other, name + ', ' + look.name);
        await shoot(other, name + '.' + look.name);
        await close(other);
    }
}

// A run that fails by the schedule in its file is shown beside the nearest that passes, without being asked for.
async function findsTheNearest() {
    const source = join(folder, 'lost.scn');
    writeFileSync(source, 'scenario "two increments"\nvar counter = 0\ncoro adder times 2\n    let seen = counter\n    yield\n'
        + '    set counter = seen + 1\nexpect counter == 2\n');
    cogsim(1, 'explore', '--shrink', 'no', '--out', folder, source);
    const schedule = readdirSync(folder).find((file) => file.endsWith('lost.scn.schedule'));
    appendFileSync(source, 'schedule\n' + readFileSync(join(folder, schedule), 'utf8').replace(/^#.*\n/, '').replace(/^/gm, '    '));
    const path = join(folder, 'lost.html');
    cogsim(0, 'report', source, '-o', path);
    const page = await openTimeline(path);
    await opensWhereTheyPart(page, 'lost');
    await shoot(page, 'beside.lost');
    await close(page);
    cogsim(0, 'report', source, '--alone', '-o', path);
    const alone = await openTimeline(path);
    check(await alone.evaluate(() => window.page.sides.length) === 1, 'a run that is to be alone is not');
    check(await alone.locator('#pane-b').isHidden() && await alone.locator('#first').isHidden(),
        'a run that is alone has what two have');
    await close(alone);
}

// Two scenarios with little in common, and with texts that would be markup.
async function inject() {
    const evil = '</script><script>window.pwned=1</script><img src=x onerror=window.pwned=1><!--';
    const [one, other] = ['one', 'other'].map((word) => {
        const path = join(folder, word + '.scn');
        writeFileSync(path, 'scenario "' + evil + word + '"\nvar seen = "' + evil + '"\ncoro ' + word + '\n    log "' + word + evil
            + '"\n    set seen = "' + evil + evil + '"\n');
        return path;
    });
    const path = join(folder, 'evil.html');
    cogsim(0, 'report', one, '--beside', other, '-o', path);
    const page = await openTimeline(path);
    for (const key of ['b', 's', 'x', 'v', 'd', 'Home', '.', '.', '.', '.', 'o', '.', '.', '.', '.', 'g', ']', 'o', 'v']) {
        await page.keyboard.press(key);
    }
    check(await page.evaluate(() => window.pwned) === undefined, 'a scenario has run a script');
    check(await page.locator('img').count() === 0, 'a scenario has made an element');
    await inspect(page, 'evil');
    await close(page);
}

// Two times a hundred thousand events.
async function hurryThrough() {
    const source = join(folder, 'many.scn');
    const path = join(folder, 'many.html');
    writeFileSync(source, 'scenario "many"\nparam early = 1\nqueue q\ncoro putter times 4\n    repeat 2500\n        put q 1\n'
        + '        sleep 1ms\ncoro getter times 4\n    repeat 2500\n        get x from q\n        check x == 1\n'
        + 'coro once\n    sleep 300ms\n    log "{early}"\n');
    const [a, b] = [1, 2].map((early) => {
        const trace = join(folder, early + '.trace');
        cogsim(0, 'run', '-D', 'early=' + early, '--trace', trace, source);
        return trace;
    });
    cogsim(0, 'report', a, '--beside', b, '-o', path);
    const page = await openTimeline(path);
    await hurry(page);
    await shoot(page, 'beside.many');
    await close(page);
}

await run(async () => {
    for (const name of ['sct/lazy01', 'sct/twostage']) {
        await lookAt(explore(name), 'beside.' + name.slice(4));
        console.log('ok ' + name + ', two runs');
    }
    await findsTheNearest();
    console.log('ok the nearest run');
    await inject();
    console.log('ok injection, two runs');
    await hurryThrough();
});
