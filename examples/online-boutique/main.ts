// The app: `npm run synth` writes its manifests to dist/. Importing it writes nothing.
import { platform } from './charts/platform';

export const app = platform.app();
