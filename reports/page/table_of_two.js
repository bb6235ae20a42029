// table_of_two.js - the events of two runs as one table: a row for what is the same, or stands in the same place.

const ROW_MARKS = {
    '=': 'the same', '~': 'the same at another time', '|': 'something else', '<': 'A only', '>': 'B only',
};

class TableOfTwo extends Table {
    filter() {
        const {page} = this, {orders, difference} = page.beside;
        const events = page.sides.map((side) => this.eventsOf(side));
        const placeOf = (side, i) => i < events[side].length ? orders[side].place[events[side][i]] : Infinity;
        const at = [0, 0];
        this.rows = []; // [event of A, event of B], 0 for none
        this.rowOf = page.sides.map((side) => new Uint32Array(side.trace.count + 2));
        while (at[0] < events[0].length || at[1] < events[1].length) {
            const next = events.map((each, side) => each[at[side]] || 0);
            const isBoth = next[0] !== 0 && difference.counterpart(0, next[0]) === next[1];
            const row = isBoth ? next : placeOf(0, at[0]) <= placeOf(1, at[1]) ? [next[0], 0] : [0, next[1]];
            for (const side of [0, 1]) {
                if (row[side] === 0) continue;
                this.rowOf[side][row[side]] = this.rows.length;
                at[side]++;
            }
            this.rows.push(row);
        }
        this.events = events;
        this.setNames();
        this.setRowCount(this.rows.length);
    }

    setNames() {
        const names = ['A: time', 'Who', 'What', 'Differs', 'B: time', 'Who', 'What'];
        const row = this.box.querySelector('.names');
        row.classList.add('two');
        empty(row).append(...names.map((name) => element('div', {role: 'columnheader'}, name)));
    }

    positionOf(event) {
        const side = this.page.active.index, events = this.events[side];
        let low = 0, high = events.length - 1;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (events[middle] < event) low = middle + 1;
            else high = middle;
        }
        return this.rowOf[side][events[low]];
    }

    select(row) {
        const events = this.rows[row], {active, sides} = this.page;
        const side = events[active.index] !== 0 ? active : sides[1 - active.index];
        this.page.select(events[side.index], true, side);
    }

    markOf(events) {
        const {sides} = this.page;
        if (events[1] === 0) return '<';
        if (events[0] === 0) return '>';
        const [a, b] = sides.map((side, i) => whoText(side.model, events[i]) + ' ' + eventText(side.model, events[i]));
        if (a !== b) return '|';
        return sides[0].trace.time[events[0]] === sides[1].trace.time[events[1]] ? '=' : '~';
    }

    row(i) {
        const {sides} = this.page, events = this.rows[i], mark = this.markOf(events);
        const isCurrent = sides.some((side) => side.picture.selected !== 0 && events[side.index] === side.picture.selected);
        const cells = sides.map((side) => this.cellsOf(side, events[side.index]));
        const sign = element('div', {role: 'cell', class: 'mark'}, element('span', {'aria-hidden': 'true'}, mark),
            element('span', {class: 'hidden'}, ROW_MARKS[mark]));
        return element('div', {
            role: 'row', class: 'row two' + (isCurrent ? ' current' : '') + (mark === '=' || mark === '~' ? '' : ' differs'),
            'aria-rowindex': i + 2,
        }, ...cells[0], sign, ...cells[1]);
    }

    cellsOf(side, event) {
        if (event === 0) return ['', '', ''].map((text) => this.cell(text));
        const cells = [words(side.trace.time[event]), whoText(side.model, event), eventText(side.model, event)]
            .map((text) => this.cell(text));
        for (const cell of cells) cell.addEventListener('click', () => this.page.select(event, true, side));
        return cells;
    }
}
