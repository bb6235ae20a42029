// draw_time.js - the time in a picture: lines down from new instants, the ruler above, folds, what the world does.

class TimeDrawing {
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
        const {world} = this.model;
        for (let i = 0; i < world.length; i++) {
            const event = world[i];
            const x = this.x(this.axis.place[event]);
            if (x < GUTTER - 200 || x > this.width + 10) continue;
            context.fillStyle = this.colour.fault;
            context.beginPath();
            context.moveTo(x, 4);
            context.lineTo(x + 6, 10);
            context.lineTo(x, 16);
            context.lineTo(x - 6, 10);
            context.fill();
            const next = i + 1 < world.length ? this.x(this.axis.place[world[i + 1]]) : this.width;
            const room = next - x - 18;
            if (room < 24) continue;
            context.fillStyle = this.colour.ink;
            this.fillFitting(oneLine(this.trace.get(event, 'text')), x + 9, 10, room);
        }
    }
}
