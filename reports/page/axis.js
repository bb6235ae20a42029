// axis.js - where events stand from left to right.
//
// Events of one instant stand beside each other, one unit apart, for their order is what matters there. Between
// instants time has a width: so many units as it is long, and where it is too long it is folded. In the order of
// events nothing has a width but the events.
//
// Two runs stand above each other on two axes with the same places: what is the same in both stands in the same place.

const FOLDED_UNITS = 30, INSTANT_UNITS = 0.6; // a fold; how much further a new instant is, in the order of events

// Nanoseconds a unit: the usual distance of instants is some units.
function unitOf(traces) {
    const gaps = [];
    for (const trace of traces) {
        for (let event = 2; event <= trace.count; event++) {
            const gap = trace.time[event] - trace.time[event - 1];
            if (gap > 0) gaps.push(gap);
        }
    }
    gaps.sort((a, b) => a - b);
    return gaps.length === 0 ? 1 : Math.max(gaps[gaps.length >> 1] / 10, gaps[gaps.length - 1] / 4000);
}

class Axis {
    constructor(trace) {
        this.trace = trace;
        this.place = new Float64Array(trace.count + 2); // by event
        this.folds = [];                                // {from, to, length}: places, nanoseconds
        this.end = 0;
    }

    // For one run by itself.
    static alone(trace, byTime) {
        const axis = new Axis(trace);
        axis.lay(byTime, byTime ? unitOf([trace]) : 0);
        return axis;
    }

    lay(byTime, unit) {
        const trace = this.trace;
        let at = 0;
        for (let event = 1; event <= trace.count; event++) {
            const gap = event > 1 ? trace.time[event] - trace.time[event - 1] : 0;
            let width = event > 1 ? 1 : 0;
            if (gap > 0 && byTime) {
                const units = gap / unit;
                width = 1 + Math.min(units, FOLDED_UNITS);
                if (units > FOLDED_UNITS) this.folds.push({from: at + 0.5, to: at + width - 0.5, length: gap});
            } else if (gap > 0) {
                width = 1 + INSTANT_UNITS;
            }
            at += width;
            this.place[event] = at;
        }
        this.finish(at + 1);
    }

    finish(end) {
        this.place[this.trace.count + 1] = end;
        this.end = end;
    }

    // The first event at or behind a place.
    eventAt(place) {
        let low = 1, high = this.trace.count;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (this.place[middle] < place) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    nearest(place) {
        const event = this.eventAt(place);
        return event > 1 && place - this.place[event - 1] < this.place[event] - place ? event - 1 : event;
    }

    // The first event of that time or later; one behind the last if there is none.
    eventOfTime(time) {
        let low = 1, high = this.trace.count + 1;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (this.trace.time[middle] < time) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    // Where a time stands at which nothing need happen.
    placeOfTime(time) {
        const event = this.eventOfTime(time);
        if (event > this.trace.count) return this.end;
        const after = this.trace.time[event];
        if (event === 1 || after === time) return this.place[event];
        const before = this.trace.time[event - 1];
        const share = (time - before) / (after - before);
        return this.place[event - 1] + (this.place[event] - this.place[event - 1]) * share;
    }

    timeOfPlace(place) {
        const event = this.eventAt(place);
        if (event === 1 || this.place[event] <= place) return this.trace.time[event];
        const share = (place - this.place[event - 1]) / (this.place[event] - this.place[event - 1]);
        return this.trace.time[event - 1] + (this.trace.time[event] - this.trace.time[event - 1]) * share;
    }
}

// Lays two runs out together. `pairs`: events that are the same in both, [a, b, a, b, ...], rising.
class JointLayout {
    constructor(traces, pairs) {
        this.traces = traces;
        this.pairs = pairs;
        this.axes = traces.map((trace) => new Axis(trace));
        this.next = [1, 1]; // events that have no place yet
        this.at = -1;       // the last place taken
        this.pair = 0;
    }

    // Gives the events up to `ends` their places; joined, the last ones of both get the same, and what leads to them
    // stands before them.
    take(ends, isJoined, instantUnits) {
        const widths = [0, 1].map((side) => this.widthOf(side, ends[side], instantUnits));
        const width = Math.max(...widths);
        for (const side of [0, 1]) {
            const time = this.traces[side].time, place = this.axes[side].place;
            let at = this.at + (isJoined ? width - widths[side] : 0);
            for (let event = this.next[side]; event <= ends[side]; event++) {
                at += event > 1 && time[event] > time[event - 1] ? 1 + instantUnits : 1;
                place[event] = at;
            }
            if (isJoined) place[ends[side]] = this.at + width;
            this.next[side] = Math.max(this.next[side], ends[side] + 1);
        }
        this.at += width;
    }

    widthOf(side, end, instantUnits) {
        const time = this.traces[side].time;
        let width = 0;
        for (let event = this.next[side]; event <= end; event++) {
            width += event > 1 && time[event] > time[event - 1] ? 1 + instantUnits : 1;
        }
        return width;
    }

    byOrder() {
        for (let i = 0; i < this.pairs.length; i += 2) this.take([this.pairs[i], this.pairs[i + 1]], true, INSTANT_UNITS);
        this.take(this.traces.map((trace) => trace.count), false, INSTANT_UNITS);
        return this.finish();
    }

    // Instants of both runs in their order; what is the same in both and at the same time stands in the same place.
    byTime() {
        const unit = unitOf(this.traces);
        const timeOf = (side) => this.next[side] <= this.traces[side].count ? this.traces[side].time[this.next[side]] : Infinity;
        for (let before = -1; timeOf(0) < Infinity || timeOf(1) < Infinity;) {
            const now = Math.min(timeOf(0), timeOf(1));
            if (before >= 0) this.pass(now - before, unit);
            this.takeInstant(now);
            before = now;
        }
        return this.finish();
    }

    pass(gap, unit) {
        const units = Math.min(gap / unit, FOLDED_UNITS);
        if (gap / unit > FOLDED_UNITS) {
            const fold = {from: this.at + 0.5, to: this.at + units + 0.5, length: gap};
            for (const axis of this.axes) axis.folds.push(fold);
        }
        this.at += units;
    }

    takeInstant(now) {
        const ends = this.traces.map((trace, side) => {
            let end = this.next[side] - 1;
            while (end < trace.count && trace.time[end + 1] === now) end++;
            return end;
        });
        for (; this.pair < this.pairs.length; this.pair += 2) {
            const pair = [this.pairs[this.pair], this.pairs[this.pair + 1]];
            if (pair[0] > ends[0] && pair[1] > ends[1]) break;
            if (pair[0] <= ends[0] && pair[1] <= ends[1] && pair[0] >= this.next[0] && pair[1] >= this.next[1]) {
                this.take(pair, true, 0);
            }
        }
        this.take(ends, false, 0);
    }

    finish() {
        for (const axis of this.axes) axis.finish(this.at + 1);
        return this.axes;
    }
}
