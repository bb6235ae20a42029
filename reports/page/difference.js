// difference.js - what differs between two runs, as the page holds it (html.c), and which event of the one is which of the other.

const SAME = 0, OTHER_TIME = 1, ONLY_A = 2, ONLY_B = 3, CHANGED = 4; // marks of rows

class Difference {
    // The bytes are numbers and texts as in a trace.
    constructor(bytes, models) {
        const cursor = new Cursor(bytes, 0, bytes.length);
        this.models = models;
        this.traces = models.map((model) => model.trace);
        this.verdict = cursor.string();
        this.reason = cursor.string(); // what decides, if that is known
        this.runs = [0, 1].map(() => this.readRun(cursor));
        this.marks = this.readMarks(cursor);
        this.readRows(cursor);
    }

    readRun(cursor) {
        const run = {
            name: cursor.string(), first: cursor.number(), decision: cursor.number(), decided: cursor.string(), causes: [],
        };
        for (let left = cursor.number(); left > 0; left--) run.causes.push(cursor.number());
        return run;
    }

    // Stretches of events of the first run, whose order decides.
    readMarks(cursor) {
        const marks = [];
        for (let left = cursor.number(); left > 0; left--) marks.push({first: cursor.number(), last: cursor.number()});
        return marks;
    }

    // Rows: how each is marked, how much further its events are than those before, 0 where there is none, and the row
    // where the other run has the same.
    readRows(cursor) {
        const count = cursor.number(), rows = [], last = [0, 0], pairs = [];
        this.partners = this.traces.map((trace) => new Uint32Array(trace.count + 2)); // by event, 0: none
        this.differs = this.traces.map((trace) => new Uint8Array(trace.count + 2));   // by event: it is told, and not in both
        this.isTold = this.traces.map((trace) => new Uint8Array(trace.count + 2));    // by event: there is a row of it
        this.differences = []; // rows, as [a, b], that differ
        for (let i = 0; i < count; i++) {
            const mark = cursor.number();
            const events = [0, 1].map((side) => {
                const distance = cursor.number();
                if (distance > 0) last[side] += distance;
                return distance > 0 ? last[side] : 0;
            });
            rows.push({events: events, elsewhere: cursor.number()});
            if (events[0] !== 0 && events[1] !== 0) pairs.push(...events);
            if (mark === ONLY_A || mark === ONLY_B || mark === CHANGED) this.differences.push(events);
            for (const side of [0, 1]) {
                if (events[side] === 0) continue;
                this.partners[side][events[side]] = events[1 - side];
                this.differs[side][events[side]] = mark;
                this.isTold[side][events[side]] = 1;
            }
        }
        for (const row of rows) {
            if (row.elsewhere === 0) continue;
            const side = row.events[0] !== 0 ? 0 : 1;
            this.partners[side][row.events[side]] = rows[row.elsewhere - 1].events[1 - side];
        }
        this.pairs = this.complete(pairs);
    }

    // Pairs of events, rising, with those in between that no line tells of: from either end on what is the same in both.
    complete(pairs) {
        const whos = this.numberWhos(), all = [];
        const isSame = (a, b) => this.traces[0].name(a) === this.traces[1].name(b)
            && whos[0].get(this.traces[0].coroutine[a]) === whos[1].get(this.traces[1].coroutine[b])
            && this.isTold[0][a] === 0 && this.isTold[1][b] === 0;
        const add = (a, b) => {
            all.push(a, b);
            if (this.isTold[0][a] !== 0) return;
            this.partners[0][a] = b;
            this.partners[1][b] = a;
        };
        let [a, b] = [1, 1];
        for (let i = 0; i <= pairs.length; i += 2) {
            let [endA, endB] = i < pairs.length ? [pairs[i], pairs[i + 1]] : this.traces.map((trace) => trace.count + 1);
            for (; a < endA && b < endB && isSame(a, b); a++, b++) add(a, b);
            const rest = [];
            for (; endA > a && endB > b && isSame(endA - 1, endB - 1); endA--, endB--) rest.push([endA - 1, endB - 1]);
            for (const pair of rest.reverse()) add(...pair);
            if (i < pairs.length) add(pairs[i], pairs[i + 1]);
            [a, b] = [pairs[i] + 1, pairs[i + 1] + 1];
        }
        return new Uint32Array(all);
    }

    // By id of a coroutine, in either run: a number, the same for the same name on the same host.
    numberWhos() {
        const numbers = new Map();
        return this.models.map((model) => new Map(model.lanes.map((lane) => {
            const name = (lane.host === undefined ? '' : lane.host.name) + '/' + lane.name;
            if (!numbers.has(name)) numbers.set(name, numbers.size);
            return [lane.id, numbers.get(name)];
        })));
    }

    // The axes of both, by time or by order.
    axes(byTime) {
        const layout = new JointLayout(this.traces, this.pairs);
        return byTime ? layout.byTime() : layout.byOrder();
    }

    // The event of the other run that is the same; 0: there is none.
    counterpart(side, event) {
        return this.partners[side][event];
    }

    // The stretch of the other run that a mark of the first one is: all in it that has a counterpart.
    markOf(side, mark) {
        if (side === 0) return mark;
        const events = [];
        for (let event = mark.first; event <= mark.last && event - mark.first < 100; event++) {
            const other = this.partners[0][event];
            if (other !== 0) events.push(other);
        }
        return events.length === 0 ? undefined : {first: Math.min(...events), last: Math.max(...events)};
    }

    // The first event of a stretch that is told.
    firstTold(side, mark) {
        let event = mark.first;
        while (event < mark.last && this.isTold[side][event] === 0) event++;
        return this.isTold[side][event] !== 0 ? event : mark.first;
    }

    // Where both begin to differ, on their axes.
    placeOfFirst(axes) {
        const places = this.runs.map((run, side) => run.first !== 0 ? axes[side].place[run.first] : Infinity);
        return Math.min(...places) - 0.5;
    }

    // The next row that differs, from an event of a run on; undefined: there is none.
    next(side, event, direction, axes) {
        const place = axes[side].place[event];
        const placeOf = (events) => Math.max(...[0, 1].map((each) => events[each] !== 0 ? axes[each].place[events[each]] : -1));
        return direction > 0 ? this.differences.find((events) => placeOf(events) > place)
            : this.differences.findLast((events) => placeOf(events) < place);
    }
}
