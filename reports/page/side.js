// side.js - one of the runs that the page shows: its trace, what that tells, its picture, its axes.

class Side {
    // view: which pictures of two runs share.
    constructor(index, bytes, view) {
        this.index = index;
        this.trace = new Trace(bytes);
        this.model = new Model(this.trace);
        this.canvas = document.getElementById(index === 0 ? 'picture' : 'picture-b');
        this.picture = new Picture(this.canvas, this.model, view);
        this.states = new States(this.model);
        this.axes = {}; // by name
    }

    facts() {
        const {trace, model} = this;
        return words(trace.time[trace.count]) + ' \u00b7 ' + trace.count + ' events \u00b7 ' + model.lanes.length
            + ' coroutines on ' + model.hosts.length + (model.hosts.length === 1 ? ' host' : ' hosts') + ' \u00b7 trace '
            + trace.hash;
    }

    // The event, its cause, and so on.
    causesOf(event) {
        const chain = [];
        for (let at = event; at !== 0 && chain.length < 1000; at = this.trace.cause[at]) chain.push(at);
        return chain;
    }

    // What does not hold, or what brought that about; 0: everything holds.
    failure() {
        const failure = this.model.failures[0];
        if (failure === undefined) return 0;
        return this.model.laneOf(failure) !== UNKNOWN ? failure : this.trace.cause[failure] || failure;
    }

    say(event) {
        return words(this.trace.time[event]) + ', ' + whoText(this.model, event) + ' ' + eventText(this.model, event);
    }
}

function showVerdict(model, parent) {
    parent.textContent = model.verdict;
    parent.className = 'verdict ' + (model.verdict === 'ok' ? 'good' : 'bad');
}
