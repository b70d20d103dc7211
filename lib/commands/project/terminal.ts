// The terminal: where a command prints. What cannot be written there is not lost without a word.

import fs from 'node:fs';
import { Socket } from 'node:net';
import { inert } from '../../report/inert';
import type { Output } from '../../report/output';

/** The process's own streams. NO_COLOR and FORCE_COLOR are honoured (no-color.org, force-color.org). */
export function terminal(): Output {
  let failure: NodeJS.ErrnoException | undefined;
  let isUnread = false;
  const remember = (error?: NodeJS.ErrnoException | null) => {
    // A reader that has seen enough (`| head`) closes the pipe: not an error.
    if (error?.code === 'EPIPE') isUnread = true;
    else if (error) failure ??= error;
  };
  const streams = [process.stdout, process.stderr] as const;
  for (const stream of streams) stream.on('error', remember);
  const interactive = process.stdout.isTTY === true;
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const wanted = interactive && TERM !== 'dumb';
  const [out, err] = [printer(process.stdout, remember), printer(process.stderr, remember)];
  return {
    out: (text) => out(inert(text)),
    err: (text) => err(inert(text)),
    data: out,
    flush: async () => {
      for (const stream of streams) await new Promise<void>((resolve) => stream.write('', () => resolve()));
      return failure;
    },
    isUnread: () => isUnread,
    interactive,
    color: NO_COLOR ? false : FORCE_COLOR ? FORCE_COLOR !== '0' : wanted,
  };
}

/** Writes to a stream. Node writes to a file once and forgets what did not fit: there, every byte is written or refused. */
function printer(
  stream: NodeJS.WriteStream & { readonly fd: number },
  refused: (error: NodeJS.ErrnoException) => void,
): (text: string) => void {
  const { fd } = stream;
  // Not by fstat of the pipe: Node 20 then takes the next path that it resolves for a pipe too, and misses links (`realpathSync`).
  if (stream instanceof Socket) return (text) => stream.write(text);
  return (text) => {
    const bytes = Buffer.from(text);
    try {
      for (let done = 0; done < bytes.length; ) done += fs.writeSync(fd, bytes, done);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      refused(error);
    }
  };
}
