// axis.js - where events stand from left to right.
//
// Events of one instant stand beside each other, one unit apart, for their order is what matters there. Between
// instants time has a width: so many units as it is long, and where it is too long it is folded. In the order of
// events nothing has a width but the events.

const FOLDED_UNITS = 30;

class Axis {
    constructor(trace, byTime) {
        this.trace = trace;
        this.byTime = byTime;
        this.place = new Float64Array(trace.count + 2); // by event
        this.folds = [];                                // {from, to, length}: places, nanoseconds
        const unit = byTime ? this.findUnit() : 0;
        let at = 0;
        for (let event = 1; event <= trace.count; event++) {
            const gap = event > 1 ? trace.time[event] - trace.time[event - 1] : 0;
            let width = event > 1 ? 1 : 0;
            if (gap > 0 && byTime) {
                const units = gap / unit;
                width = 1 + Math.min(units, FOLDED_UNITS);
                if (units > FOLDED_UNITS) this.folds.push({from: at + 0.5, to: at + width - 0.5, length: gap});
            } else if (gap > 0) {
                width = 1.6;
            }
            at += width;
            this.place[event] = at;
        }
        this.place[trace.count + 1] = at + 1;
        this.end = at + 1;
    }

    // Nanoseconds a unit: the usual distance of instants is some units.
    findUnit() {
        const gaps = [];
        for (let event = 2; event <= this.trace.count; event++) {
            const gap = this.trace.time[event] - this.trace.time[event - 1];
            if (gap > 0) gaps.push(gap);
        }
        gaps.sort((a, b) => a - b);
        return gaps.length === 0 ? 1 : Math.max(gaps[gaps.length >> 1] / 10, gaps[gaps.length - 1] / 4000);
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
