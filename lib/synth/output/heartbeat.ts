// The heartbeat of a lock: signs of life while its owner is busy, and what counts as silence.

import { Worker } from 'node:worker_threads';

/** Milliseconds between two signs of life. */
const BEAT_MS = 1_000;

/** Milliseconds without a sign of life after which an owner that cannot be seen counts as dead. */
export const SILENT_MS = 5_000;

// A thread of its own, since the owner makes synchronous calls only. It touches the file that it opened, whatever takes the name.
const BEATING = `
const { workerData: { path, ino, ms } } = require('node:worker_threads');
const fs = require('node:fs');
try {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
  const fd = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  const beat = () => { try { const now = new Date(); fs.futimesSync(fd, now, now); } catch {} };
  if (fs.fstatSync(fd).ino === ino) setInterval(beat, ms);
} catch {}
`;

/** Touches the file every second. Returns what ends it. */
export function startHeartbeat(path: string, ino: number): () => void {
  const worker = new Worker(BEATING, { eval: true, workerData: { path, ino, ms: BEAT_MS }, execArgv: [] });
  // A machine without another thread for us: then the lock is one without signs of life.
  worker.on('error', () => {});
  worker.unref();
  return () => void worker.terminate();
}

/** Watches signs of life by the clock of this process alone: clocks of other machines may be wrong. */
export class Watch {
  private readonly seen = new Map<string, { readonly sign: string; readonly since: number }>();

  /** Whether `sign`, the last one at `path`, has been the same for `SILENT_MS`. */
  isSilent(path: string, sign: string): boolean {
    const now = performance.now();
    const before = this.seen.get(path);
    if (before?.sign === sign) return now - before.since >= SILENT_MS;
    this.seen.set(path, { sign, since: now });
    return false;
  }
}
