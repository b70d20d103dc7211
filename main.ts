// The composition root. Importing it writes nothing; `npm run synth` (or running it) writes dist/.
import { platform } from './charts/platform';
import { main } from './lib/commands/main';

export const app = platform.app();

if (require.main === module) void main(['synth'], async () => ({ app }));
