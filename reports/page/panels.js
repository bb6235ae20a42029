// panels.js - what stands beside the picture: an event's details, how things stood, the scenario's text.

function element(name, properties, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(properties || {})) {
        if (key === 'class') made.className = value;
        else if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
        else made.setAttribute(key, value);
    }
    for (const child of children) {
        if (child !== undefined && child !== null) made.append(child); // text is text, whatever it holds
    }
    return made;
}

function empty(parent) {
    while (parent.firstChild !== null) parent.firstChild.remove();
    return parent;
}

class Panels {
    constructor(page) {
        this.page = page;
        this.details = document.getElementById('details');
        this.state = document.getElementById('state');
        this.source = document.getElementById('source');
        this.texts = page.sides.map((side) => this.buildSource(side.model)); // {box, lines}, of each run
        this.use(page.active);
    }

    // Shows another run.
    use(side) {
        this.side = side;
        this.model = side.model;
        this.states = side.states;
        empty(this.source).append(this.texts[side.index].box);
    }

    // A button that leads to an event.
    eventButton(event, side = this.side) {
        const {model} = side;
        const text = whoText(model, event) + ': ' + eventText(model, event);
        return element('button', {class: 'event', type: 'button', onclick: () => this.page.select(event, true, side)},
            element('span', {class: 'time'}, words(model.trace.time[event])), ' ', text);
    }

    list(title, items) {
        if (items.length === 0) return null;
        return element('section', {}, element('h3', {}, title),
            element('ul', {}, ...items.map((item) => element('li', {}, item))));
    }

    rows(pairs) {
        const list = element('dl', {});
        for (const [name, value] of pairs) {
            if (value !== undefined && value !== '') list.append(element('dt', {}, name), element('dd', {}, value));
        }
        return list;
    }

    // ---- Details ----

    showDetails(event) {
        const model = this.model, trace = model.trace;
        const parent = empty(this.details);
        const operation = model.operations[model.operationOf[event]];
        const timer = model.timers[model.timerOf[event]];
        const host = model.hostById.get(trace.host[event]);
        const line = model.lineOf(event);
        const pairs = [
            ['time', words(trace.time[event])],
            ['on', host === undefined ? '' : host.name + this.hostTime(host, trace.time[event])],
            ['event', '#' + event + ', ' + trace.name(event)],
            ['line', line.line === 0 ? '' : this.lineButton(line)],
        ];
        if (operation !== undefined && !operation.isStep) pairs.push(...this.operationPairs(operation));
        if (timer !== undefined) pairs.push(...this.timerPairs(timer));
        const shown = new Set(['line', 'name', 'object', 'other']);
        for (const [name, value] of trace.all(event)) {
            if (!shown.has(name) && value !== '' && value !== 0) pairs.push([name, oneLine(String(value))]);
        }
        parent.append(element('h2', {}, whoText(model, event) + ': ' + eventText(model, event)), this.rows(pairs));
        const chain = this.side.causesOf(event);
        const add = (section) => section !== null && parent.append(section);
        if (this.page.beside !== undefined) add(this.page.beside.otherOf(event));
        add(this.list('Why: its causes', chain.slice(1, 13).map((cause) => this.eventButton(cause))));
        const effects = Array.from(model.effectsOf(event).subarray(0, 12));
        add(this.list('What came of it', effects.map((effect) => this.eventButton(effect))));
        const object = operation !== undefined ? operation.object : this.variableOf(event);
        if (object !== undefined) add(this.usersOf(object, event));
    }

    hostTime(host, time) {
        if (host.skew === 0 && host.drift === 0) return '';
        return ', whose clock shows ' + words(time + host.skew + Math.floor(time / 1e6 * host.drift));
    }

    operationPairs(operation) {
        const trace = this.model.trace;
        const until = operation.ending || trace.count;
        return [
            ['operation', operationText(this.model, operation)],
            ['ends', endingText(operation)],
            ['waited', words(trace.time[until] - trace.time[operation.start])],
        ];
    }

    timerPairs(timer) {
        const trace = this.model.trace;
        const left = timer.deadline - trace.time[timer.finish || trace.count];
        return [
            ['timeout', timer.mode + ', armed at ' + words(trace.time[timer.arm])],
            ['refreshed', timer.refreshes.length === 0 ? '' : timer.refreshes.length + ' times'],
            ['deadline', words(timer.deadline) + (timer.fired ? ', it fired' : timer.finish === 0 ? '' : ', ' + words(left)
                + ' were left')],
        ];
    }

    variableOf(event) {
        const trace = this.model.trace;
        if (!trace.is(event, 'set') && !trace.is(event, 'read')) return undefined;
        return this.model.objects.get('var ' + trace.get(event, 'name'));
    }

    usersOf(object, event) {
        const at = object.users.indexOf(event);
        const from = Math.max(0, (at < 0 ? 0 : at) - 6);
        const users = object.users.slice(from, from + 14);
        const more = object.users.length - users.length;
        return this.list('All who touched ' + object.kind + ' ' + object.name + (more > 0 ? ', ' + more + ' more' : ''),
            users.map((user) => this.eventButton(user)));
    }

    // ---- How things stood ----

    showState(event) {
        const model = this.model;
        const state = this.states.at(event);
        const lane = (index) => index === UNKNOWN || model.lanes[index] === undefined ? '-' : model.lanes[index].name;
        const parent = empty(this.state);
        parent.append(element('h2', {}, 'Behind event #' + event + ', at ' + words(model.trace.time[event])));
        const section = (title, items) => parent.append(element('section', {}, element('h3', {}, title),
            items.length === 0 ? element('p', {class: 'none'}, 'nothing')
                : element('ul', {}, ...items.slice(0, 60).map((item) => element('li', {}, item)))));
        section('Runs', state.running === UNKNOWN ? [] : [lane(state.running)]);
        for (const host of model.hosts.filter((each) => each.lanes.length > 0)) {
            section('Ready on ' + host.name + ', next first', state.ready.filter((index) =>
                model.lanes[index] !== undefined && model.lanes[index].host === host).map(lane));
        }
        const armed = [...state.armed].sort((a, b) => a[1] - b[1] || a[0] - b[0]);
        section('Timeouts, next first', armed.map(([timer, deadline]) =>
            words(deadline) + '  ' + lane(model.timers[timer].lane) + ', ' + model.timers[timer].mode));
        const waits = new Map();
        for (const [index, number] of state.waiting) {
            const operation = model.operations[number];
            if (operation === undefined || operation.isStep || operation.name === 'sleep') continue;
            const key = operationText(model, operation);
            waits.set(key, (waits.has(key) ? waits.get(key) + ', ' : '') + lane(index));
        }
        section('Who waits for what', [...waits].map(([what, who]) => what + ': ' + who));
        const lengths = [...state.lengths].map(([id, count]) => [model.objects.get(id), count])
            .filter(([object]) => object.kind === 'queue' || object.kind === 'lock');
        section('Queues and locks', lengths.map(([object, count]) => object.kind === 'lock'
            ? object.name + ': ' + (count < 0 ? 'held' : 'free') : object.name + ': ' + count));
        section('Buffers', [...state.buffers.values()].filter((each) => each.flying > 0 || each.there > 0).map((each) =>
            (each.isOfDatagrams ? 'datagrams to port ' + each.connection + ' of ' : 'connection ' + each.connection + ' to ')
            + model.hostById.get(each.host).name + ': ' + (each.isOfDatagrams ? each.there : bytesText(each.there))
            + ' there, ' + each.flying + ' under way'));
        section('Variables', [...state.variables].map(([name, text]) => oneLine(name + ' = ' + text)));
    }

    // ---- The text ----

    buildSource(model) {
        const text = {box: element('div', {}), lines: new Map()};
        const files = [...model.sources.keys()].sort((a, b) => a - b);
        if (files.length === 0) text.box.append(element('p', {class: 'none'}, 'The trace does not hold it.'));
        for (const file of files) {
            if (file !== 0) text.box.append(element('h3', {}, model.files.get(file) || 'file ' + file));
            const list = element('ol', {class: 'text'});
            const lines = model.sources.get(file);
            const first = Math.min(...Object.keys(lines).map(Number));
            list.start = first;
            for (let number = first; number < lines.length; number++) {
                const button = element('button', {type: 'button', class: 'line',
                    onclick: () => this.page.selectLine(file, number)}, lines[number] || ' ');
                const item = element('li', {}, button);
                text.lines.set(file + ' ' + number, item);
                list.append(item);
            }
            text.box.append(list);
        }
        return text;
    }

    lineButton(line) {
        return element('button', {type: 'button', class: 'event', onclick: () => this.page.showTab('source')},
            (line.file === 0 ? '' : this.model.files.get(line.file) + ':') + line.line);
    }

    // The line of an event, or of its operation's beginning.
    showLine(event) {
        const operation = this.model.operations[this.model.operationOf[event]];
        let line = this.model.lineOf(event);
        if (line.line === 0 && operation !== undefined) line = this.model.lineOf(operation.start);
        if (line.line === 0) return;
        if (this.lineShown !== undefined) {
            this.lineShown.classList.remove('current');
            this.lineShown.removeAttribute('aria-current');
        }
        this.lineShown = this.texts[this.side.index].lines.get(line.file + ' ' + line.line);
        if (this.lineShown === undefined) return;
        this.lineShown.classList.add('current');
        this.lineShown.setAttribute('aria-current', 'true');
        if (!this.source.hidden) this.lineShown.scrollIntoView({block: 'nearest'});
    }
}
