// table.js - the events as a table, for who does not look at pictures, and for print. Only the rows in view exist.

const TABLE_ROW = 24;

class Table {
    constructor(page) {
        this.page = page;
        this.box = document.getElementById('table');
        this.body = document.getElementById('rows');
        this.space = document.getElementById('space');
        this.box.addEventListener('scroll', () => this.draw());
        this.box.addEventListener('keydown', (event) => this.key(event));
        this.filter();
    }

    // The events of a run that are shown: those that say something, of lanes that are.
    eventsOf(side) {
        const {model, picture} = side;
        const silent = new Set(['ready', 'resume', 'source', 'file', 'object', 'host']
            .map((name) => model.trace.kindOf.get(name)));
        const events = [];
        for (let event = 1; event <= model.trace.count; event++) {
            const operation = model.operations[model.operationOf[event]];
            if (silent.has(model.trace.kind[event]) || (operation !== undefined && operation.isStep)) continue;
            const lane = model.laneOf(event);
            if (lane === UNKNOWN || !picture.hidden.has(lane)) events.push(event);
        }
        return events;
    }

    filter() {
        this.events = this.eventsOf(this.page.active);
        this.setRowCount(this.events.length);
    }

    setRowCount(count) {
        this.rowCount = count;
        this.space.style.height = count * TABLE_ROW + 'px';
        this.body.parentElement.setAttribute('aria-rowcount', count + 1);
        this.draw();
    }

    // The row of an event, or the next one.
    positionOf(event) {
        let low = 0, high = this.events.length - 1;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (this.events[middle] < event) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    select(row) {
        this.page.select(this.events[row]);
    }

    draw() {
        if (this.box.hidden) return;
        const first = Math.max(0, Math.floor(this.box.scrollTop / TABLE_ROW) - 5);
        const count = Math.ceil(this.box.clientHeight / TABLE_ROW) + 10;
        this.fill(first, Math.min(first + count, this.rowCount));
    }

    fill(first, last) {
        empty(this.body);
        this.body.style.transform = 'translateY(' + first * TABLE_ROW + 'px)';
        for (let i = first; i < last; i++) this.body.append(this.row(i));
    }

    row(i) {
        const {model, picture} = this.page, event = this.events[i];
        return element('div', {
            role: 'row', class: event === picture.selected ? 'row current' : 'row', 'aria-rowindex': i + 2,
            onclick: () => this.page.select(event),
        }, this.cell(words(model.trace.time[event])), this.cell('#' + event), this.cell(whoText(model, event)),
        this.cell(eventText(model, event)));
    }

    cell(text) {
        return element('div', {role: 'cell'}, text);
    }

    show(event) {
        if (this.box.hidden) return;
        const top = this.positionOf(event) * TABLE_ROW;
        if (top < this.box.scrollTop || top > this.box.scrollTop + this.box.clientHeight - 3 * TABLE_ROW) {
            this.box.scrollTop = top - this.box.clientHeight / 2;
        }
        this.draw();
    }

    key(event) {
        const steps = {ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20};
        const step = steps[event.key];
        if (step === undefined) return;
        const at = this.positionOf(this.page.picture.selected) + step;
        this.select(Math.min(Math.max(at, 0), this.rowCount - 1));
        event.preventDefault();
        event.stopPropagation();
    }
}
