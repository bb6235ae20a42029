// page.js - puts the parts together: selection, keys, pointer, search, filter, address, themes.

class Page {
    // besideBytes, differenceBytes: of a second run; undefined where there is one run only.
    constructor(bytes, besideBytes, differenceBytes) {
        const view = {from: 0, scale: 1};
        this.sides = [new Side(0, bytes, view)];
        if (besideBytes !== undefined) this.sides.push(new Side(1, besideBytes, view));
        this.active = this.sides[0]; // whose event is selected
        this.stage = document.getElementById('stage');
        this.panes = document.getElementById('panes');
        this.slider = document.getElementById('slider');
        this.found = [];
        if (besideBytes !== undefined) {
            this.beside = new Beside(this, new Difference(differenceBytes, this.sides.map((side) => side.model)));
        }
        this.panels = new Panels(this);
        this.table = this.beside !== undefined ? new TableOfTwo(this) : new Table(this);
        this.head();
        this.buildFilter();
        this.listen();
        this.resize();
        this.setAxis(this.beside !== undefined ? 'order' : 'time');
        this.picture.fit();
        if (this.picture.view.scale < 5) this.picture.zoom(5 / this.picture.view.scale, GUTTER);
        if (this.beside !== undefined) this.beside.open();
        if (!this.readAddress()) this.begin();
    }

    get trace() {
        return this.active.trace;
    }

    get model() {
        return this.active.model;
    }

    get picture() {
        return this.active.picture;
    }

    head() {
        const {model} = this.sides[0];
        document.title = model.title + ' - cogsim';
        document.getElementById('title').textContent = oneLine(model.title);
        showVerdict(model, document.getElementById('verdict'));
        document.getElementById('facts').textContent = this.beside === undefined ? this.sides[0].facts() : this.beside.facts();
        this.slider.max = this.trace.count;
    }

    // At what does not hold, if there is such a thing.
    begin() {
        const failure = this.active.failure();
        if (this.beside !== undefined) {
            this.beside.begin(failure);
        } else if (failure === 0) {
            this.select(this.firstOfInterest(), false);
        } else {
            this.select(failure, false);
            this.picture.show(failure);
            this.draw();
        }
    }

    firstOfInterest() {
        return this.model.lanes.length > 0 ? this.model.lanes[0].created : 1;
    }

    // ---- Selection ----

    activate(side) {
        if (this.active === side) return;
        this.active = side;
        for (const each of this.sides) each.picture.isActive = each === side;
        this.slider.max = this.trace.count;
        this.panels.use(side);
    }

    // Selects an event of the active run, or of another one, which becomes it.
    select(event, moves = true, side = this.active) {
        if (event < 1 || event > side.trace.count) return;
        this.activate(side);
        this.picture.selected = event;
        this.picture.chain = side.causesOf(event);
        if (this.beside !== undefined) this.beside.follow(event);
        if (moves) this.picture.show(event);
        this.slider.value = event;
        const name = this.beside !== undefined ? this.beside.letter(side) + ': ' : '';
        this.slider.setAttribute('aria-valuetext', name + words(this.trace.time[event]) + ', event ' + event);
        this.panels.showDetails(event);
        if (!this.panels.state.hidden) this.panels.showState(event);
        this.panels.showLine(event);
        this.table.show(event);
        document.getElementById('now').textContent = name + side.say(event);
        this.writeAddress();
        this.draw();
    }

    // The next event, or the next after which somebody else runs.
    step(direction, byRun) {
        const resume = this.trace.kindOf.get('resume');
        let event = this.picture.selected;
        do event += direction;
        while (byRun && event > 1 && event < this.trace.count && this.trace.kind[event] !== resume);
        this.select(Math.min(Math.max(event, 1), this.trace.count));
    }

    // The next event of a line of the text.
    selectLine(file, line) {
        const count = this.trace.count, wanted = file * LINE_FILE + line;
        for (let i = 1; i <= count; i++) {
            const event = (this.picture.selected + i - 1) % count + 1;
            if (this.trace.get(event, 'line') === wanted) {
                this.select(event);
                return;
            }
        }
    }

    // ---- Search and filter ----

    search(text) {
        const wanted = text.toLowerCase();
        const found = this.sides.map((side) => wanted === '' ? [] : this.table.eventsOf(side).filter((event) =>
            (whoText(side.model, event) + ' ' + eventText(side.model, event)).toLowerCase().includes(wanted)));
        this.sides.forEach((side, i) => { side.picture.matches = new Set(found[i].slice(0, 5000)); });
        this.found = found;
        document.getElementById('found').textContent = wanted === '' ? ''
            : found.map((events) => events.length).join(' + ') + ' found';
        this.draw();
    }

    next(direction) {
        const found = this.found[this.active.index] || [];
        if (found.length === 0) return;
        const selected = this.picture.selected;
        const at = direction > 0 ? found.find((event) => event > selected) : found.filter((event) => event < selected).pop();
        this.select(at !== undefined ? at : direction > 0 ? found[0] : found[found.length - 1]);
    }

    buildFilter() {
        const parent = document.getElementById('lanes');
        for (const side of this.sides) {
            for (const host of side.model.hosts) {
                if (host.lanes.length > 0) parent.append(this.filterOf(side, host));
            }
        }
    }

    filterOf(side, host) {
        const run = this.beside !== undefined ? this.beside.letter(side) + ': ' : '';
        const group = element('fieldset', {}, element('legend', {}, run + hostText(host)));
        for (const lane of host.lanes.slice(0, 500)) {
            const box = element('input', {type: 'checkbox', checked: '', onchange: () => {
                if (box.checked) side.picture.hidden.delete(lane.index);
                else side.picture.hidden.add(lane.index);
                side.picture.layout();
                side.picture.clamp();
                this.table.filter();
                this.draw();
            }});
            group.append(element('label', {}, box, ' ' + oneLine(lane.name)));
        }
        return group;
    }

    // ---- The address ----

    writeAddress() {
        const view = this.picture.view;
        const parts = ['e=' + this.picture.selected, 'x=' + view.from.toFixed(1), 's=' + view.scale.toFixed(2),
            'a=' + this.axisName];
        if (this.active.index === 1) parts.push('r=b');
        history.replaceState(null, '', '#' + parts.join('&'));
    }

    readAddress() {
        const values = new URLSearchParams(location.hash.slice(1));
        const event = parseInt(values.get('e'), 10);
        const side = this.sides[values.get('r') === 'b' ? 1 : 0];
        if (side === undefined || !(event >= 1 && event <= side.trace.count)) return false;
        if (['order', 'time'].includes(values.get('a'))) this.setAxis(values.get('a'));
        const scale = parseFloat(values.get('s')), from = parseFloat(values.get('x'));
        if (scale > 0) this.picture.view.scale = scale;
        if (from > -10) this.picture.view.from = from;
        this.picture.clamp();
        this.select(event, !(scale > 0), side);
        return true;
    }

    // ---- What is shown ----

    setAxis(name) {
        this.axisName = name;
        const {sides} = this;
        if (sides[0].axes[name] === undefined) {
            const axes = this.beside !== undefined ? this.beside.difference.axes(name === 'time')
                : [Axis.alone(this.trace, name === 'time')];
            sides.forEach((side, i) => { side.axes[name] = axes[i]; });
        }
        const middle = this.picture.middle();
        for (const side of sides) side.picture.setAxis(side.axes[name]);
        this.picture.showAtMiddle(middle);
        const button = document.getElementById('axis');
        button.textContent = name === 'time' ? 'Axis: time' : 'Axis: order';
        this.draw();
    }

    showTab(name) {
        for (const tab of document.querySelectorAll('[role=tab]')) {
            const is = tab.getAttribute('aria-controls') === name;
            tab.setAttribute('aria-selected', is);
            tab.tabIndex = is ? 0 : -1;
            document.getElementById(tab.getAttribute('aria-controls')).hidden = !is;
        }
        if (name === 'state') this.panels.showState(this.picture.selected);
        if (name === 'source') this.panels.showLine(this.picture.selected);
    }

    toggleTable() {
        const box = this.table.box;
        box.hidden = !box.hidden;
        this.panes.hidden = !box.hidden;
        document.getElementById('view').setAttribute('aria-pressed', !box.hidden);
        if (box.hidden) this.resize();
        else this.table.show(this.picture.selected);
    }

    setTheme(name) {
        document.documentElement.dataset.theme = name;
        for (const {picture} of this.sides) {
            picture.hatches = undefined;
            picture.colours();
        }
        this.draw();
    }

    toggleTheme() {
        const dark = matchMedia('(prefers-color-scheme: dark)').matches;
        const now = document.documentElement.dataset.theme || (dark ? 'dark' : 'light');
        this.setTheme(now === 'dark' ? 'light' : 'dark');
    }

    resize() {
        if (this.panes.hidden) return;
        for (const {picture} of this.sides) {
            picture.resize();
            picture.colours();
        }
        this.draw();
    }

    draw() {
        if (this.isAsked) return;
        this.isAsked = true;
        requestAnimationFrame(() => {
            this.isAsked = false;
            for (const {picture} of this.panes.hidden ? [] : this.sides) {
                if (picture.context !== undefined) picture.draw();
            }
        });
    }

    // ---- Keys and pointer ----

    listen() {
        window.addEventListener('resize', () => {
            this.resize();
            this.table.draw();
        });
        matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.setTheme(''));
        window.addEventListener('beforeprint', () => {
            if (!this.table.box.hidden) this.table.fill(0, Math.min(this.table.rowCount, 2000));
        });
        const on = (id, name, act) => document.getElementById(id).addEventListener(name, act);
        on('axis', 'click', () => this.setAxis(this.axisName === 'time' ? 'order' : 'time'));
        on('in', 'click', () => this.zoom(1.5));
        on('out', 'click', () => this.zoom(1 / 1.5));
        on('fit', 'click', () => this.fit());
        on('theme', 'click', () => this.toggleTheme());
        on('view', 'click', () => this.toggleTable());
        on('help', 'click', () => document.getElementById('keys').showModal());
        on('filter', 'click', () => document.getElementById('lanes-box').showModal());
        on('search', 'input', (event) => this.search(event.target.value));
        on('search', 'keydown', (event) => {
            if (event.key === 'Enter') this.next(event.shiftKey ? -1 : 1);
            if (event.key === 'Escape') this.active.canvas.focus();
        });
        on('slider', 'input', () => this.select(Number(this.slider.value)));
        for (const [id, direction, byRun] of [['back', -1, true], ['previous', -1, false], ['next', 1, false],
            ['forward', 1, true]]) {
            on(id, 'click', () => this.step(direction, byRun));
        }
        for (const tab of document.querySelectorAll('[role=tab]')) {
            tab.addEventListener('click', () => this.showTab(tab.getAttribute('aria-controls')));
            tab.addEventListener('keydown', (event) => this.tabKey(tab, event));
        }
        document.addEventListener('keydown', (event) => this.key(event));
        for (const side of this.sides) new Pointer(this, side);
    }

    tabKey(tab, event) {
        const direction = {ArrowRight: 1, ArrowLeft: -1}[event.key];
        if (direction === undefined) return;
        const tabs = [...document.querySelectorAll('[role=tab]')];
        const other = tabs[(tabs.indexOf(tab) + direction + tabs.length) % tabs.length];
        this.showTab(other.getAttribute('aria-controls'));
        other.focus();
        event.preventDefault();
        event.stopPropagation();
    }

    zoom(factor, x) {
        this.picture.zoom(factor, x);
        this.writeAddress();
        this.draw();
    }

    fit() {
        this.picture.fit();
        this.writeAddress();
        this.draw();
    }

    pan(x, y, picture = this.picture) {
        picture.pan(x, y);
        this.draw();
    }

    key(event) {
        const type = event.target instanceof HTMLInputElement ? event.target.type : '';
        const isOwn = type === 'search' || (type === 'range' && /^(Arrow|Home|End|Page)/.test(event.key));
        if (isOwn || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
        const keys = {
            '.': () => this.step(1, false), ',': () => this.step(-1, false),
            '>': () => this.step(1, true), '<': () => this.step(-1, true),
            '+': () => this.zoom(1.5), '=': () => this.zoom(1.5), '-': () => this.zoom(1 / 1.5), '0': () => this.fit(),
            'ArrowLeft': () => this.pan(-80, 0), 'ArrowRight': () => this.pan(80, 0),
            'ArrowUp': () => this.pan(0, -ROW), 'ArrowDown': () => this.pan(0, ROW),
            'Home': () => this.select(1), 'End': () => this.select(this.trace.count),
            'c': () => this.select(this.trace.cause[this.picture.selected]),
            'n': () => this.next(1), 'N': () => this.next(-1),
            '/': () => document.getElementById('search').focus(),
            'a': () => this.setAxis(this.axisName === 'time' ? 'order' : 'time'),
            't': () => this.toggleTheme(), 'v': () => this.toggleTable(),
            'd': () => this.showTab('details'), 's': () => this.showTab('state'), 'x': () => this.showTab('source'),
            'f': () => document.getElementById('lanes-box').showModal(),
            '?': () => document.getElementById('keys').showModal(),
        };
        const act = keys[event.key] || (this.beside !== undefined ? this.beside.keys[event.key] : undefined);
        if (act === undefined) return;
        act();
        event.preventDefault();
    }
}

function bytesOf(id) {
    const holder = document.getElementById(id);
    return holder === null ? undefined : decodeBase64(holder.textContent.trim());
}

try {
    window.page = new Page(bytesOf('trace'), bytesOf('trace-b'), bytesOf('differing'));
} catch (error) {
    document.getElementById('title').textContent = 'This report cannot be shown: ' + error.message;
    throw error;
}
