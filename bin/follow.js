// The files that a run depends on: what each was when it was read, and the wait until one of them is saved.
// Events of the file system are hints only: a file has changed when its size, its time or its place on disk has.
const fs = require('node:fs');
const path = require('node:path');

// Before reads are recorded: our own looks are none of the program.
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
  /** Paths of which the names in the folder were read. */
  const listed = new Set();
  /** Paths that are followed wherever they are. */
  const kept = new Set();
  /** What the program writes itself, and the folder that the run writes. */
  const own = new Set();
  /** What other programs got in this run. */
  const given = new Set();
  let outdir;
  /** By folder: its watcher, and the folder's place on disk. */
  const watchers = new Map();
  let notice = () => {};

  /** Follows a path from now on. The mark of its first reading in a run counts: what is saved after it is another. */
  function note(file, { names = false } = {}) {
    if (!isFollowed(file)) return undefined;
    if (names && !listed.has(file)) {
      listed.add(file);
      marks.delete(file);
    }
    if (!marks.has(file)) marks.set(file, markOf(file, listed.has(file)));
    return marks.get(file);
  }

  /** Follows what another program gets: a file, or a folder with all that is in it. It may write there itself. */
  function give(top) {
    for (const file of noteTree(top)) given.add(file);
  }

  /** Follows a file, or a folder with all that is in it, and names them. */
  function noteTree(top) {
    const noted = [];
    const folders = [top];
    for (let count = 0; folders.length > 0 && count < MOST_FILES; count++) {
      const at = folders.pop();
      const isTree = isFolder(at);
      if (note(at, { names: isTree }) === undefined) continue;
      noted.push(at);
      if (isTree) folders.push(...namesIn(at).map((name) => path.join(at, name)));
    }
    return noted;
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

  /** What the program wrote does not count as a save of the user. */
  function disown(file) {
    own.add(file);
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
      const mark = markOf(file, listed.has(file));
      if (mark === ABSENT && !kept.has(file)) marks.delete(file);
      else marks.set(file, mark);
    }
  }

  /** A run has ended. What it made and removed again is not missed, and what other programs wrote does not count as a save. */
  function end() {
    for (const [file, mark] of marks) {
      const now = markOf(file, listed.has(file));
      if (given.has(file) || (mark !== ABSENT && now === ABSENT)) marks.set(file, now);
    }
    given.clear();
  }

  /** The followed paths that are not what they were. */
  function changed() {
    return [...marks].flatMap(([file, before]) => {
      const now = markOf(file, listed.has(file));
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
        const found = changed();
        const isPartial = found.some(({ isThere, wasThere }) => wasThere && !isThere);
        if (found.length > 0 && !(isPartial && performance.now() - began < ABSENT_MS)) return finish({ found, began });
        if (found.length > 0) return plan(began, QUIET_MS);
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
