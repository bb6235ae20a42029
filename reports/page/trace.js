// trace.js - reads a trace (TRACE.md) into arrays of numbers; fields are decoded when they are asked for.

const UNKNOWN = -1;

function decodeBase64(text) {
    const values = new Uint8Array(128);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    for (let i = 0; i < 64; i++) values[alphabet.charCodeAt(i)] = i;
    let length = text.length;
    while (length > 0 && text[length - 1] === '=') length--;
    const bytes = new Uint8Array(Math.floor(length * 3 / 4));
    let bits = 0, held = 0, at = 0;
    for (let i = 0; i < length; i++) {
        const code = text.charCodeAt(i);
        if (code <= 32) continue; // the end of a line
        bits = (bits << 6 | values[code]) & 0xffffff;
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes[at++] = bits >> held & 0xff;
        }
    }
    return bytes.subarray(0, at);
}

class Cursor {
    constructor(bytes, at, end) {
        this.bytes = bytes;
        this.at = at;
        this.end = end;
    }

    // Numbers beyond 2^53 lose their last digits; none that are shown are as large.
    number() {
        let value = 0, scale = 1;
        for (;;) {
            if (this.at >= this.end) throw new Error('the trace ends inside of an event');
            const byte = this.bytes[this.at++];
            value += (byte & 0x7f) * scale;
            if (byte < 0x80) return value;
            scale *= 128;
        }
    }

    skipNumber() {
        while (this.bytes[this.at++] >= 0x80) { /* on */ }
    }

    string() {
        const length = this.number();
        const from = this.at;
        this.at += length;
        return decoder.decode(this.bytes.subarray(from, this.at));
    }

    skipString() {
        const length = this.number();
        this.at += length;
    }
}

const decoder = new TextDecoder('utf-8');

// The events, each in its place of every array; from 1, as in the file.
class Trace {
    constructor(bytes) {
        this.bytes = bytes;
        this.kinds = [];
        this.count = 0;
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        const blocks = [];
        for (let at = 16; at < bytes.length;) {
            const length = view.getUint32(at + 1, true);
            blocks.push({type: String.fromCharCode(bytes[at]), from: at + 13, to: at + 13 + length});
            at += 13 + length;
        }
        const trailer = blocks[blocks.length - 1];
        const capacity = new Cursor(bytes, trailer.from, trailer.to).number() + 1;
        this.kind = new Uint8Array(capacity);
        this.time = new Float64Array(capacity);
        this.cause = new Uint32Array(capacity);
        this.host = new Uint32Array(capacity);
        this.coroutine = new Uint32Array(capacity);
        this.fields = new Uint32Array(capacity);
        for (const block of blocks) {
            if (block.type === 'S') this.readSchema(new Cursor(bytes, block.from, block.to));
            if (block.type === 'E') this.readEvents(new Cursor(bytes, block.from, block.to));
        }
        let hash = '';
        for (let i = 0; i < 8; i++) hash = bytes[trailer.to - 8 + i].toString(16).padStart(2, '0') + hash;
        this.hash = hash;
    }

    readSchema(cursor) {
        for (let left = cursor.number(); left > 0; left--) {
            const kind = {name: cursor.string(), fields: []};
            for (let fields = cursor.number(); fields > 0; fields--) {
                kind.fields.push({name: cursor.string(), isText: cursor.bytes[cursor.at++] === 1});
            }
            this.kinds.push(kind);
        }
        this.kindOf = new Map(this.kinds.map((kind, i) => [kind.name, i]));
    }

    readEvents(cursor) {
        let index = cursor.number();
        let time = cursor.number();
        while (cursor.at < cursor.end) {
            const kind = cursor.number();
            time += cursor.number();
            const distance = cursor.number();
            this.kind[index] = kind;
            this.time[index] = time;
            this.cause[index] = distance === 0 ? 0 : index - distance;
            this.host[index] = cursor.number();
            this.coroutine[index] = cursor.number();
            this.fields[index] = cursor.at;
            for (const field of this.kinds[kind].fields) {
                if (field.isText) cursor.skipString();
                else cursor.skipNumber();
            }
            this.count = index++;
        }
    }

    name(event) {
        return this.kinds[this.kind[event]].name;
    }

    is(event, name) {
        return this.kinds[this.kind[event]].name === name;
    }

    // The value of a field; undefined where the event has none of that name.
    get(event, name) {
        const cursor = new Cursor(this.bytes, this.fields[event], this.bytes.length);
        for (const field of this.kinds[this.kind[event]].fields) {
            if (field.name === name) return field.isText ? cursor.string() : cursor.number();
            if (field.isText) cursor.skipString();
            else cursor.skipNumber();
        }
        return undefined;
    }

    signed(event, name) {
        const value = this.get(event, name) || 0;
        return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
    }

    // All of them, as pairs.
    all(event) {
        const cursor = new Cursor(this.bytes, this.fields[event], this.bytes.length);
        return this.kinds[this.kind[event]].fields.map(
            (field) => [field.name, field.isText ? cursor.string() : cursor.number()]);
    }
}
