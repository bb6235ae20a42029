// draw_difference.js - what differs from the other run in a picture: where it begins, what was decided, what is not in both.

class DifferenceDrawing {
    // difference: of both runs; side: which of them this is; axesNow: gives the axes of both.
    setDifference(difference, side, axesNow) {
        this.difference = difference;
        this.side = side;
        this.axesNow = axesNow;
        this.pair = difference.marks.map((mark) => difference.markOf(side, mark));
    }

    drawDifference() {
        const run = this.difference.runs[this.side];
        this.drawDiffering();
        if (run.decision !== 0) {
            const text = 'decided: ' + oneLine(run.decided);
            this.drawLine(this.axis.place[run.decision] - 0.3, this.colour.accent, text, this.depth - 16);
        }
        this.drawLine(this.difference.placeOfFirst(this.axesNow()), this.colour.first, 'first difference', 0);
        this.pair.forEach((mark, i) => mark !== undefined && this.drawPair(mark, String(i + 1)));
    }

    // A strip below the ruler: in this run's colour what the other has not, or not then.
    drawDiffering() {
        const context = this.context, differs = this.difference.differs[this.side];
        context.fillStyle = this.side === 0 ? this.colour.a : this.colour.b;
        let drawn = -Infinity;
        for (let event = this.first; event <= this.last; event++) {
            if (differs[event] === SAME || differs[event] === OTHER_TIME) continue;
            const x = Math.max(this.x(this.axis.place[event] - 0.5), drawn);
            const end = Math.max(this.x(this.axis.place[event] + 0.5), x + 1);
            if (end <= drawn) continue;
            context.fillRect(x, RULER - 1, end - x, 5);
            if (this.view.scale >= MARK_MIN) {
                context.globalAlpha = 0.07;
                context.fillRect(x, RULER + 4, end - x, this.depth - RULER);
                context.globalAlpha = 1;
            }
            drawn = end;
        }
    }

    // A line from the top to the bottom, with a flag.
    drawLine(place, colour, text, top) {
        const context = this.context, x = Math.round(this.x(place)) + 0.5;
        if (x < GUTTER - 1 || x > this.width) return;
        context.strokeStyle = context.fillStyle = colour;
        context.lineWidth = 2;
        context.setLineDash([7, 4]);
        context.beginPath();
        context.moveTo(x, 0);
        context.lineTo(x, this.depth);
        context.stroke();
        context.setLineDash([]);
        context.font = '600 11px system-ui, sans-serif';
        const width = context.measureText(text).width + 12;
        const left = x + width > this.width && x - width > GUTTER ? x - width : x;
        context.fillRect(left, top, width, 16);
        context.fillStyle = this.colour.paper;
        context.textBaseline = 'middle';
        context.fillText(text, left + 6, top + 8.5);
    }

    // One of two whose order decides: a frame around what it did, and its number.
    drawPair(mark, number) {
        const lane = this.model.laneOf(mark.first);
        if (lane === UNKNOWN || this.hidden.has(lane)) return;
        const context = this.context, y = this.y(lane);
        const from = this.x(this.axis.place[mark.first]) - 7, to = this.x(this.axis.place[mark.last]) + 7;
        if (y < RULER || to < GUTTER || from > this.width) return;
        context.strokeStyle = this.colour.ink;
        context.fillStyle = this.colour.pair;
        context.lineWidth = 4;
        context.strokeRect(from, y - 11, to - from, 22);
        context.strokeStyle = this.colour.pair;
        context.lineWidth = 2;
        context.strokeRect(from, y - 11, to - from, 22);
        context.beginPath();
        context.arc(from, y - 12, 8, 0, 2 * Math.PI);
        context.fill();
        context.strokeStyle = this.colour.ink;
        context.lineWidth = 1;
        context.stroke();
        context.fillStyle = '#222222';
        context.font = '700 11px system-ui, sans-serif';
        context.textAlign = 'center';
        context.textBaseline = 'middle';
        context.fillText(number, from, y - 11.5);
        context.textAlign = 'left';
    }
}
