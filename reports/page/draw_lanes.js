// draw_lanes.js - what coroutines do in a picture: runs, operations and how they ended, timeouts.

class LaneDrawing {
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
        for (let i = firstInView(runs.length / 2, (at) => runs[2 * at + 1], this.first); 2 * i < runs.length; i++) {
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
        for (let i = firstInView(operations.length, endOf, this.first); i < operations.length; i++) {
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
}
