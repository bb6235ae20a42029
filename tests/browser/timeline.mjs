// timeline.mjs - what the tests of timelines share: a page that is ready, and what one reads off it.

import {check, open} from './pages.mjs';

export async function openTimeline(path, options) {
    const page = await open(path, options);
    await page.waitForFunction(() => window.page !== undefined);
    return page;
}

export const selected = (page) => page.evaluate(() => window.page.picture.selected);
export const view = (page) => page.evaluate(() => ({...window.page.picture.view}));

// Zooms, pans, over and over; milliseconds that a picture of everything takes.
export async function hurry(page) {
    const took = await page.evaluate(() => {
        const {page} = window, times = [];
        for (let i = 0; i < 60; i++) {
            page.picture.zoom(i % 20 < 10 ? 1.6 : 1 / 1.6, 600);
            page.picture.pan(i % 2 === 0 ? 150 : -90);
            const start = performance.now();
            for (const side of page.sides) side.picture.draw();
            times.push(performance.now() - start);
        }
        times.sort((a, b) => a - b);
        return {events: page.sides.map((side) => side.trace.count), usual: times[30], longest: times[59]};
    });
    check(took.events.every((count) => count > 100000), 'only ' + took.events + ' events');
    console.log(took.events.join(' and ') + ' events: a picture takes ' + took.usual.toFixed(1) + ' ms, at most '
        + took.longest.toFixed(1) + ' ms');
}
