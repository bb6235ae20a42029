// pointer.js - a mouse, a pen or fingers on the picture of a run: moves it, zooms, selects.

class Pointer {
    constructor(page, side) {
        this.page = page;
        this.side = side;
        this.places = new Map(); // by pointer
        this.moved = 0;
        this.spread = 0;
        const canvas = side.canvas;
        canvas.addEventListener('wheel', (event) => this.turn(event), {passive: false});
        canvas.addEventListener('pointerdown', (event) => this.press(event));
        canvas.addEventListener('pointermove', (event) => this.move(event));
        canvas.addEventListener('pointerup', (event) => this.release(event));
        canvas.addEventListener('pointercancel', (event) => this.release(event));
    }

    turn(event) {
        const {page} = this, {picture} = this.side;
        if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
            page.pan(event.deltaX + event.deltaY, 0, picture);
        } else if (event.ctrlKey || event.offsetY < RULER || picture.height < picture.depth - RULER) {
            page.zoom(Math.exp(-event.deltaY / 300), Math.max(event.offsetX, GUTTER));
        } else {
            page.pan(0, event.deltaY, picture);
        }
        event.preventDefault();
    }

    press(event) {
        this.side.canvas.setPointerCapture(event.pointerId);
        this.places.set(event.pointerId, {x: event.offsetX, y: event.offsetY});
        this.moved = 0;
        this.spread = this.spreadNow();
    }

    move(event) {
        const before = this.places.get(event.pointerId);
        if (before === undefined) return;
        const x = event.offsetX, y = event.offsetY;
        this.moved += Math.abs(x - before.x) + Math.abs(y - before.y);
        if (this.places.size === 1) this.page.pan(before.x - x, before.y - y, this.side.picture);
        this.places.set(event.pointerId, {x: x, y: y});
        if (this.places.size === 2) {
            const now = this.spreadNow();
            if (this.spread > 0) this.page.zoom(now / this.spread, x);
            this.spread = now;
        }
    }

    release(event) {
        this.places.delete(event.pointerId);
        if (this.moved < 5 && event.type === 'pointerup') {
            const found = this.side.picture.find(event.offsetX, event.offsetY);
            if (found !== 0) this.page.select(found, false, this.side);
        } else {
            this.page.writeAddress();
        }
    }

    spreadNow() {
        const [a, b] = [...this.places.values()];
        return b === undefined ? 0 : Math.hypot(a.x - b.x, a.y - b.y);
    }
}
