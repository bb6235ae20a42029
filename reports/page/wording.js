// wording.js - events, operations and times in words.

function words(nanoseconds) {
    const units = [['s', 1e9], ['ms', 1e6], ['us', 1e3], ['ns', 1]];
    const sign = nanoseconds < 0 ? '-' : '';
    const size = Math.abs(nanoseconds);
    if (size === 0) return '0ms';
    for (const [name, scale] of units) {
        if (size >= scale) return sign + String(+(size / scale).toFixed(6)) + name;
    }
    return sign + size + 'ns';
}

function bytesText(count) {
    return count + (count === 1 ? ' byte' : ' bytes');
}

function operationText(model, operation) {
    const other = model.laneById.get(operation.otherId); // who is called is made behind the call
    let text = operation.name;
    if (operation.object !== undefined) text += ' ' + operation.object.name;
    if (other !== undefined) text += ' ' + other.name;
    if (operation.name === 'sleep') text += ' ' + words(operation.amount);
    return text;
}

const TRANSFERS = new Set(['recv', 'recvall', 'recvline', 'recvfrom', 'send', 'sendall', 'sendto', 'sendfile']);

function endingText(operation) {
    if (operation.how === EXPIRED) return 'timed out';
    if (operation.how === CANCELLED) return 'cancelled';
    if (operation.how === FAILED) return operation.status;
    if (operation.how === OPEN) return 'waits to the end';
    if (TRANSFERS.has(operation.name)) return bytesText(operation.result);
    if (operation.name === 'signal') return operation.result + ' woken';
    return 'ok';
}

function oneLine(text) {
    return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
        (character) => character === '\n' ? '\u21b5' : '\ufffd');
}

// An event in a line.
function eventText(model, event) {
    const trace = model.trace;
    const operation = model.operations[model.operationOf[event]];
    const text = (name) => oneLine(String(trace.get(event, name)));
    switch (trace.name(event)) {
    case 'run': return 'the run begins: ' + text('title');
    case 'host': return 'host ' + text('name');
    case 'file': return 'includes ' + text('name');
    case 'source': return 'the text of the scenario';
    case 'coroutine': return text('how') === 'world' ? 'starts' : text('how') === 'call' ? 'is called' : 'is spawned';
    case 'object': return text('class') + ' ' + text('name') + ' is made';
    case 'ready': return 'is ready' + (text('place') === 'front' ? ', first in line' : '');
    case 'resume': return 'runs';
    case 'operation': return operation === undefined ? text('name')
        : operation.isStep ? 'ends a step' : operationText(model, operation);
    case 'ending': return operation === undefined ? text('how')
        : operation.isStep ? 'begins a step' : operationText(model, operation) + ': ' + endingText(operation);
    case 'progress': return 'so far ' + bytesText(trace.get(event, 'amount'));
    case 'timer_arm': return text('mode') + ' timeout in ' + words(trace.get(event, 'deadline') - trace.time[event]);
    case 'timer_refresh': return 'activity: ' + words(trace.get(event, 'deadline') - trace.time[event]) + ' from now on';
    case 'timer_fire': return 'the deadline has come';
    case 'timer_remove': return 'the timeout is not needed any more';
    case 'end': return text('status') === 'ok' ? 'ends' : 'ends: ' + text('status') + ' ' + text('text');
    case 'send': return 'sends ' + segmentText(trace, event);
    case 'arrive': return segmentText(trace, event) + ' arrives';
    case 'hold': return 'a partition holds ' + text('class');
    case 'world': return text('text');
    case 'log': return '\u201c' + text('text') + '\u201d';
    case 'read': return 'reads ' + text('name') + ': ' + text('text');
    case 'set': return text('name') + ' = ' + text('text');
    case 'choice': return 'chosen, ' + (trace.get(event, 'number') + 1) + ' of ' + trace.get(event, 'count') + ': '
        + text('text');
    case 'failure': return 'does not hold: ' + text('text');
    case 'finish': return 'the run is over: ' + text('verdict');
    default: return trace.name(event);
    }
}

function segmentText(trace, event) {
    const kind = trace.get(event, 'class');
    if (kind === 'datagram') return 'a datagram of ' + bytesText(trace.get(event, 'amount'));
    return kind === 'data' ? bytesText(trace.get(event, 'amount')) : kind;
}

function whoText(model, event) {
    const lane = model.laneOf(event);
    if (lane !== UNKNOWN) return model.lanes[lane].name;
    const host = model.hostById.get(model.trace.host[event]);
    return host === undefined ? 'world' : host.name;
}
