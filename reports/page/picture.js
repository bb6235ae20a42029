// picture.js - the picture: what is in view, on a canvas; what it draws is in files of their own, draw_*.js.

const ROW = 46, HOST_ROW = 26, RULER = 44, GUTTER = 168;
const MARK_MIN = 3; // pixels between two events from where on each has a mark

// The first of some spans, in order and apart from each other, that ends in view or later.
function firstInView(count, endOf, event) {
    let low = 0, high = count;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (endOf(middle) < event) low = middle + 1;
        else high = middle;
    }
    return low;
}

class Picture {
    // view: {from, scale}: the place at the left, pixels a unit; pictures of two runs share one.
    constructor(canvas, model, view) {
        this.canvas = canvas;
        this.model = model;
        this.trace = model.trace;
        this.view = view;
        this.top = 0; // pixels scrolled down
        this.selected = 0;
        this.isActive = true; // of two, the one that is looked at
        this.chain = [];
        this.matches = new Set();
        this.hidden = new Set(); // lanes that are filtered out
        this.layout();
    }

    // Rows from the top down: a host, then its lanes.
    layout() {
        this.rows = [];
        let top = 0;
        this.rowOf = new Float64Array(this.model.lanes.length);
        for (const host of this.model.hosts) {
            const lanes = host.lanes.filter((lane) => !this.hidden.has(lane.index));
            if (lanes.length === 0) continue;
            this.rows.push({host: host, top: top, height: HOST_ROW});
            top += HOST_ROW;
            for (const lane of lanes) {
                this.rows.push({lane: lane, top: top, height: ROW});
                this.rowOf[lane.index] = top;
                top += ROW;
            }
        }
        this.height = top;
    }

    // The event in the middle; 0: there is none yet.
    middle() {
        return this.axis !== undefined ? this.axis.eventAt(this.view.from + this.units() / 2) : 0;
    }

    showAtMiddle(event) {
        if (event !== 0) this.view.from = this.axis.place[event] - this.units() / 2;
        this.clamp();
    }

    setAxis(axis) {
        this.axis = axis;
        this.clamp();
    }

    resize() {
        const ratio = window.devicePixelRatio || 1;
        const box = this.canvas.getBoundingClientRect();
        this.width = Math.max(box.width, GUTTER + 50);
        this.depth = Math.max(box.height, RULER + 50);
        this.canvas.width = Math.round(this.width * ratio);
        this.canvas.height = Math.round(this.depth * ratio);
        this.context = this.canvas.getContext('2d');
        this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
        this.clamp();
    }

    units() {
        return (this.width - GUTTER) / this.view.scale;
    }

    fit(from = 0, to = this.axis.end) {
        this.view.scale = (this.width - GUTTER) / Math.max(to - from + 2, 4);
        this.view.from = from - 1;
        this.clamp();
    }

    clamp() {
        if (this.axis === undefined || this.width === undefined) return;
        const least = (this.width - GUTTER) / (this.axis.end + 4);
        this.view.scale = Math.min(Math.max(this.view.scale, Math.min(least, 60)), 120);
        this.view.from = Math.min(Math.max(this.view.from, -2), Math.max(this.axis.end + 2 - this.units(), -2));
        this.top = Math.min(Math.max(this.top, 0), Math.max(this.height - (this.depth - RULER) + 10, 0));
    }

    zoom(factor, x = (this.width + GUTTER) / 2) {
        const place = this.placeAt(x);
        this.view.scale *= factor;
        this.clamp();
        this.view.from = place - (x - GUTTER) / this.view.scale;
        this.clamp();
    }

    pan(pixels, down = 0) {
        this.view.from += pixels / this.view.scale;
        this.top += down;
        this.clamp();
    }

    x(place) {
        return GUTTER + (place - this.view.from) * this.view.scale;
    }

    placeAt(x) {
        return this.view.from + (x - GUTTER) / this.view.scale;
    }

    y(lane) {
        return RULER + this.rowOf[lane] - this.top + ROW / 2;
    }

    // Brings an event into view.
    show(event) {
        const x = this.x(this.axis.place[event]);
        if (this.view.scale < 4) this.zoom(10 / this.view.scale, Math.min(Math.max(x, GUTTER), this.width));
        this.showPlace(this.axis.place[event]);
        this.showLane(event);
    }

    showPlace(place) {
        const x = this.x(place);
        if (x < GUTTER + 40 || x > this.width - 40) this.view.from = place - this.units() / 2;
        this.clamp();
    }

    showLane(event) {
        const lane = this.model.laneOf(event);
        if (lane !== UNKNOWN && !this.hidden.has(lane)) {
            const y = this.y(lane);
            if (y < RULER + ROW / 2 || y > this.depth - ROW / 2) this.top = this.rowOf[lane] - (this.depth - RULER) / 2;
        }
        this.clamp();
    }

    colours() {
        const style = getComputedStyle(document.documentElement);
        const names = ['paper', 'ink', 'faint', 'line', 'run', 'wait', 'ok', 'timeout', 'failed', 'weak', 'accent',
            'host', 'fault', 'wake', 'bytes', 'first', 'pair', 'a', 'b'];
        this.colour = Object.fromEntries(names.map((name) => [name, style.getPropertyValue('--' + name).trim()]));
    }

    draw() {
        const context = this.context;
        context.fillStyle = this.colour.paper;
        context.fillRect(0, 0, this.width, this.depth);
        this.first = this.axis.eventAt(this.view.from - 2);
        this.last = Math.min(this.axis.eventAt(this.view.from + this.units() + 2), this.trace.count);
        context.save();
        context.beginPath();
        context.rect(GUTTER, 0, this.width - GUTTER, this.depth);
        context.clip();
        this.drawGrid();
        context.save();
        context.beginPath();
        context.rect(GUTTER, RULER, this.width - GUTTER, this.depth - RULER);
        context.clip();
        for (const row of this.rows) {
            const top = RULER + row.top - this.top;
            if (top > this.depth || top + row.height < RULER) continue;
            if (row.host !== undefined) this.drawHostRow(top);
            else this.drawLane(row.lane, top + ROW / 2);
        }
        this.drawLinks();
        this.drawChain();
        context.restore();
        this.drawRuler();
        if (this.difference !== undefined) this.drawDifference();
        this.drawSelection();
        context.restore();
        this.drawGutter();
    }

    drawHostRow(top) {
        this.context.fillStyle = this.colour.host;
        this.context.fillRect(GUTTER, top + 4, this.width - GUTTER, HOST_ROW - 8);
    }

    drawGutter() {
        const context = this.context;
        context.fillStyle = this.colour.paper;
        context.fillRect(0, 0, GUTTER, this.depth);
        context.fillStyle = this.colour.faint;
        context.fillRect(GUTTER - 1, 0, 1, this.depth);
        context.save();
        context.beginPath();
        context.rect(0, RULER, GUTTER - 6, this.depth - RULER);
        context.clip();
        context.textBaseline = 'middle';
        for (const row of this.rows) {
            const y = RULER + row.top - this.top + row.height / 2;
            if (y < RULER - ROW || y > this.depth + ROW) continue;
            context.fillStyle = this.colour.ink;
            context.font = row.host !== undefined ? '600 12px system-ui, sans-serif' : '12px system-ui, sans-serif';
            const name = row.host !== undefined ? hostText(row.host) : row.lane.name;
            this.fillFitting(oneLine(name), row.host !== undefined ? 10 : 22, y, GUTTER - 30);
        }
        context.restore();
    }

    fillFitting(text, x, y, room) {
        const context = this.context;
        if (context.measureText(text).width > room) {
            while (text.length > 1 && context.measureText(text + '\u2026').width > room) text = text.slice(0, -1);
            text += '\u2026';
        }
        context.fillText(text, x, y);
    }

    // The event nearest to a point, or 0.
    find(x, y) {
        if (x < GUTTER) return 0;
        const row = this.rows.find((each) => {
            const top = RULER + each.top - this.top;
            return y >= top && y < top + each.height && each.lane !== undefined;
        });
        const place = this.placeAt(x);
        if (row === undefined || y < RULER) return this.axis.nearest(place);
        let best = 0, distance = Infinity;
        const from = this.axis.eventAt(place - 12 / this.view.scale - 1);
        const to = Math.min(this.axis.eventAt(place + 12 / this.view.scale + 1), this.trace.count);
        for (let event = from; event <= to && event - from < 20000; event++) {
            if (this.model.laneOf(event) !== row.lane.index) continue;
            const away = Math.abs(this.axis.place[event] - place);
            if (away < distance) {
                best = event;
                distance = away;
            }
        }
        if (best !== 0) return best;
        const operations = row.lane.operations, none = this.trace.count + 1;
        const event = this.axis.eventAt(place);
        const at = operations[firstInView(operations.length, (i) => operations[i].ending || none, event)];
        return at !== undefined && at.start <= event ? at.start : this.axis.nearest(place);
    }
}

function hostText(host) {
    let text = host.name;
    if (host.skew !== 0) text += ' ' + (host.skew > 0 ? '+' : '') + words(host.skew);
    if (host.drift !== 0) text += ' ' + (host.drift > 0 ? '+' : '') + host.drift + 'ppm';
    return text;
}

for (const part of [TimeDrawing, LaneDrawing, MarkDrawing, ArrowDrawing, DifferenceDrawing]) {
    for (const name of Object.getOwnPropertyNames(part.prototype)) {
        if (name !== 'constructor') Picture.prototype[name] = part.prototype[name];
    }
}
