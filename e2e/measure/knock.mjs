// Tries to reach addresses from the network namespace that it runs in. Input: JSON of targets; output: JSON, for each of them whether it answered.
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';

const PATIENCE_MILLISECONDS = 3000;

const targets = JSON.parse(process.argv[2]);
process.stdout.write(
  JSON.stringify(await Promise.all(targets.map((target) => (target.name ? asks : reaches)(target)))),
);

/** Whether the handshake of TCP completes. */
function reaches({ address, port, from }) {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, localAddress: from });
    const end = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(PATIENCE_MILLISECONDS, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

/** Whether the server knows the name. */
async function asks({ address, port, name }) {
  const resolver = new Resolver({ timeout: PATIENCE_MILLISECONDS, tries: 1 });
  resolver.setServers([`${address}:${port}`]);
  return resolver.resolve4(name).then(
    (addresses) => addresses.length > 0,
    () => false,
  );
}
