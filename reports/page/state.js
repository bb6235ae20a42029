// state.js - how things stand behind an event: who is ready, what is armed, who waits for what, what holds how much.
//
// Every now and then a state is kept, so that stepping back need not begin at the beginning.

const KEPT_DISTANCE = 2048;
const PORTS = 65536; // what `connection` holds of a datagram: so often its sender's port, and the receiver's

class State {
    constructor() {
        this.event = 0;
        this.ready = [];              // lanes, who is next first
        this.running = UNKNOWN;
        this.armed = new Map();       // deadline by index of the timer
        this.waiting = new Map();     // operation by lane
        this.lengths = new Map();     // items by object id
        this.buffers = new Map();     // {flying, there} by connection, or port of datagrams, and receiving host
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

    buffer(state, connection, host, isOfDatagrams) {
        const key = connection + ' ' + host + (isOfDatagrams ? ' datagrams' : '');
        if (!state.buffers.has(key)) {
            state.buffers.set(key, {connection: connection, host: host, isOfDatagrams: isOfDatagrams, flying: 0, there: 0});
        }
        return state.buffers.get(key);
    }

    // What a segment that was sent goes to, and how much it is; undefined: it carries nothing.
    parcel(state, sending) {
        const trace = this.model.trace;
        const kind = trace.get(sending, 'class'), connection = trace.get(sending, 'connection');
        const host = trace.get(sending, 'to');
        if (kind === 'datagram') return {buffer: this.buffer(state, connection % PORTS, host, true), amount: 1};
        if (kind === 'data') {
            return {buffer: this.buffer(state, connection, host, false), amount: trace.get(sending, 'amount')};
        }
        return undefined;
    }

    send(state, event) {
        const parcel = this.parcel(state, event);
        if (parcel !== undefined) parcel.buffer.flying += parcel.amount;
    }

    // A datagram may come twice.
    arrive(state, event) {
        const sending = this.model.trace.cause[event];
        const parcel = this.parcel(state, sending);
        if (parcel === undefined) return;
        if (this.model.effectsOf(sending)[0] === event) parcel.buffer.flying -= parcel.amount;
        parcel.buffer.there += parcel.amount;
    }

    // Of a connection the bytes that are lost may have come already.
    lose(state, event) {
        const trace = this.model.trace;
        const sending = trace.cause[event];
        if (sending === 0 || trace.name(sending) !== 'send') return;
        const parcel = this.parcel(state, sending);
        if (parcel === undefined) return;
        const buffer = parcel.buffer;
        const lost = buffer.isOfDatagrams ? 1 : parseInt(trace.get(event, 'text'), 10) || 0;
        const flying = Math.min(lost, buffer.flying);
        buffer.flying -= flying;
        buffer.there -= lost - flying;
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
            this.send(state, event);
            break;
        case 'arrive':
            this.arrive(state, event);
            break;
        case 'world':
            this.lose(state, event);
            break;
        case 'set':
        case 'read':
            state.variables.set(trace.get(event, 'name'), trace.get(event, 'text'));
            break;
        }
    }

    end(state, operation, lane) {
        state.waiting.delete(lane);
        if (operation === undefined || operation.object === undefined) return;
        const object = operation.object;
        const receives = object.kind === 'socket' && operation.name.startsWith('recv');
        if (receives && object.end === 'datagrams') {
            const hasTaken = operation.how === OK || operation.status === 'full';
            this.buffer(state, object.port, object.host, true).there -= hasTaken ? 1 : 0;
            return;
        }
        if (operation.how !== OK) return;
        if (operation.name === 'put' || operation.name === 'release') this.add(state, object, 1);
        if (operation.name === 'get' || operation.name === 'acquire') this.add(state, object, -1);
        if (receives) this.buffer(state, object.connection, object.host, false).there -= operation.result;
    }
}
