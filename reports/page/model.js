// model.js - what a trace tells, as nouns: hosts, lanes (coroutines), objects, operations, timers, links.

const LINE_FILE = 1 << 24; // the bits of a line from here up number its file

const OK = 0, EXPIRED = 1, FAILED = 2, CANCELLED = 3, OPEN = 4;
const ENDINGS = {completed: OK, expired: EXPIRED, failed: FAILED, cancelled: CANCELLED};

class Model {
    constructor(trace) {
        this.trace = trace;
        this.hosts = [];
        this.namesakes = new Map(); // lanes by name
        this.hostById = new Map();
        this.lanes = [];
        this.laneById = new Map();
        this.objects = new Map(); // by id
        this.operations = [];     // {start, ending, how, lane, object, other, name, timers}
        this.timers = [];         // {arm, finish, lane, mode, deadline, refreshes, fired}
        this.links = [];          // {from, to, kind}
        this.world = [];
        this.failures = [];
        this.files = new Map();
        this.sources = new Map(); // lines by number of file
        this.operationOf = new Int32Array(trace.count + 1).fill(UNKNOWN);
        this.timerOf = new Int32Array(trace.count + 1).fill(UNKNOWN);
        this.title = '';
        this.verdict = 'unfinished';
        this.read();
        this.link();
    }

    laneOf(event) {
        const lane = this.laneById.get(this.trace.coroutine[event]);
        return lane === undefined ? UNKNOWN : lane.index;
    }

    read() {
        const trace = this.trace;
        const handlers = trace.kinds.map((kind) => this['read_' + kind.name]);
        for (let event = 1; event <= trace.count; event++) {
            const handler = handlers[trace.kind[event]];
            if (handler !== undefined) handler.call(this, event, trace);
        }
        for (const lane of this.lanes) {
            if (lane.resumed !== 0) lane.runs.push(lane.resumed, trace.count);
        }
    }

    read_run(event, trace) {
        this.title = trace.get(event, 'title');
    }

    read_finish(event, trace) {
        this.verdict = trace.get(event, 'verdict');
    }

    read_host(event, trace) {
        const host = {
            id: trace.host[event], index: this.hosts.length, name: trace.get(event, 'name'), lanes: [],
            skew: trace.signed(event, 'skew'), drift: trace.signed(event, 'drift'),
        };
        this.hosts.push(host);
        this.hostById.set(host.id, host);
    }

    read_file(event, trace) {
        this.files.set(trace.get(event, 'number'), trace.get(event, 'name'));
    }

    read_source(event, trace) {
        const line = trace.get(event, 'line');
        const file = Math.floor(line / LINE_FILE);
        if (!this.sources.has(file)) this.sources.set(file, []);
        const lines = this.sources.get(file);
        const parts = trace.get(event, 'text').split('\n');
        const first = line % LINE_FILE;
        for (let i = 0; i < parts.length; i++) {
            if (i === parts.length - 1 && parts[i] === '') break;
            lines[first + i] = (lines[first + i] || '') + parts[i];
        }
    }

    read_coroutine(event, trace) {
        const host = this.hostById.get(trace.host[event]);
        const name = trace.get(event, 'name');
        const lane = {
            id: trace.coroutine[event], index: this.lanes.length, name: name, host: host, created: event, ended: 0,
            status: '', parent: this.laneById.get(trace.get(event, 'parent')), operations: [], runs: [], marks: [],
            resumed: 0, waiting: UNKNOWN, timer: UNKNOWN,
        };
        const namesakes = (this.namesakes.get(name) || 0) + 1;
        this.namesakes.set(name, namesakes);
        lane.name = namesakes > 1 ? name + '#' + namesakes : name;
        this.lanes.push(lane);
        this.laneById.set(lane.id, lane);
        if (host !== undefined) host.lanes.push(lane);
        lane.marks.push(event);
    }

    read_object(event, trace) {
        const connection = trace.get(event, 'connection') || 0;
        const kind = trace.get(event, 'class');
        const name = trace.get(event, 'name');
        const port = trace.get(event, 'port') || 0;
        const label = kind !== 'socket' ? name
            : name === 'datagrams' ? 'datagrams, port ' + port
            : connection === 0 ? 'port ' + port : 'connection ' + connection + ', ' + name;
        this.objects.set(trace.get(event, 'id'), {
            id: trace.get(event, 'id'), kind: kind, name: label, connection: connection, event: event, users: [],
            host: trace.host[event], end: name, port: port,
        });
    }

    read_resume(event, trace) {
        const lane = this.lanes[this.laneOf(event)];
        if (lane !== undefined) lane.resumed = event;
    }

    stopRunning(lane, event) {
        if (lane.resumed !== 0) lane.runs.push(lane.resumed, event);
        lane.resumed = 0;
    }

    read_operation(event, trace) {
        const lane = this.lanes[this.laneOf(event)];
        if (lane === undefined) return;
        const object = this.objects.get(trace.get(event, 'object'));
        const name = trace.get(event, 'name');
        const isLock = object !== undefined && object.kind === 'lock';
        const operation = {
            index: this.operations.length, start: event, ending: 0, how: OPEN, lane: lane.index, object: object,
            otherId: trace.get(event, 'other'), amount: trace.get(event, 'amount'), timers: [],
            name: isLock && name === 'get' ? 'acquire' : isLock && name === 'put' ? 'release' : name,
            isStep: name === 'step',
        };
        this.stopRunning(lane, event);
        this.operations.push(operation);
        lane.operations.push(operation);
        lane.waiting = operation.index;
        this.operationOf[event] = operation.index;
        if (object !== undefined) object.users.push(event);
    }

    read_ending(event, trace) {
        const lane = this.lanes[this.laneOf(event)];
        const operation = lane === undefined ? undefined : this.operations[lane.waiting];
        if (operation === undefined) return;
        operation.ending = event;
        operation.how = ENDINGS[trace.get(event, 'how')];
        operation.status = trace.get(event, 'status');
        operation.result = trace.get(event, 'amount');
        this.operationOf[event] = operation.index;
        lane.waiting = UNKNOWN;
    }

    read_progress(event) {
        const lane = this.lanes[this.laneOf(event)];
        if (lane !== undefined) this.operationOf[event] = lane.waiting;
    }

    read_timer_arm(event, trace) {
        const lane = this.lanes[this.laneOf(event)];
        if (lane === undefined) return;
        const timer = {
            index: this.timers.length, arm: event, finish: 0, lane: lane.index, mode: trace.get(event, 'mode'),
            deadline: trace.get(event, 'deadline'), refreshes: [], fired: false, operation: lane.waiting,
        };
        this.timers.push(timer);
        lane.timer = timer.index;
        this.timerOf[event] = timer.index;
        if (lane.waiting !== UNKNOWN) this.operations[lane.waiting].timers.push(timer);
    }

    read_timer_refresh(event, trace) {
        const timer = this.timers[this.timerEvent(event)];
        if (timer === undefined) return;
        timer.refreshes.push(event);
        timer.deadline = trace.get(event, 'deadline');
    }

    read_timer_fire(event) {
        const timer = this.timers[this.timerEvent(event)];
        if (timer === undefined) return;
        timer.finish = event;
        timer.fired = true;
    }

    read_timer_remove(event) {
        const timer = this.timers[this.timerEvent(event)];
        if (timer !== undefined) timer.finish = event;
    }

    timerEvent(event) {
        const lane = this.lanes[this.laneOf(event)];
        this.timerOf[event] = lane === undefined ? UNKNOWN : lane.timer;
        return this.timerOf[event];
    }

    read_end(event, trace) {
        const lane = this.lanes[this.laneOf(event)];
        if (lane === undefined) return;
        this.stopRunning(lane, event);
        lane.ended = event;
        lane.status = trace.get(event, 'status');
        lane.marks.push(event);
    }

    mark(event) {
        const lane = this.lanes[this.laneOf(event)];
        if (lane !== undefined) lane.marks.push(event);
    }

    read_log(event) {
        this.mark(event);
    }

    read_set(event, trace) {
        this.mark(event);
        this.noteVariable(event, trace);
    }

    read_read(event, trace) {
        this.mark(event);
        this.noteVariable(event, trace);
    }

    read_choice(event) {
        this.mark(event);
    }

    noteVariable(event, trace) {
        const name = trace.get(event, 'name');
        const id = 'var ' + name;
        if (!this.objects.has(id)) {
            this.objects.set(id, {id: id, kind: 'variable', name: name, event: event, users: [], connection: 0});
        }
        this.objects.get(id).users.push(event);
    }

    read_world(event) {
        this.world.push(event);
    }

    read_failure(event) {
        this.failures.push(event);
        this.mark(event);
    }

    // What came to a lane from elsewhere: arrows. A segment on its way goes from who sent it to whom it woke.
    link() {
        const trace = this.trace;
        const resumable = new Set(['ending', 'coroutine', 'ready', 'timer_refresh', 'progress']
            .map((name) => trace.kindOf.get(name)));
        const arrive = trace.kindOf.get('arrive');
        for (let event = 1; event <= trace.count; event++) {
            const cause = trace.cause[event];
            if (cause === 0 || !resumable.has(trace.kind[event])) continue;
            const lane = this.laneOf(event);
            let from = cause, kind = 'wake';
            if (trace.kind[cause] === arrive) {
                from = trace.cause[cause];
                kind = 'bytes';
            } else if (trace.is(event, 'coroutine')) {
                kind = 'spawn';
            }
            const source = from === 0 ? UNKNOWN : this.laneOf(from);
            if (source !== UNKNOWN && lane !== UNKNOWN && source !== lane) {
                this.links.push({from: from, to: event, kind: kind, source: source, lane: lane});
            }
        }
        this.consequences = undefined;
    }

    // The events that an event brought about.
    effectsOf(event) {
        if (this.consequences === undefined) {
            const trace = this.trace;
            const first = new Uint32Array(trace.count + 2);
            for (let i = 1; i <= trace.count; i++) first[trace.cause[i] + 1]++;
            for (let i = 1; i < first.length; i++) first[i] += first[i - 1];
            const list = new Uint32Array(trace.count);
            const next = first.slice();
            for (let i = 1; i <= trace.count; i++) list[next[trace.cause[i]]++] = i;
            this.consequences = {first: first, list: list};
        }
        const {first, list} = this.consequences;
        return list.subarray(first[event], first[event + 1]);
    }

    lineOf(event) {
        const line = this.trace.get(event, 'line') || 0;
        return {file: Math.floor(line / LINE_FILE), line: line % LINE_FILE};
    }
}
