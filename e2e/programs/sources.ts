// Sources of a Go module that one of ours requires, in the version that is built.
import { execFileSync } from 'node:child_process';

/**
 * Absolute path of the sources; downloads them if they are not there.
 * @param folder absolute path of the folder whose go.mod requires the module
 */
export function sourcesOf(folder: string, required: string): string {
  execFileSync('go', ['mod', 'download', required], { cwd: folder });
  return execFileSync('go', ['list', '-m', '-f', '{{.Dir}}', required], { cwd: folder, encoding: 'utf8' }).trim();
}
