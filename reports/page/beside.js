// beside.js - two runs above each other: which event of the other one is meant, where they begin to differ, and going there.

class Beside {
    constructor(page, difference) {
        this.page = page;
        this.difference = difference;
        this.orders = difference.axes(false); // the axes by order
        page.sides.forEach((side, i) => {
            side.axes.order = this.orders[i];
            side.picture.setDifference(difference, i, () => this.axesNow());
        });
        page.active.picture.isActive = true;
        page.sides[1].picture.isActive = false;
        this.keys = {
            'g': () => this.goToFirst(), 'o': () => this.goToOther(), 'b': () => page.showTab('difference'),
            ']': () => this.goToNext(1), '[': () => this.goToNext(-1),
        };
        for (const id of ['pane-b', 'first', 'other', 'tab-difference', 'keys-of-two']) {
            document.getElementById(id).hidden = false;
        }
        page.sides.forEach((side, i) => this.nameRun(side, document.getElementById(i === 0 ? 'run-a' : 'run-b')));
    }

    axesNow() {
        return this.page.sides.map((side) => side.picture.axis);
    }

    letter(side) {
        return side.index === 0 ? 'A' : 'B';
    }

    nameOf(side) {
        return this.letter(side) + ': ' + oneLine(this.difference.runs[side.index].name);
    }

    nameRun(side, heading) {
        const verdict = element('span', {});
        showVerdict(side.model, verdict);
        heading.append(this.nameOf(side), ' ', verdict, ' ', element('span', {class: 'facts'}, side.facts()));
        heading.hidden = false;
        side.canvas.setAttribute('aria-label', 'Timeline of run ' + this.nameOf(side)
            + '. Both runs as a table: press v.');
        side.canvas.addEventListener('focus', () => this.page.active !== side && this.goToOther());
    }

    facts() {
        const {verdict, reason} = this.difference;
        return reason === '' ? verdict : verdict + ': ' + oneLine(reason);
    }

    // Shows the panel of what differs.
    open() {
        const parent = document.getElementById('difference'), {difference, page} = this;
        parent.append(element('h2', {}, difference.verdict));
        if (difference.reason !== '') parent.append(element('p', {}, oneLine(difference.reason)));
        for (const side of page.sides) parent.append(this.partOf(side));
        document.getElementById('first').addEventListener('click', () => this.goToFirst());
        document.getElementById('other').addEventListener('click', () => this.goToOther());
        page.showTab('difference');
    }

    partOf(side) {
        const {difference} = this, run = difference.runs[side.index];
        const button = (event) => this.page.panels.eventButton(event, side);
        const list = element('dl', {});
        const add = (name, ...items) => list.append(element('dt', {}, name),
            element('dd', {}, ...items.map((item) => element('div', {}, item))));
        if (run.decision !== 0) add('decided', button(run.decision));
        add('differs first', run.first !== 0 ? button(run.first) : 'nothing any more');
        if (run.causes.length > 0) add('came of', ...run.causes.map(button));
        difference.marks.forEach((mark, i) => {
            const here = difference.markOf(side.index, mark);
            if (here !== undefined) add('(' + (i + 1) + ')', button(difference.firstTold(side.index, here)));
        });
        const failure = side.failure();
        if (failure !== 0) add('fails', button(failure));
        return element('section', {}, element('h3', {}, this.nameOf(side)), list);
    }

    // What the other run has where this event is.
    otherOf(event) {
        const {page, difference} = this, side = page.active, other = this.otherSide();
        const found = difference.counterpart(side.index, event);
        const item = found !== 0 ? page.panels.eventButton(found, other) : 'nothing';
        return page.panels.list('In run ' + this.letter(other), [item]);
    }

    otherSide() {
        return this.page.sides[1 - this.page.active.index];
    }

    // The event of the other run that is meant; where there is none, its place is.
    follow(event) {
        const other = this.otherSide();
        const found = this.difference.counterpart(this.page.active.index, event);
        other.picture.selected = found;
        other.picture.chain = found !== 0 ? other.causesOf(found) : [];
    }

    // Opens at what does not hold, and with where the runs begin to differ in view.
    begin(failure) {
        const {page} = this, {runs} = this.difference;
        const hasCauses = failure !== 0 && page.active.causesOf(failure).length > 1;
        const side = page.sides[hasCauses || runs[0].first !== 0 ? 0 : 1];
        page.select(hasCauses ? failure : runs[side.index].first || failure || 1, false, side);
        this.showFirst();
    }

    // Brings the first difference of both into view, and what is selected if there is room.
    showFirst() {
        for (const {picture, index} of this.page.sides) {
            const first = this.difference.runs[index].first;
            picture.showPlace(this.difference.placeOfFirst(this.axesNow()));
            if (picture.selected !== 0) picture.showLane(picture.selected);
            if (first !== 0) picture.showLane(first);
        }
        this.page.draw();
    }

    goToFirst() {
        const {runs} = this.difference, {page} = this;
        const side = runs[page.active.index].first !== 0 ? page.active : this.otherSide();
        if (runs[side.index].first === 0) return;
        page.select(runs[side.index].first, true, side);
        this.showFirst();
    }

    goToOther() {
        const {page} = this, other = this.otherSide();
        const place = this.orders[page.active.index].place[page.picture.selected];
        page.select(other.picture.selected || this.orders[other.index].nearest(place), true, other);
    }

    goToNext(direction) {
        const {page} = this, active = page.active.index;
        const events = this.difference.next(active, page.picture.selected, direction, this.orders);
        if (events === undefined) return;
        const side = events[active] !== 0 ? page.active : this.otherSide();
        page.select(events[side.index], true, side);
    }
}
