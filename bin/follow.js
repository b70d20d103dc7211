// The files that a run depends on: what each was when it was read, and the wait until one of them is saved.
// Events of the file system are hints only: a file has changed when its size, its time or its place on disk has.
const fs = require('node:fs');
const path = require('node:path');

// Before reads are recorded: our own looks are not the program's.
const { lstatSync, readdirSync, realpathSync, statSync, watch } = fs;

/** A burst of events is over after a pause of this length, in milliseconds: an editor that saves causes several. */
const QUIET_MS = 20;
/** It is over after this time, whatever happens beside the files. */
const BURST_MS = 200;
/** Some editors remove a file before they write it again. */
const ABSENT_MS = 100;
/** Some file systems report nothing (network, shares of virtual machines): there the files are looked at once in this time. */
const LOOK_MS = 1000;
/** Files of a folder that a program of others reads as a whole, such as a Helm chart. */
const MOST_FILES = 5000;

const ABSENT = 'absent';
/** Never read as data, and changing without end. */
const NO_DATA = /^\/(?:proc|sys|dev)\/|[\\/](?:node_modules|\.git)(?:[\\/]|$)/;

/** @param looksEvery milliseconds; 0 for a test of the events alone */
function createFollower({ looksEvery = LOOK_MS } = {}) {
  /** By path: what was there when the run read it. */
  const marks = new Map();
  /** Folders whose names were read. */
  const listed = new Set();
  /** Paths that are followed wherever they are. */
  const kept = new Set();
  /** What was noted in this run. */
  const noted = new Set();
  /** What the program has written in this run, each with whether it reads it, too. */
  const own = new Map();
  /** What other programs got that still run: lists of paths. */
  const given = new Set();
  /** The folder that the run writes. */
  let outdir;
  /** By folder: its watcher, and the folder's place on disk. */
  const watchers = new Map();
  let notice = () => {};

  /** Follows a path from now on. The mark of its first reading in a run counts: what is saved after it is another. */
  function note(file, { names = false } = {}) {
    if (own.has(file)) own.set(file, true);
    if (!isFollowed(file)) return undefined;
    noted.add(file);
    if (names && !listed.has(file)) {
      listed.add(file);
      marks.delete(file);
    }
    if (!marks.has(file)) marks.set(file, markNow(file));
    return marks.get(file);
  }

  /**
   * Follows what another program gets: a file, or a folder with all that is in it. It may write there itself, which does not count as a save.
   * @returns what to call when it has ended: what is saved from then on counts
   */
  function give(top) {
    // what was saved already since the run read it counts
    const files = noteTree(top).filter((file) => marks.get(file) === markNow(file));
    given.add(files);
    return () => {
      if (given.delete(files)) accept(files);
    };
  }

  /** Takes the files as they are. */
  function accept(files) {
    for (const file of files) if (marks.has(file)) marks.set(file, markNow(file));
  }

  /** Follows a file, or a folder with all that is in it, and names them. */
  function noteTree(top) {
    const files = [];
    const folders = [top];
    for (let count = 0; folders.length > 0 && count < MOST_FILES; count++) {
      const at = folders.pop();
      const isTree = isFolder(at);
      if (note(at, { names: isTree }) === undefined) continue;
      files.push(at);
      if (isTree) folders.push(...namesIn(at).map((name) => path.join(at, name)));
    }
    return files;
  }

  /** Follows a file wherever it is. */
  function keep(file) {
    kept.add(file);
    note(file);
  }

  function isFollowed(file) {
    if (kept.has(file)) return true;
    if (!path.isAbsolute(file) || NO_DATA.test(file) || own.has(file)) return false;
    return outdir === undefined || (file !== outdir && !file.startsWith(outdir + path.sep));
  }

  /** What the program writes does not count as a save of the user, as long as the run lasts. */
  function disown(file) {
    own.set(file, own.get(file) === true || noted.has(file));
    marks.delete(file);
  }

  /** Does not follow what is in a folder: a run writes there. */
  function leave(folder) {
    outdir = folder;
    for (const file of marks.keys()) if (!isFollowed(file)) marks.delete(file);
  }

  /** Another run begins. What earlier ones read is marked before it reads. */
  function begin() {
    for (const file of [...marks.keys()]) {
      const mark = markNow(file);
      if (mark === ABSENT && !kept.has(file)) marks.delete(file);
      else marks.set(file, mark);
    }
    noted.clear();
  }

  /**
   * A run has ended. What it made and removed again is not missed, and what it and other programs wrote does not count as a save.
   * @param isComplete whether it has read all that it depends on: what only earlier runs read is forgotten
   */
  function end({ isComplete }) {
    for (const files of given) accept(files);
    given.clear();
    for (const [file, mark] of marks) {
      if (mark !== ABSENT && markNow(file) === ABSENT) marks.set(file, ABSENT);
    }
    const written = [...own];
    own.clear();
    // of a file that the program reads and writes, what the user saves after the run counts
    for (const [file, isRead] of written) if (isRead && markNow(file) !== ABSENT) note(file);
    if (isComplete) forget();
  }

  /** Forgets what was not noted in this run. */
  function forget() {
    for (const file of marks.keys()) {
      if (noted.has(file) || kept.has(file)) continue;
      marks.delete(file);
      listed.delete(file);
    }
  }

  const markNow = (file) => markOf(file, listed.has(file));

  /** The followed paths that are not what they were. */
  function changed() {
    return [...marks].flatMap(([file, before]) => {
      const now = markNow(file);
      return now === before ? [] : [{ file, isThere: now !== ABSENT, wasThere: before !== ABSENT }];
    });
  }

  /** Waits for a save, and for the end of the burst of events around it. `signal` gives up. */
  function next(signal) {
    refresh();
    return new Promise((resolve) => {
      let timer;
      let first;
      const finish = (answer) => {
        clearTimeout(timer);
        clearInterval(idle);
        signal?.removeEventListener('abort', giveUp);
        notice = () => {};
        resolve(answer);
      };
      const giveUp = () => finish(undefined);
      const look = (began) => {
        const saves = changed();
        const isPartial = saves.some(({ isThere, wasThere }) => wasThere && !isThere);
        if (saves.length > 0 && !(isPartial && performance.now() - began < ABSENT_MS)) return finish({ saves, began });
        if (saves.length > 0) return plan(began, QUIET_MS);
        first = undefined;
        refresh();
      };
      const plan = (began, wait) => {
        clearTimeout(timer);
        timer = setTimeout(look, wait, began);
      };
      notice = () => {
        const now = performance.now();
        first ??= now;
        plan(first, Math.max(0, Math.min(QUIET_MS, first + BURST_MS - now)));
      };
      // it alone keeps the process alive
      const idle = setInterval(() => changed().length > 0 && notice(), looksEvery || 2 ** 30);
      notice(); // what was saved while the program ran
      signal?.addEventListener('abort', giveUp);
    });
  }

  /** Watches the folders of all files, not the files: an editor saves by putting another file in their place. */
  function refresh() {
    const wanted = foldersOf(marks.keys(), listed);
    for (const [folder, { watcher, place }] of watchers) {
      if (wanted.has(folder) && placeOf(folder) === place) continue;
      watcher.close();
      watchers.delete(folder);
    }
    for (const folder of wanted) {
      if (watchers.has(folder)) continue;
      try {
        const watcher = watch(folder, { persistent: false }, () => notice());
        watcher.on('error', () => notice());
        watchers.set(folder, { watcher, place: placeOf(folder) });
      } catch {
        // too many watchers, or a folder that has just gone: the next look finds what is saved
      }
    }
  }

  function close() {
    for (const { watcher } of watchers.values()) watcher.close();
    watchers.clear();
  }

  return { begin, close, disown, end, give, keep, leave, next, note, noteTree };
}

/** The folders in which a path may become another: its own, and that of the file that a link leads to. */
function foldersOf(files, listed) {
  const folders = new Set();
  for (const file of files) {
    folders.add(path.dirname(file));
    if (isLink(file)) folders.add(path.dirname(realPath(file)));
    if (listed.has(file)) folders.add(file);
  }
  const nearest = (folder) => (isFolder(folder) ? folder : nearest(path.dirname(folder)));
  return new Set([...folders].map((folder) => realPath(nearest(folder))));
}

function markOf(file, isListed) {
  const status = statusOf(file);
  if (status === undefined) return ABSENT;
  if (status.isDirectory()) return isListed ? `names ${JSON.stringify(namesIn(file))}` : 'folder';
  return `${status.dev} ${status.ino} ${status.size} ${status.mtimeMs}`;
}

function placeOf(folder) {
  const status = statusOf(folder);
  return status && `${status.dev} ${status.ino}`;
}

function isFolder(file) {
  return path.dirname(file) === file || statusOf(file)?.isDirectory() === true;
}

function isLink(file) {
  try {
    return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch {
    return false;
  }
}

function namesIn(folder) {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function statusOf(file) {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined; // a folder that cannot be entered, or a link in a circle
  }
}

function realPath(file) {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

module.exports = { createFollower };
