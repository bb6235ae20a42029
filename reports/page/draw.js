// draw.js - the picture: what is in view, on a canvas.

const ROW = 46, HOST_ROW = 26, RULER = 44, GUTTER = 168;
const MARK_MIN = 3; // pixels between two events from where on each has a mark

class Picture {
    constructor(canvas, model) {
        this.canvas = canvas;
        this.model = model;
        this.trace = model.trace;
        this.view = {from: 0, scale: 1, top: 0}; // place at the left, pixels a unit, pixels scrolled down
        this.selected = 0;
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

    setAxis(axis) {
        const middle = this.axis !== undefined ? this.axis.eventAt(this.view.from + this.units() / 2) : 0;
        this.axis = axis;
        if (middle !== 0) this.view.from = axis.place[middle] - this.units() / 2;
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
        this.view.top = Math.min(Math.max(this.view.top, 0), Math.max(this.height - (this.depth - RULER) + 10, 0));
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
        this.view.top += down;
        this.clamp();
    }

    x(place) {
        return GUTTER + (place - this.view.from) * this.view.scale;
    }

    placeAt(x) {
        return this.view.from + (x - GUTTER) / this.view.scale;
    }

    y(lane) {
        return RULER + this.rowOf[lane] - this.view.top + ROW / 2;
    }

    // Brings an event into view.
    show(event) {
        const x = this.x(this.axis.place[event]);
        if (this.view.scale < 4) this.zoom(10 / this.view.scale, Math.min(Math.max(x, GUTTER), this.width));
        const now = this.x(this.axis.place[event]);
        if (now < GUTTER + 40 || now > this.width - 40) {
            this.view.from = this.axis.place[event] - this.units() / 2;
        }
        const lane = this.model.laneOf(event);
        if (lane !== UNKNOWN && !this.hidden.has(lane)) {
            const y = this.y(lane);
            if (y < RULER + ROW / 2 || y > this.depth - ROW / 2) {
                this.view.top = this.rowOf[lane] - (this.depth - RULER) / 2;
            }
        }
        this.clamp();
    }

    colours() {
        const style = getComputedStyle(document.documentElement);
        const names = ['paper', 'ink', 'faint', 'line', 'run', 'wait', 'ok', 'timeout', 'failed', 'weak', 'accent',
            'host', 'fault', 'wake', 'bytes'];
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
            const top = RULER + row.top - this.view.top;
            if (top > this.depth || top + row.height < RULER) continue;
            if (row.host !== undefined) this.drawHostRow(top);
            else this.drawLane(row.lane, top + ROW / 2);
        }
        this.drawLinks();
        this.drawChain();
        context.restore();
        this.drawRuler();
        this.drawSelection();
        context.restore();
        this.drawGutter();
    }

    drawHostRow(top) {
        this.context.fillStyle = this.colour.host;
        this.context.fillRect(GUTTER, top + 4, this.width - GUTTER, HOST_ROW - 8);
    }

    // ---- Time ----

    drawGrid() {
        const context = this.context;
        context.strokeStyle = this.colour.line;
        context.lineWidth = 1;
        this.ticks = [];
        let last = -Infinity;
        const step = Math.max(1, Math.ceil(4 / this.view.scale));
        for (let event = this.first; event <= this.last; event += step) {
            if (event > 1 && this.trace.time[event] === this.trace.time[event - 1]) continue;
            const x = this.x(this.axis.place[event] - 0.5);
            if (x - last < 14) continue;
            last = x;
            this.ticks.push({x: x, time: this.trace.time[event]});
            context.beginPath();
            context.moveTo(Math.round(x) + 0.5, RULER);
            context.lineTo(Math.round(x) + 0.5, this.depth);
            context.stroke();
        }
        for (const fold of this.axis.folds) {
            const from = this.x(fold.from), to = this.x(fold.to);
            if (to < GUTTER || from > this.width || to - from < 6) continue;
            context.fillStyle = this.hatch(this.colour.line);
            const width = Math.min(10, to - from);
            context.fillRect((from + to - width) / 2, RULER, width, this.depth - RULER);
        }
    }

    hatch(colour) {
        if (this.hatches === undefined) this.hatches = new Map();
        if (!this.hatches.has(colour)) {
            const tile = document.createElement('canvas');
            tile.width = tile.height = 6;
            const context = tile.getContext('2d');
            context.strokeStyle = colour;
            context.lineWidth = 1.4;
            context.beginPath();
            context.moveTo(-1, 7);
            context.lineTo(7, -1);
            context.stroke();
            this.hatches.set(colour, this.context.createPattern(tile, 'repeat'));
        }
        return this.hatches.get(colour);
    }

    drawRuler() {
        const context = this.context;
        context.fillStyle = this.colour.paper;
        context.fillRect(GUTTER, 0, this.width - GUTTER, RULER);
        context.strokeStyle = this.colour.faint;
        context.beginPath();
        context.moveTo(GUTTER, RULER - 0.5);
        context.lineTo(this.width, RULER - 0.5);
        context.stroke();
        context.font = '11px system-ui, sans-serif';
        context.textBaseline = 'middle';
        context.textAlign = 'left';
        let free = GUTTER;
        for (const tick of this.ticks) {
            const text = words(tick.time);
            context.fillStyle = this.colour.faint;
            context.fillRect(Math.round(tick.x), RULER - 6, 1, 6);
            if (tick.x < free) continue;
            context.fillStyle = this.colour.ink;
            context.fillText(text, tick.x + 3, RULER - 12);
            free = tick.x + context.measureText(text).width + 12;
        }
        context.textAlign = 'center';
        context.fillStyle = this.colour.faint;
        for (const fold of this.axis.folds) {
            const from = this.x(fold.from), to = this.x(fold.to);
            const text = words(fold.length);
            if (to < GUTTER || from > this.width || to - from < context.measureText(text).width + 90) continue;
            context.fillText(text, (from + to) / 2, RULER - 12);
        }
        context.textAlign = 'left';
        this.drawFaults();
    }

    // What the world does, along the top.
    drawFaults() {
        const context = this.context;
        let free = GUTTER;
        for (const event of this.model.world) {
            const x = this.x(this.axis.place[event]);
            if (x < GUTTER - 200 || x > this.width + 10) continue;
            context.fillStyle = this.colour.fault;
            context.beginPath();
            context.moveTo(x, 4);
            context.lineTo(x + 6, 10);
            context.lineTo(x, 16);
            context.lineTo(x - 6, 10);
            context.fill();
            if (x < free) continue;
            const text = oneLine(this.trace.get(event, 'text'));
            context.fillStyle = this.colour.ink;
            context.fillText(text, x + 9, 10);
            free = x + context.measureText(text).width + 22;
        }
    }

    // ---- Lanes ----

    // The first of some spans, in order and apart from each other, that ends in view or later.
    static firstInView(count, endOf, event) {
        let low = 0, high = count;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (endOf(middle) < event) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    drawLane(lane, y) {
        const context = this.context;
        const from = this.x(this.axis.place[lane.created]);
        const to = lane.ended !== 0 ? this.x(this.axis.place[lane.ended]) : this.x(this.axis.end);
        context.fillStyle = this.colour.line;
        context.fillRect(Math.max(from, GUTTER), y - 0.5, Math.min(to, this.width) - Math.max(from, GUTTER), 1);
        this.drawOperations(lane, y);
        this.drawRuns(lane, y);
        if (this.view.scale >= MARK_MIN) this.drawMarks(lane, y);
    }

    drawRuns(lane, y) {
        const context = this.context, runs = lane.runs;
        context.fillStyle = this.colour.run;
        let drawn = -Infinity;
        for (let i = Picture.firstInView(runs.length / 2, (at) => runs[2 * at + 1], this.first); 2 * i < runs.length; i++) {
            const start = runs[2 * i];
            if (start > this.last) break;
            const x = Math.max(this.x(this.axis.place[start] - 0.4), drawn);
            const end = Math.max(this.x(this.axis.place[runs[2 * i + 1]] - 0.1), x + 1);
            if (end <= drawn) continue;
            context.fillRect(x, y - 4, end - x, 8);
            drawn = end;
        }
    }

    drawOperations(lane, y) {
        const operations = lane.operations, none = this.trace.count + 1;
        const endOf = (at) => operations[at].ending || none;
        let drawn = -Infinity;
        for (let i = Picture.firstInView(operations.length, endOf, this.first); i < operations.length; i++) {
            const operation = operations[i];
            if (operation.start > this.last) break;
            if (operation.isStep) continue;
            const x = this.x(this.axis.place[operation.start]);
            const end = this.x(this.axis.place[operation.ending || none]);
            if (end <= drawn + 0.5 && operation.how === OK) continue;
            this.drawOperation(operation, Math.max(x, GUTTER - 4), Math.min(Math.max(end, x + 1), this.width + 4), y);
            drawn = end;
        }
    }

    endingColour(how) {
        return how === EXPIRED ? this.colour.timeout : how === FAILED ? this.colour.failed : this.colour.ok;
    }

    drawOperation(operation, x, end, y) {
        const context = this.context;
        const width = end - x;
        context.globalAlpha = 0.28;
        context.fillStyle = this.endingColour(operation.how);
        context.fillRect(x, y - 8, width, 16);
        context.globalAlpha = 1;
        if (operation.how === OPEN) {
            context.fillStyle = this.hatch(this.colour.faint);
            context.fillRect(x, y + 4, width, 6);
        }
        for (const timer of operation.timers) this.drawTimer(timer, y - 12);
        if (width > 12) this.drawEnding(operation, end, y);
        if (width > 44) {
            context.save();
            context.beginPath();
            context.rect(x, y - 9, width - 10, 18);
            context.clip();
            context.fillStyle = this.colour.ink;
            context.font = '11px system-ui, sans-serif';
            context.textBaseline = 'middle';
            context.fillText(oneLine(operationText(this.model, operation)), x + 5, y + 0.5);
            context.restore();
        }
    }

    // How it ended has a shape of its own: a bar, a T, a cross, a ring.
    drawEnding(operation, x, y) {
        const context = this.context;
        context.strokeStyle = context.fillStyle = this.endingColour(operation.how);
        context.lineWidth = 2;
        context.beginPath();
        if (operation.how === OK) {
            context.moveTo(x - 1, y - 8);
            context.lineTo(x - 1, y + 8);
        } else if (operation.how === EXPIRED) {
            context.moveTo(x - 8, y - 8);
            context.lineTo(x, y - 8);
            context.moveTo(x - 4, y - 8);
            context.lineTo(x - 4, y + 8);
        } else if (operation.how === FAILED) {
            context.moveTo(x - 8, y - 5);
            context.lineTo(x, y + 5);
            context.moveTo(x - 8, y + 5);
            context.lineTo(x, y - 5);
        } else if (operation.how === CANCELLED) {
            context.arc(x - 4, y, 4, 0, 2 * Math.PI);
        }
        context.stroke();
    }

    // From arming to its end, weak ones dashed, a tick for each refresh; what was left of it dotted.
    drawTimer(timer, y) {
        const context = this.context;
        if (timer.mode === 'sleep') return;
        const from = this.x(this.axis.place[timer.arm]);
        const to = this.x(this.axis.place[timer.finish || this.trace.count]);
        if (to - from < 4) return;
        context.strokeStyle = context.fillStyle = timer.fired ? this.colour.timeout : this.colour.weak;
        context.lineWidth = timer.mode === 'strong' ? 2 : 1.5;
        context.setLineDash(timer.mode === 'strong' ? [] : [5, 3]);
        context.beginPath();
        context.moveTo(from, y);
        context.lineTo(to, y);
        context.stroke();
        context.setLineDash([]);
        context.fillRect(from, y - 3, 1.5, 6);
        for (const refresh of timer.refreshes) {
            const x = this.x(this.axis.place[refresh]);
            if (x < GUTTER || x > this.width) continue;
            context.beginPath();
            context.moveTo(x, y + 3);
            context.lineTo(x - 3, y - 3);
            context.lineTo(x + 3, y - 3);
            context.fill();
        }
        if (timer.fired) {
            context.beginPath();
            context.arc(to, y, 3.5, 0, 2 * Math.PI);
            context.fill();
        } else if (timer.finish !== 0) {
            const deadline = Math.min(this.x(this.axis.placeOfTime(timer.deadline)), to + 60);
            context.setLineDash([1, 3]);
            context.beginPath();
            context.moveTo(to, y);
            context.lineTo(deadline, y);
            context.stroke();
            context.setLineDash([]);
        }
    }

    // ---- What happens in an instant ----

    drawMarks(lane, y) {
        const marks = lane.marks;
        let free = -Infinity;
        for (let i = Picture.firstInView(marks.length, (at) => marks[at], this.first); i < marks.length; i++) {
            const event = marks[i];
            if (event > this.last) break;
            const x = this.x(this.axis.place[event]);
            this.drawMark(event, x, y);
            if (this.view.scale > 9 && x > free) free = this.drawMarkText(event, x, y, marks[i + 1]);
        }
    }

    drawMark(event, x, y) {
        const context = this.context;
        const kind = this.trace.name(event);
        context.fillStyle = context.strokeStyle = this.colour.ink;
        context.lineWidth = 2;
        context.beginPath();
        if (kind === 'log') {
            context.rect(x - 3, y + 11, 6, 6);
        } else if (kind === 'set') {
            context.moveTo(x, y + 10);
            context.lineTo(x + 4, y + 14);
            context.lineTo(x, y + 18);
            context.lineTo(x - 4, y + 14);
        } else if (kind === 'read') {
            context.lineWidth = 1.2;
            context.arc(x, y + 14, 3, 0, 2 * Math.PI);
            context.stroke();
            return;
        } else if (kind === 'choice') {
            context.fillStyle = this.colour.accent;
            context.moveTo(x - 4, y + 18);
            context.lineTo(x + 4, y + 18);
            context.lineTo(x, y + 11);
        } else if (kind === 'failure') {
            context.strokeStyle = this.colour.failed;
            context.moveTo(x - 6, y - 6);
            context.lineTo(x + 6, y + 6);
            context.moveTo(x - 6, y + 6);
            context.lineTo(x + 6, y - 6);
            context.lineWidth = 3;
            context.stroke();
            return;
        } else if (kind === 'end') {
            const failed = !['ok', 'cancelled'].includes(this.model.lanes[this.model.laneOf(event)].status);
            context.fillStyle = failed ? this.colour.failed : this.colour.run;
            context.rect(x - 1.5, y - 9, 3, 18);
        } else {
            context.arc(x, y, 3.5, 0, 2 * Math.PI);
        }
        context.fill();
    }

    drawMarkText(event, x, y, next) {
        const context = this.context;
        const kind = this.trace.name(event);
        if (kind !== 'log' && kind !== 'set' && kind !== 'read') return x;
        const room = (next === undefined ? this.width : this.x(this.axis.place[next])) - x - 8;
        if (room < 24) return x;
        context.font = '10px system-ui, sans-serif';
        context.textBaseline = 'middle';
        context.fillStyle = this.colour.ink;
        let text = eventText(this.model, event);
        const width = context.measureText(text).width;
        if (width > room) text = text.slice(0, Math.max(1, Math.floor(text.length * room / width) - 1)) + '\u2026';
        context.fillText(text, x + 6, y + 15);
        return x + Math.min(width, room);
    }

    // ---- Arrows ----

    arrow(x, y, toX, toY, colour, dash, width = 1.2) {
        const context = this.context;
        context.strokeStyle = context.fillStyle = colour;
        context.lineWidth = width;
        context.setLineDash(dash);
        context.beginPath();
        context.moveTo(x, y);
        context.lineTo(toX, toY);
        context.stroke();
        context.setLineDash([]);
        const angle = Math.atan2(toY - y, toX - x);
        context.beginPath();
        context.moveTo(toX, toY);
        context.lineTo(toX - 7 * Math.cos(angle - 0.4), toY - 7 * Math.sin(angle - 0.4));
        context.lineTo(toX - 7 * Math.cos(angle + 0.4), toY - 7 * Math.sin(angle + 0.4));
        context.fill();
    }

    drawLinks() {
        const links = this.model.links;
        const dashes = {bytes: [], wake: [6, 3], spawn: [2, 3]};
        let count = 0;
        for (let i = Picture.firstInView(links.length, (at) => links[at].to, this.first); i < links.length; i++) {
            const link = links[i];
            if (link.from > this.last) {
                if (link.to > this.last + 4096) break;
                continue;
            }
            if (this.hidden.has(link.source) || this.hidden.has(link.lane) || ++count > 4000) continue;
            const x = this.x(this.axis.place[link.from]), toX = this.x(this.axis.place[link.to]);
            if (this.view.scale < MARK_MIN && count > 600) continue;
            const colour = link.kind === 'bytes' ? this.colour.bytes : this.colour.wake;
            this.arrow(x, this.y(link.source), toX, this.y(link.lane), colour, dashes[link.kind]);
        }
    }

    drawChain() {
        for (let i = 0; i + 1 < this.chain.length; i++) {
            const to = this.chain[i], from = this.chain[i + 1];
            const lane = this.model.laneOf(to), source = this.model.laneOf(from);
            if (lane === UNKNOWN || source === UNKNOWN || this.hidden.has(lane) || this.hidden.has(source)) continue;
            const x = this.x(this.axis.place[from]), toX = this.x(this.axis.place[to]);
            if (lane === source) {
                this.context.fillStyle = this.colour.accent;
                this.context.fillRect(x, this.y(lane) + 9, toX - x, 2);
            } else {
                this.arrow(x, this.y(source), toX, this.y(lane), this.colour.accent, [], 2.5);
            }
        }
    }

    drawSelection() {
        const context = this.context;
        for (const event of this.matches) {
            const x = this.x(this.axis.place[event]);
            if (x < GUTTER || x > this.width) continue;
            context.fillStyle = this.colour.accent;
            context.fillRect(x - 1, RULER - 4, 3, 4);
        }
        if (this.selected === 0) return;
        const x = Math.round(this.x(this.axis.place[this.selected])) + 0.5;
        context.strokeStyle = this.colour.accent;
        context.lineWidth = 1.5;
        context.beginPath();
        context.moveTo(x, 20);
        context.lineTo(x, this.depth);
        context.stroke();
        const lane = this.model.laneOf(this.selected);
        if (lane === UNKNOWN || this.hidden.has(lane)) return;
        const y = this.y(lane);
        if (y < RULER) return;
        context.lineWidth = 2;
        context.strokeRect(x - 8, y - 14, 16, 28);
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
            const y = RULER + row.top - this.view.top + row.height / 2;
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
            const top = RULER + each.top - this.view.top;
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
        const at = operations[Picture.firstInView(operations.length, (i) => operations[i].ending || none, event)];
        return at !== undefined && at.start <= event ? at.start : this.axis.nearest(place);
    }
}

function hostText(host) {
    let text = host.name;
    if (host.skew !== 0) text += ' ' + (host.skew > 0 ? '+' : '') + words(host.skew);
    if (host.drift !== 0) text += ' ' + (host.drift > 0 ? '+' : '') + host.drift + 'ppm';
    return text;
}
