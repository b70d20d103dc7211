// Absolute paths of e2e and of the project. The launcher compiles everything into memory, under the name of a file of this folder.
import { dirname } from 'node:path';

export const FOLDER = dirname(__dirname);
export const PROJECT = dirname(FOLDER);
