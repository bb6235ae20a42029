// state.js - how things stand behind an event: who is ready, what is armed, who waits for what, what holds how much.
//
// Every now and then a state is kept, so that stepping back need not begin at the beginning.

const KEPT_DISTANCE = 2048;

class State {
    constructor() {
        this.event = 0;
        this.ready = [];              // lanes, who is next first
        this.running = UNKNOWN;
        this.armed = new Map();       // deadline by index of the timer
        this.waiting = new Map();     // operation by lane
        this.lengths = new Map();     // items by object id
        this.buffers = new Map();     // {flying, there} by connection and receiving host
        this.variables = new Map();   // text by name
    }

    copy() {
        const copy = new State();
        copy.event = this.event;
        copy.ready = this.ready.slice();
        copy.running = this.running;
        copy.armed = new Map(this.armed);
        copy.waiting = new Map(this.waiting);
        copy.lengths = new Map(this.lengths);
        copy.buffers = new Map([...this.buffers].map(([key, value]) => [key, {...value}]));
        copy.variables = new Map(this.variables);
        return copy;
    }
}

class States {
    constructor(model) {
        this.model = model;
        this.kept = [new State()];
        this.latest = new State();
    }

    // How things stand behind an event.
    at(event) {
        let state = this.latest;
        if (state.event > event || event - state.event > KEPT_DISTANCE) {
            const nearest = this.kept[Math.min(Math.floor(event / KEPT_DISTANCE), this.kept.length - 1)];
            if (state.event > event || nearest.event > state.event) state = nearest.copy();
        }
        while (state.event < event) {
            this.step(state, ++state.event);
            if (state.event % KEPT_DISTANCE === 0 && state.event / KEPT_DISTANCE === this.kept.length) {
                this.kept.push(state.copy());
            }
        }
        this.latest = state;
        return state;
    }

    add(state, object, count) {
        state.lengths.set(object.id, (state.lengths.get(object.id) || 0) + count);
    }

    buffer(state, connection, host) {
        const key = connection + ' ' + host;
        if (!state.buffers.has(key)) state.buffers.set(key, {connection: connection, host: host, flying: 0, there: 0});
        return state.buffers.get(key);
    }

    step(state, event) {
        const model = this.model, trace = model.trace;
        const lane = model.laneOf(event);
        switch (trace.name(event)) {
        case 'ready': {
            const at = state.ready.indexOf(lane); // what prepares a coroutine is no event
            if (at >= 0) state.ready.splice(at, 1);
            if (trace.get(event, 'place') === 'front') state.ready.unshift(lane);
            else state.ready.push(lane);
            break;
        }
        case 'resume': {
            const at = state.ready.indexOf(lane);
            if (at >= 0) state.ready.splice(at, 1);
            state.running = lane;
            break;
        }
        case 'operation':
            state.waiting.set(lane, model.operationOf[event]);
            state.running = UNKNOWN;
            break;
        case 'ending':
            this.end(state, model.operations[model.operationOf[event]], lane);
            break;
        case 'end':
            state.running = UNKNOWN;
            state.waiting.delete(lane);
            break;
        case 'timer_arm':
        case 'timer_refresh':
            state.armed.set(model.timerOf[event], trace.get(event, 'deadline'));
            break;
        case 'timer_fire':
        case 'timer_remove':
            state.armed.delete(model.timerOf[event]);
            break;
        case 'send':
            if (trace.get(event, 'class') === 'data') {
                const to = trace.get(event, 'to');
                this.buffer(state, trace.get(event, 'connection'), to).flying += trace.get(event, 'amount');
            }
            break;
        case 'arrive':
            if (trace.get(event, 'class') === 'data') {
                const buffer = this.buffer(state, trace.get(event, 'connection'), trace.host[event]);
                buffer.flying -= trace.get(event, 'amount');
                buffer.there += trace.get(event, 'amount');
            }
            break;
        case 'set':
        case 'read':
            state.variables.set(trace.get(event, 'name'), trace.get(event, 'text'));
            break;
        }
    }

    end(state, operation, lane) {
        state.waiting.delete(lane);
        if (operation === undefined || operation.how !== OK || operation.object === undefined) return;
        const object = operation.object;
        if (operation.name === 'put' || operation.name === 'release') this.add(state, object, 1);
        if (operation.name === 'get' || operation.name === 'acquire') this.add(state, object, -1);
        if (object.kind === 'socket' && operation.name.startsWith('recv')) {
            this.buffer(state, object.connection, object.host).there -= operation.result;
        }
    }
}
