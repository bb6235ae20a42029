// page.js - puts the parts together: selection, keys, pointer, search, filter, address, themes.

class Page {
    constructor(trace) {
        this.trace = trace;
        this.model = new Model(trace);
        this.canvas = document.getElementById('picture');
        this.picture = new Picture(this.canvas, this.model);
        this.axes = {time: new Axis(trace, true)};
        this.picture.setAxis(this.axes.time);
        this.axisName = 'time';
        this.panels = new Panels(this);
        this.table = new Table(this);
        this.found = [];
        this.head();
        this.buildFilter();
        this.listen();
        this.resize();
        this.picture.fit();
        if (this.picture.view.scale < 5) this.picture.zoom(5 / this.picture.view.scale, GUTTER);
        if (!this.readAddress()) this.begin();
    }

    head() {
        document.title = this.model.title + ' - cogsim';
        document.getElementById('title').textContent = oneLine(this.model.title);
        const verdict = document.getElementById('verdict');
        verdict.textContent = this.model.verdict;
        verdict.className = this.model.verdict === 'ok' ? 'good' : 'bad';
        document.getElementById('facts').textContent = words(this.trace.time[this.trace.count]) + ' \u00b7 '
            + this.trace.count + ' events \u00b7 ' + this.model.lanes.length + ' coroutines on '
            + this.model.hosts.length + (this.model.hosts.length === 1 ? ' host' : ' hosts') + ' \u00b7 trace ' + this.trace.hash;
        this.slider = document.getElementById('slider');
        this.slider.max = this.trace.count;
    }

    // At what does not hold, if there is such a thing.
    begin() {
        const failure = this.model.failures[0];
        if (failure === undefined) {
            this.select(this.firstOfInterest(), false);
            return;
        }
        const cause = this.model.laneOf(failure) !== UNKNOWN ? failure : this.trace.cause[failure] || failure;
        this.select(cause, false);
        this.picture.show(cause);
        this.draw();
    }

    firstOfInterest() {
        return this.model.lanes.length > 0 ? this.model.lanes[0].created : 1;
    }

    // ---- Selection ----

    // The event, its cause, and so on.
    causesOf(event) {
        const chain = [];
        for (let at = event; at !== 0 && chain.length < 1000; at = this.trace.cause[at]) chain.push(at);
        return chain;
    }

    select(event, moves = true) {
        if (event < 1 || event > this.trace.count) return;
        this.picture.selected = event;
        this.picture.chain = this.causesOf(event);
        if (moves) this.picture.show(event);
        this.slider.value = event;
        this.slider.setAttribute('aria-valuetext', words(this.trace.time[event]) + ', event ' + event);
        this.panels.showDetails(event);
        if (!this.panels.state.hidden) this.panels.showState(event);
        this.panels.showLine(event);
        this.table.show(event);
        const said = words(this.trace.time[event]) + ', ' + whoText(this.model, event) + ' '
            + eventText(this.model, event);
        document.getElementById('now').textContent = said;
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
        this.found = [];
        for (const event of wanted === '' ? [] : this.table.events) {
            const line = whoText(this.model, event) + ' ' + eventText(this.model, event);
            if (line.toLowerCase().includes(wanted)) this.found.push(event);
        }
        this.picture.matches = new Set(this.found.slice(0, 5000));
        document.getElementById('found').textContent = wanted === '' ? '' : this.found.length + ' found';
        this.draw();
    }

    next(direction) {
        if (this.found.length === 0) return;
        const selected = this.picture.selected;
        const at = direction > 0 ? this.found.find((event) => event > selected)
            : this.found.filter((event) => event < selected).pop();
        this.select(at !== undefined ? at : direction > 0 ? this.found[0] : this.found[this.found.length - 1]);
    }

    buildFilter() {
        const parent = document.getElementById('lanes');
        for (const host of this.model.hosts) {
            if (host.lanes.length === 0) continue;
            const group = element('fieldset', {}, element('legend', {}, hostText(host)));
            for (const lane of host.lanes.slice(0, 500)) {
                const box = element('input', {type: 'checkbox', checked: '', onchange: () => {
                    if (box.checked) this.picture.hidden.delete(lane.index);
                    else this.picture.hidden.add(lane.index);
                    this.picture.layout();
                    this.picture.clamp();
                    this.table.filter();
                    this.draw();
                }});
                group.append(element('label', {}, box, ' ' + oneLine(lane.name)));
            }
            parent.append(group);
        }
    }

    // ---- The address ----

    writeAddress() {
        const view = this.picture.view;
        const parts = ['e=' + this.picture.selected, 'x=' + view.from.toFixed(1), 's=' + view.scale.toFixed(2),
            'a=' + this.axisName];
        history.replaceState(null, '', '#' + parts.join('&'));
    }

    readAddress() {
        const values = new URLSearchParams(location.hash.slice(1));
        const event = parseInt(values.get('e'), 10);
        if (!(event >= 1 && event <= this.trace.count)) return false;
        if (values.get('a') === 'order') this.setAxis('order');
        const scale = parseFloat(values.get('s')), from = parseFloat(values.get('x'));
        if (scale > 0) this.picture.view.scale = scale;
        if (from > -10) this.picture.view.from = from;
        this.picture.clamp();
        this.select(event, !(scale > 0));
        return true;
    }

    // ---- What is shown ----

    setAxis(name) {
        this.axisName = name;
        if (this.axes[name] === undefined) this.axes[name] = new Axis(this.trace, name === 'time');
        this.picture.setAxis(this.axes[name]);
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
        this.canvas.hidden = !box.hidden;
        document.getElementById('view').setAttribute('aria-pressed', !box.hidden);
        if (box.hidden) this.resize();
        else this.table.show(this.picture.selected);
    }

    setTheme(name) {
        document.documentElement.dataset.theme = name;
        this.picture.hatches = undefined;
        this.picture.colours();
        this.draw();
    }

    toggleTheme() {
        const dark = matchMedia('(prefers-color-scheme: dark)').matches;
        const now = document.documentElement.dataset.theme || (dark ? 'dark' : 'light');
        this.setTheme(now === 'dark' ? 'light' : 'dark');
    }

    resize() {
        if (this.canvas.hidden) return;
        this.picture.resize();
        this.picture.colours();
        this.draw();
    }

    draw() {
        if (this.isAsked) return;
        this.isAsked = true;
        requestAnimationFrame(() => {
            this.isAsked = false;
            if (this.picture.context !== undefined && !this.canvas.hidden) this.picture.draw();
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
            if (!this.table.box.hidden) this.table.fill(0, Math.min(this.table.events.length, 2000));
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
            if (event.key === 'Escape') this.canvas.focus();
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
        this.listenToPointer();
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

    pan(x, y) {
        this.picture.pan(x, y);
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
        if (keys[event.key] === undefined) return;
        keys[event.key]();
        event.preventDefault();
    }

    listenToPointer() {
        const canvas = this.canvas, pointers = new Map();
        let moved = 0, spread = 0;
        canvas.addEventListener('wheel', (event) => {
            if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
                this.pan(event.deltaX + event.deltaY, 0);
            } else if (event.ctrlKey || event.offsetY < RULER || this.picture.height < this.picture.depth - RULER) {
                this.zoom(Math.exp(-event.deltaY / 300), Math.max(event.offsetX, GUTTER));
            } else {
                this.pan(0, event.deltaY);
            }
            event.preventDefault();
        }, {passive: false});
        canvas.addEventListener('pointerdown', (event) => {
            canvas.setPointerCapture(event.pointerId);
            pointers.set(event.pointerId, {x: event.offsetX, y: event.offsetY});
            moved = 0;
            spread = this.spreadOf(pointers);
        });
        canvas.addEventListener('pointermove', (event) => {
            const before = pointers.get(event.pointerId);
            if (before === undefined) return;
            const x = event.offsetX, y = event.offsetY;
            moved += Math.abs(x - before.x) + Math.abs(y - before.y);
            if (pointers.size === 1) this.pan(before.x - x, before.y - y);
            pointers.set(event.pointerId, {x: x, y: y});
            if (pointers.size === 2) {
                const now = this.spreadOf(pointers);
                if (spread > 0) this.zoom(now / spread, x);
                spread = now;
            }
        });
        const release = (event) => {
            pointers.delete(event.pointerId);
            if (moved < 5 && event.type === 'pointerup') {
                const found = this.picture.find(event.offsetX, event.offsetY);
                if (found !== 0) this.select(found, false);
            } else {
                this.writeAddress();
            }
        };
        canvas.addEventListener('pointerup', release);
        canvas.addEventListener('pointercancel', release);
    }

    spreadOf(pointers) {
        const [a, b] = [...pointers.values()];
        return b === undefined ? 0 : Math.hypot(a.x - b.x, a.y - b.y);
    }
}

try {
    window.page = new Page(new Trace(decodeBase64(document.getElementById('trace').textContent.trim())));
} catch (error) {
    document.getElementById('title').textContent = 'This report cannot be shown: ' + error.message;
    throw error;
}
