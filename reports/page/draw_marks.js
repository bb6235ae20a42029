// draw_marks.js - what happens in an instant: a mark each, and its words where there is room.

class MarkDrawing {
    drawMarks(lane, y) {
        const marks = lane.marks;
        let free = -Infinity;
        for (let i = firstInView(marks.length, (at) => marks[at], this.first); i < marks.length; i++) {
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
}
