// The user's program as it runs: what it throws where no one catches it, what it still waits for, and its attempts to end the process.
const { createHook } = require('node:async_hooks');
const path = require('node:path');
const { problemOf } = require('./refuse');
const { isUsers } = require('./resolve');

/** How long loading may take, seconds: an app may await data. */
const LOAD_SECONDS = 60;
/** How long the program may go on after loading, seconds. */
const DRAIN_SECONDS = 10;
/** How long it may go on where only intervals keep it alive, seconds. */
const INTERVAL_SECONDS = 2;
const POLL_MS = 10;
/** What a program may leave open, and the next one could not open again. */
const SERVERS = ['FSEventWrap', 'PipeServerWrap', 'StatWatcher', 'TCPServerWrap', 'UDPWrap'];
/** As hooks name them. */
const SERVERS_OF_HOOKS = SERVERS.map((name) => name.toUpperCase());
/** Frames of the hook and of Node.js above those of the program. */
const FRAMES_TO_USER = 8;
/** Evenkeel from a checkout. */
const BUNDLE = 'evenkeel.bundle.js';
/** A user's line may be below many calls of Node.js, which are on the stack of an error that loading throws. */
const STACK_FRAMES = 60;

/** What keeps a process alive without any work of its own: a server, a watcher, the terminal. */
const HANDLES = [...SERVERS, 'PipeWrap', 'SignalWrap', 'TTYWrap'];

/** Watches the program from now on. */
function watchProgram() {
  let failures = [];
  const fail = (failure) => failures.push(failure);
  const originals = { exit: process.exit, reallyExit: process.reallyExit };
  /** What began in the program and is not over, by id. */
  const work = new Map();
  /** Promises of the user's async functions that are not over, by id, each with the function that waits. */
  const waiting = new Map();
  const { stackTraceLimit } = Error;
  let isOurs = false;
  /** What earlier programs of this process left at work, such as a child process: how many of each type. */
  let left = new Map();
  const hook = createHook({
    init(id, type, _trigger, resource) {
      if (isOurs || type === 'TickObject' || type === 'Microtask') return;
      if (type === 'PROMISE') {
        const site = userSite();
        if (site !== undefined) waiting.set(id, site);
        return;
      }
      const trace = {};
      Error.captureStackTrace(trace);
      work.set(id, { type, resource, trace });
    },
    promiseResolve(id) {
      waiting.delete(id);
    },
    destroy(id) {
      work.delete(id);
    },
  });

  function start() {
    process.on('uncaughtException', fail);
    process.on('unhandledRejection', fail);
    process.exit = process.reallyExit = refuseExit;
    Error.stackTraceLimit = STACK_FRAMES;
    dropEnded(countActive());
    hook.enable();
  }

  /** What has ended of what earlier programs left. */
  function dropEnded(active) {
    for (const [type, count] of left) left.set(type, Math.min(count, active.get(type) ?? 0));
  }

  function refuseExit(code) {
    const message = `the program calls process.exit(${code ?? ''})`;
    const failure = problemOf(message, 'an exception where it cannot go on');
    if (!failures.some((other) => other?.message === message)) fail(failure);
    throw failure;
  }

  /** What the program still waits for. */
  function pending() {
    const timers = [...work.values()].filter(({ type, resource }) => type === 'Timeout' && resource.hasRef());
    const once = timers.filter(({ resource }) => resource._repeat === null);
    const active = countActive();
    dropEnded(active);
    const isAtWork = once.length > 0 || [...active].some(([type, count]) => count > (left.get(type) ?? 0));
    const others = [...work.values()].filter(({ type }) => type !== 'Timeout');
    return { isAtWork, place: once[0] ?? others.at(-1), interval: timers.find((timer) => !once.includes(timer)) };
  }

  /** The value of `promise`, as long as something happens that may settle it. */
  function settle(promise) {
    return new Promise((resolve, reject) => {
      const end = (finish) => (value) => {
        clearTimeout(limit);
        process.off('beforeExit', onEmpty);
        finish(value);
      };
      const giveUp = (message) =>
        end(reject)(failures[0] ?? problemOf(message, 'an app that is there when its promises are settled'));
      const onEmpty = () => setImmediate(giveUp, 'the program ends before the app is there: a promise never settles');
      isOurs = true;
      const limit = setTimeout(giveUp, LOAD_SECONDS * 1000, `the app is not there after ${LOAD_SECONDS} s`).unref();
      isOurs = false;
      process.on('beforeExit', onEmpty);
      promise.then(end(resolve), end(reject));
    });
  }

  /** Lets the program come to its end, for a while. `size` says how much it has made. */
  async function drain(size) {
    const began = performance.now();
    let calm;
    await turn();
    await turn();
    for (let state = pending(); ; state = pending()) {
      const seconds = (performance.now() - began) / 1000;
      if (!state.isAtWork && state.interval === undefined) break;
      if (state.isAtWork) calm = undefined;
      else calm ??= { seconds, size: size() };
      if (calm !== undefined && seconds - calm.seconds > INTERVAL_SECONDS) {
        if (size() > calm.size)
          failAt(state.interval, 'an interval adds constructs without end', 'one that is cleared');
        break;
      }
      if (seconds > DRAIN_SECONDS) {
        const message = `the program still works ${DRAIN_SECONDS} s after loading: what it adds later would be lost`;
        failAt(state.place, message, 'an app that awaits its work; timers that are cleared');
        break;
      }
      await turn(POLL_MS);
    }
    if (process.exitCode) failAt(undefined, `the program sets process.exitCode to ${process.exitCode}`, 'an exception');
    unhook();
    return failures;
  }

  function unhook() {
    hook.disable();
    process.off('uncaughtException', fail);
    process.off('unhandledRejection', fail);
  }

  /** Ends the program, so that another can start in this process: what it left running is stopped. */
  function end() {
    unhook();
    for (const { type, resource } of work.values()) {
      if (type === 'Timeout') clearTimeout(resource);
      else if (type === 'Immediate') clearImmediate(resource);
      else if (SERVERS_OF_HOOKS.includes(type)) resource.close?.();
    }
    for (const state of [work, waiting]) state.clear();
    left = countActive();
    failures = [];
    Object.assign(process, originals);
    process.exitCode = undefined;
    Error.stackTraceLimit = stackTraceLimit;
  }

  function failAt(place, message, expected) {
    const { stack } = place?.trace ?? {};
    fail(Object.assign(problemOf(message, expected), { stack }));
  }

  /** A turn of the event loop, or as many as fit into a time. */
  function turn(milliseconds) {
    isOurs = true;
    const promise = new Promise((resolve) =>
      milliseconds === undefined ? setImmediate(resolve) : setTimeout(resolve, milliseconds),
    );
    isOurs = false;
    return promise;
  }

  /** Ends the process, as the program may not. */
  function exit(code) {
    Object.assign(process, originals);
    process.exit(code);
  }

  /** The user's async functions that have not come to their end, each with its name, if any, its file and a trace. */
  function unsettled() {
    return [...waiting.values()];
  }

  return { drain, end, exit, settle, start, unsettled };
}

/** How many of each type keep the process alive, without timers and what has no work of its own. */
function countActive() {
  const counts = new Map();
  for (const type of process.getActiveResourcesInfo()) {
    if (type !== 'Timeout' && !HANDLES.includes(type)) counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return counts;
}

/** The innermost calls of this moment. */
function callSites(frames) {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const trace = {};
  Error.stackTraceLimit = frames;
  Error.prepareStackTrace = (_, sites) => sites;
  Error.captureStackTrace(trace, callSites);
  const sites = trace.stack;
  Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  return sites;
}

/** The function of the user that runs at this moment; undefined where it is not one of the user's own. */
function userSite() {
  const isPlace = (name) => path.isAbsolute(name ?? '') && name !== __filename;
  const site = callSites(FRAMES_TO_USER).find((candidate) => isPlace(candidate.getFileName()));
  const file = site?.getFileName();
  if (file === undefined || !isUsers(file) || path.basename(file) === BUNDLE) return undefined;
  const place = {};
  Error.captureStackTrace(place);
  return { name: site.getFunctionName() || undefined, file, trace: place };
}

module.exports = { callSites, watchProgram };
