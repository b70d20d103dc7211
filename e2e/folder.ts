// Where this folder and the project lie. The launcher compiles into memory, under the name of a file in here.
import { dirname } from 'node:path';

export const FOLDER = __dirname;
export const PROJECT = dirname(FOLDER);
