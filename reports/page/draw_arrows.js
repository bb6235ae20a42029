// draw_arrows.js - what came of what in a picture: arrows, the causes of what is selected, and the selection itself.

class ArrowDrawing {
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
        for (let i = firstInView(links.length, (at) => links[at].to, this.first); i < links.length; i++) {
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
        context.setLineDash(this.isActive ? [] : [3, 3]);
        context.beginPath();
        context.moveTo(x, 20);
        context.lineTo(x, this.depth);
        context.stroke();
        context.setLineDash([]);
        const lane = this.model.laneOf(this.selected);
        if (lane === UNKNOWN || this.hidden.has(lane)) return;
        const y = this.y(lane);
        if (y < RULER) return;
        context.lineWidth = 2;
        context.strokeRect(x - 8, y - 14, 16, 28);
    }
}
